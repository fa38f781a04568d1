import { type ChildProcess, spawn, type SpawnOptions } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { Argv, Limits, Sandbox } from '@mayfly/sandbox'
import { buildFixture } from '../../../../../../fixtures/build.ts'
import { commandsNamed, fixtureFiles } from '../../support/commands.ts'
import { failureOf } from '../../support/failure.ts'
import { until } from '../../support/until.ts'

const endless = { wallTimeMs: 600_000, idleTimeMs: 600_000 }

/** A fixture that runs until it is told to stop. */
export interface Waiting {
  /** Its pid on the host. */
  readonly pid: number
  /** Ends it; settles once its container is dead. */
  stop(): Promise<void>
}

/** Starts the sleeper, so that a container at work can be looked at from the host. */
export async function startSleeper(
  sandbox: Sandbox,
  signal: AbortSignal,
  limits: Partial<Limits> = {},
): Promise<Waiting> {
  const controller = new AbortController()
  // one that a killed Node left may not be dead yet
  const before = new Set(commandsNamed('sleeper'))
  const files = await fixtureFiles('hostile', 'sleeper')
  const command = { argv: ['./sleeper'] satisfies Argv, files }
  const ended = failureOf(sandbox.run(command, { ...endless, ...limits }, { signal: controller.signal }))
  let started: readonly number[] = []
  await until(signal, () => {
    started = commandsNamed('sleeper').filter((pid) => !before.has(pid))
    return started.length === 1
  })
  const [pid = 0] = started
  return {
    pid,
    stop: async () => {
      controller.abort()
      await ended
    },
  }
}

const holder = fileURLToPath(new URL('../../programs/hold-sandbox.ts', import.meta.url))

/** Starts a Node process whose sandbox runs the sleeper; whatever it says when that is killed is not shown. */
export async function startHolder(options: SpawnOptions = {}): Promise<ChildProcess> {
  await buildFixture('hostile', 'sleeper')
  return spawn(process.execPath, ['--conditions=mayfly-source', holder], { stdio: 'ignore', ...options })
}
