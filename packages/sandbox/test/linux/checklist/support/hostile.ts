import { expect } from 'vitest'
import type { Sandbox } from '@mayfly/sandbox'
import { hostileProgram } from '../../../../../../fixtures/hostile/expected.ts'
import { problemsOf, runHostile } from '../../../../../../fixtures/hostile/run.ts'

/** Runs the line of the table with this title, and demands the end that stands there. */
export async function expectHeld(sandbox: Sandbox, title: string): Promise<void> {
  const program = hostileProgram(title)
  expect(problemsOf(program, await runHostile(sandbox, program))).toEqual([])
}
