import { expect, test } from 'vitest'
import { containerFailure } from '../../../src/supervisor/failures.ts'
import { step } from '../../../src/supervisor/steps.ts'

const [EINVAL, EMFILE] = [22, 24]

test('a kernel without what layers need is told as the host that it is, with what helps', () => {
  const error = containerFailure({ step: step.LAYER, errno: EINVAL, detail: '' })
  expect(error).toMatchObject({ code: 'UNSUPPORTED_HOST', errno: 'EINVAL' })
  expect(error.message).toContain('boot Linux 6.6 or later')
})

test('one layer too many is told as such', () => {
  const error = containerFailure({ step: step.LAYER, errno: EMFILE, detail: '' })
  expect(error).toMatchObject({ code: 'CONTAINER_FAILED', errno: 'EMFILE' })
  expect(error.message).toContain('at most 256 at once')
})
