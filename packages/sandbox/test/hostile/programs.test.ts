import { createSandbox } from '@mayfly/sandbox'
import { beforeAll, describe, expect, test } from 'vitest'
import { buildFixtures } from '../../../../fixtures/build.ts'
import { readHostState } from '../../../../fixtures/host-state.ts'
import { hostilePrograms } from '../../../../fixtures/hostile/expected.ts'
import { problemsOf, runHostile } from '../../../../fixtures/hostile/run.ts'
import { needsSandboxes } from '../linux/support/use-sandbox.ts'

needsSandboxes()

beforeAll(() => buildFixtures('hostile'))

describe('is held, ends as it must and leaves the host as it was:', () => {
  for (const program of hostilePrograms) {
    test(program.title, async () => {
      const before = readHostState()
      const sandbox = await createSandbox({ concurrency: 1 })
      try {
        expect(problemsOf(program, await runHostile(sandbox, program))).toEqual([])
        expect(await sandbox.run(['/bin/true'])).toMatchObject({ status: 'exited', exitCode: 0 })
      } finally {
        await sandbox.close()
      }
      expect(readHostState()).toEqual(before)
    })
  }
})
