import type { Sandbox } from '@mayfly/sandbox'
import { hostileProgram } from '../../fixtures/hostile/expected.ts'
import { problemsOf, runHostile } from '../../fixtures/hostile/run.ts'
import { finish, type Finished } from './finished.ts'

const titles: readonly string[] = [
  'a fork bomb',
  'a thread bomb',
  'a memory hog',
  'a busy loop',
  'a sleeper',
  'a flood on standard output',
  'a file as large as the file system',
  'files without number',
  'a process that outlives its parent',
  'a network attempt',
  'a mount',
  'a write to /usr',
  "a read of the host's /etc/shadow",
  'a kill of init',
]

/**
 * Programs that try to do harm, each with the outcome that it must have. Those that ask for something forbidden exit
 * with 1 if every one of their attempts was refused in the way it should be, with 2 otherwise.
 */
export async function runHostilePrograms(sandbox: Sandbox): Promise<readonly Finished[]> {
  const finished: Finished[] = []
  for (const title of titles) {
    const program = hostileProgram(title)
    const result = await runHostile(sandbox, program)
    finished.push(finish(title, result, problemsOf(program, result)))
  }
  return finished
}
