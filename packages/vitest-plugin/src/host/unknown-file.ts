import type { OwnFile, SentTask } from '../firewall/tasks.ts'
import type { SandboxViolation } from '../verdict/violation.ts'
import type { ToVitest } from './to-vitest.ts'

/** How far Vitest has heard of a file. */
interface Known {
  readonly isQueued: boolean
  readonly isCollected: boolean
}

/** A file that ended before its tests were known is known to Vitest all the same. */
export async function makeKnown(vitest: ToVitest, own: OwnFile, name: string, known: Known): Promise<void> {
  if (known.isCollected) return
  const { id, path, projectName, pool } = own
  const file: SentTask = {
    ...{ id, name, fullName: name, type: 'suite', mode: 'run', filepath: path, tasks: [], meta: {}, projectName, pool },
  }
  file.file = file
  if (!known.isQueued) await vitest.ask('onQueued', [file])
  await vitest.ask('onCollected', [[file]])
}

/** A file for which there is no worker fails, with the reason, as one whose import fails. */
export async function failUnstarted(
  vitest: ToVitest,
  own: OwnFile,
  name: string,
  error: SandboxViolation,
): Promise<void> {
  await makeKnown(vitest, own, name, { isQueued: false, isCollected: false })
  const result = { state: 'fail', errors: [{ ...error }], startTime: 0, duration: 0 }
  await vitest.ask('onTaskUpdate', [[[own.id, result, {}]], [[own.id, 'suite-failed-early', undefined]]])
}
