import { createSandbox, type Sandbox } from '@mayfly/sandbox'
import { beforeAll, describe, expect, test } from 'vitest'
import { buildFixtures } from '../../../../fixtures/build.ts'
import { readHostState } from '../../../../fixtures/host-state.ts'
import { hostilePrograms, type HostileProgram } from '../../../../fixtures/hostile/expected.ts'
import { problemsOf, runHostile } from '../../../../fixtures/hostile/run.ts'
import { needsSandboxes } from '../linux/support/use-sandbox.ts'

needsSandboxes()

beforeAll(() => buildFixtures('hostile'))

/** Each run is the second command of a container that is kept open, beside one that waits, and before an honest one. */
function opening(sandbox: Sandbox): Pick<Sandbox, 'run'> {
  return {
    run: async (command, limits = {}) => {
      const { diskBytes, inodeCount, ...own } = limits
      const whole = {
        ...(diskBytes === undefined ? {} : { diskBytes }),
        ...(inodeCount === undefined ? {} : { inodeCount }),
      }
      await using box = await sandbox.open({ limits: whole })
      await using beside = await box.spawn(['cat'], { wallTimeMs: 600_000, idleTimeMs: 600_000 })
      const result = await box.run(command, own)
      expect(await box.run(['true'])).toMatchObject({ status: 'exited', exitCode: 0 })
      beside.stdin.end()
      expect(await beside.result).toMatchObject({ status: 'exited', exitCode: 0 })
      return result
    },
  }
}

/** Files come out with the command's own rights: one that it may not read itself does not. */
function inside(program: HostileProgram): HostileProgram {
  return program.program === 'results-that-are-none' ? { ...program, found: [] } : program
}

describe('in a container with others it is held, ends as it must and leaves the host as it was:', () => {
  for (const program of hostilePrograms) {
    test(program.title, async () => {
      const before = readHostState()
      const sandbox = await createSandbox({ concurrency: 1 })
      try {
        expect(problemsOf(inside(program), await runHostile(opening(sandbox), program))).toEqual([])
      } finally {
        await sandbox.close()
      }
      expect(readHostState()).toEqual(before)
    })
  }
})
