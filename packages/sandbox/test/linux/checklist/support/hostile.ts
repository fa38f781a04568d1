import type { Sandbox } from '@mayfly/sandbox'
import { hostileProgram } from '../../../../../../fixtures/hostile/expected.ts'
import { problemsOf, runHostile } from '../../../../../../fixtures/hostile/run.ts'

/** Runs the line of the table with this title; what was wrong with its end, by what stands there. */
export async function problemsWith(sandbox: Sandbox, title: string): Promise<readonly string[]> {
  const program = hostileProgram(title)
  return problemsOf(program, await runHostile(sandbox, program))
}
