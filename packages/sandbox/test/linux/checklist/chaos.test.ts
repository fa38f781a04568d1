import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { createSandbox, type Sandbox, SandboxError } from '@mayfly/sandbox'
import { expect, test } from 'vitest'
import { findMaker, initsOf, isAlive, supervisorsOf } from '../../../../../fixtures/host-processes.ts'
import { readHostState } from '../../../../../fixtures/host-state.ts'
import { until } from '../support/until.ts'
import { needsSandboxes } from '../support/use-sandbox.ts'
import { wrongReports } from './support/known-runs.ts'
import { seededRandom } from './support/random.ts'

needsSandboxes()

/** `CHAOS_ROUNDS=100` kills more often than every run of the tests does; `CHAOS_SEED` repeats one. */
const rounds = Number(process.env['CHAOS_ROUNDS'] ?? 12)
const seed = Number(process.env['CHAOS_SEED'] ?? Date.now() % 1_000_000)
const longestMs = 150

/** Each of them starts another Node, which takes its time. */
const nodeRounds = Math.ceil(rounds / 4)

function kill(pid: number | undefined): void {
  try {
    if (pid !== undefined && pid > 1) process.kill(pid, 'SIGKILL')
  } catch {
    // it ended by itself just now
  }
}

type Kind = 'supervisor' | 'maker' | 'init'

/** A process of ours, chosen when the moment has come. */
function victim(kind: Kind, supervisor: number | undefined, random: () => number): number | undefined {
  if (kind === 'supervisor' || supervisor === undefined) return supervisor
  if (kind === 'maker') return findMaker(supervisor)
  const inits = initsOf([supervisor])
  return inits[Math.floor(random() * inits.length)]
}

function livingSupervisor(): number | undefined {
  return supervisorsOf(process.pid).find((pid) => isAlive(pid))
}

interface Round {
  readonly sandbox: Sandbox
  readonly kind: Kind
  readonly random: () => number
  readonly signal: AbortSignal
}

async function oneRound({ sandbox, kind, random, signal }: Round): Promise<readonly string[]> {
  const wrong = wrongReports(sandbox)
  await wait(random() * longestMs)
  let supervisor: number | undefined
  let pid: number | undefined
  // between the end of one and the start of the next there is none
  await until(signal, () => {
    supervisor = livingSupervisor()
    pid = victim(kind, supervisor, random)
    return pid !== undefined
  })
  kill(pid)
  // with its maker a supervisor ends too; with an init it does not
  const dying = kind === 'init' ? [pid] : [pid, supervisor]
  await until(signal, () => dying.every((each) => each === undefined || !isAlive(each)))
  return wrong
}

/** How a run ends after the last kill, which may have hit the supervisor, or the ready container, that it is given. */
async function endingAfterKill(sandbox: Sandbox): Promise<string> {
  return sandbox.run(['/bin/true']).then(
    ({ status }) => status,
    (error: unknown) => (error instanceof SandboxError ? error.code : String(error)),
  )
}

for (const kind of ['supervisor', 'maker', 'init'] as const) {
  test(
    `49: chaos: ${rounds} times the ${kind} is killed at a random moment, and no run is reported wrongly (seed ${seed})`,
    async ({ signal }) => {
      console.log(`CHAOS_SEED=${seed}`)
      const random = seededRandom(seed)
      await (await createSandbox()).close()
      const before = readHostState()
      const sandbox = await createSandbox({ concurrency: 3 })
      try {
        for (let round = 0; round < rounds; round++) {
          expect(await oneRound({ sandbox, kind, random, signal })).toEqual([])
        }
        expect(await endingAfterKill(sandbox)).toMatch(/^(?:exited|SUPERVISOR_DIED|CONTAINER_FAILED)$/)
        expect(await endingAfterKill(sandbox)).toBe('exited')
      } finally {
        await sandbox.close()
      }
      expect(readHostState()).toEqual(before)
    },
    60_000 + rounds * 2_000,
  )
}

test(
  `49: chaos: ${nodeRounds} times Node is killed at a random moment, and nothing is left (seed ${seed})`,
  async ({ signal }) => {
    const random = seededRandom(seed + 1)
    const program = fileURLToPath(new URL('programs/known-runs.ts', import.meta.url))
    await (await createSandbox()).close()
    const before = readHostState()
    for (let round = 0; round < nodeRounds; round++) {
      const node = spawn(process.execPath, ['--conditions=mayfly-source', program], {
        stdio: ['ignore', 'pipe', 'inherit'],
      })
      const said: string[] = []
      node.stdout.setEncoding('utf8').on('data', (text: string) => said.push(text))
      await until(signal, () => said.length > 0)
      const [supervisor = 0] = supervisorsOf(node.pid ?? 0)
      await wait(random() * longestMs)
      const closed = once(node, 'close')
      kill(node.pid)
      await closed
      await until(signal, () => !isAlive(supervisor))
      expect(said.join('')).toBe('begun\n')
    }
    expect(readHostState()).toEqual(before)
  },
  60_000 + nodeRounds * 5_000,
)
