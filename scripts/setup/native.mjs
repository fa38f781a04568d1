import { availableParallelism } from 'node:os'
import { runShown } from './run.mjs'
import { say, stop } from './say.mjs'

/** Builds the supervisor; make sees what has changed. */
export function buildNative() {
  say('building the supervisor (make -C native)')
  const args = ['-C', 'native', '--no-print-directory', '--silent', `-j${availableParallelism()}`]
  if (!runShown('make', args)) stop('the supervisor could not be built, see above')
}
