import { setImmediate as turn } from 'node:timers/promises'
import { createSandbox, type Limits, SandboxError, type SandboxOptions } from '@mayfly/sandbox'
import { initsOf, readProcesses, supervisorsOf } from '../../../../../../fixtures/host-processes.ts'
import { until } from '../../support/until.ts'

/** How a run of a sandbox ended whose ready container had lost its init, and the run after it. */
export interface Loss {
  readonly code: string
  readonly next: string
  /** Whether the next one had the same supervisor. */
  readonly sameSupervisor: boolean
}

function stateOf(pid: number): string {
  const found = readProcesses().get(pid)
  return found === undefined || found.isZombie ? 'dead' : 'alive'
}

async function codeOf(run: Promise<{ readonly status: string }>): Promise<string> {
  try {
    return (await run).status
  } catch (error) {
    return error instanceof SandboxError ? error.code : String(error)
  }
}

/**
 * Kills the init of the ready container behind the back of its supervisor, which is held up meanwhile and finds the
 * request before the death.
 */
export async function loseInit(options: SandboxOptions, limits: Partial<Limits>, signal: AbortSignal): Promise<Loss> {
  const earlier = supervisorsOf(process.pid)
  const newest = (): readonly number[] => supervisorsOf(process.pid).filter((pid) => !earlier.includes(pid))
  await using sandbox = await createSandbox({ ...options, concurrency: 1, warm: { min: 1, max: 1 } })
  const [supervisor = 0] = newest()
  const [init = 0] = initsOf([supervisor])
  process.kill(supervisor, 'SIGSTOP')
  const code = codeOf(sandbox.run(['/bin/true'], limits))
  // What is admitted at once is written before the next turn; two more do no harm.
  for (let turns = 0; turns < 3; turns++) await turn()
  process.kill(init, 'SIGKILL')
  await until(signal, () => stateOf(init) === 'dead')
  process.kill(supervisor, 'SIGCONT')
  const lost = await code
  const next = await codeOf(sandbox.run(['/bin/true']))
  return { code: lost, next, sameSupervisor: newest().join() === `${supervisor}` }
}
