import { setTimeout as wait } from 'node:timers/promises'
import type { Sandbox } from '@mayfly/sandbox'
import { footprint, grown, type Quantity } from './footprint.ts'

/** Runs that touch everything a run can: files in and out, input, output, a process that is left behind. */
export async function runMany(sandbox: Sandbox, count: number): Promise<void> {
  const script = 'cat > copy; (sleep 1000 &); : > /dev/shm/left'
  const rich = { argv: ['/bin/sh', '-c', script], stdin: 'input', files: { 'a/file': 'content' }, collect: ['copy'] }
  for (let run = 0; run < count; run++) {
    const result = await sandbox.run(
      run % 10 === 0 ? rich : { argv: ['/bin/true'], stdin: 'input', files: { file: '' } },
    )
    if (result.status !== 'exited' || result.exitCode !== 0)
      throw new Error(`run ${run} ${result.status}: ${result.stderr}`)
  }
}

/** What it costs once that is no more than `before`, or after half a minute: the last container is destroyed in the background. */
export async function settledFootprint(
  supervisor: number,
  before: readonly Quantity[],
  runs: number,
): Promise<readonly Quantity[]> {
  const patience = 300
  for (let look = 0; look < patience && grown(before, footprint(supervisor), runs).length > 0; look++) await wait(100)
  return footprint(supervisor)
}

/** What an idle sandbox costs: as soon as two looks in a row say the same. */
export async function idleFootprint(supervisor: number): Promise<readonly Quantity[]> {
  const exact = (all: readonly Quantity[]): string =>
    all
      .filter(({ allowed }) => allowed(0) === 0)
      .map(({ value }) => value)
      .join()
  let last = footprint(supervisor)
  for (let same = 0; same < 5;) {
    await wait(100)
    const next = footprint(supervisor)
    same = exact(next) === exact(last) ? same + 1 : 0
    last = next
  }
  return last
}
