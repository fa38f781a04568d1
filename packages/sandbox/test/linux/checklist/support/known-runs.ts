import { type Argv, type Limits, MiB, type RunResult, type Sandbox, SandboxError } from '@mayfly/sandbox'
import { fixtureFiles } from '../../support/commands.ts'

interface Known {
  readonly argv: Argv
  readonly limits: Partial<Limits>
  /** The only way it ends by itself. */
  readonly ends: string
}

const known: readonly Known[] = [
  {
    argv: ['/bin/sh', '-c', 'for i in 1 2 3 4 5 6 7 8; do /bin/true; done; echo done; exit 7'],
    limits: {},
    ends: 'exited 7 done\n',
  },
  { argv: ['/bin/sh', '-c', 'kill -TERM $$'], limits: {}, ends: 'signaled SIGTERM ' },
  { argv: ['/bin/sleep', '1000'], limits: { wallTimeMs: 60 }, ends: 'limited wallTime ' },
  { argv: ['/bin/sh', '-c', 'while :; do :; done'], limits: { cpuTimeMs: 40 }, ends: 'limited cpuTime ' },
  { argv: ['./memory-hog'], limits: { memoryBytes: 8 * MiB }, ends: 'limited memory ' },
  { argv: ['/bin/sh', '-c', 'yes'], limits: { outputBytes: 1000 }, ends: 'limited output ' },
]

/** What a run may reject with whose supervisor or init was killed. */
const deaths: ReadonlySet<string> = new Set(['CONTAINER_FAILED', 'SUPERVISOR_DIED'])

function describe(result: RunResult): string {
  if (result.status === 'limited') return `limited ${result.limit} `
  const how = result.status === 'exited' ? result.exitCode : result.signal
  return `${result.status} ${how} ${result.stdout}`
}

/** Starts one of each; what was reported wrongly of them: neither their one ending nor the death of a process of ours. */
export async function wrongReports(sandbox: Sandbox): Promise<readonly string[]> {
  const files = await fixtureFiles('hostile', 'memory-hog')
  const wrong = known.map(async ({ argv, limits, ends }) => {
    try {
      const seen = describe(await sandbox.run({ argv, files }, limits))
      return seen === ends ? [] : [`${seen}, not ${ends}`]
    } catch (error) {
      if (error instanceof SandboxError && deaths.has(error.code)) return []
      return [`${String(error)}, not ${ends}`]
    }
  })
  return (await Promise.all(wrong)).flat()
}
