import { expect, test } from 'vitest'

import { lines } from '../../../src/selfcheck/lines.ts'

test('every line of the checklist is there, once and in order', () => {
  expect(lines.map(({ number }) => number)).toEqual(Array.from({ length: 52 }, (_, index) => index + 1))
})
