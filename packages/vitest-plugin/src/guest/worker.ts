import { mkdtempSync } from 'node:fs'
import type { init, runBaseTests, setupEnvironment } from 'vitest/worker'
import { markSignals, type Boot, type TimeMark } from '../wire/messages.ts'
import type { Channel } from './channel.ts'
import { withFiles } from './outbox.ts'
import { watchRefusals } from './refusals.ts'
import { measuringRunner, runnerId } from './runner.ts'
import { SnapshotsByHost } from './snapshots.ts'

/** Of Vitest's worker what is used. */
export type WorkerModule = {
  readonly init: typeof init
  readonly runBaseTests: typeof runBaseTests
  readonly setupEnvironment: typeof setupEnvironment
}
type State = Parameters<typeof runBaseTests>[1]

/** A mark that took no longer than this was interrupted by nobody. */
const soonMs = 1

/**
 * A call that the kernel's list has with its own time, so that times of this process can be told as times of that: the one
 * of a few that was least interrupted.
 */
function markTime(): TimeMark {
  let best: { detail: string; fromMs: number; tookMs: number } | undefined
  for (const [signal, word] of markSignals) {
    const fromMs = performance.now()
    try {
      process.kill(1, signal)
    } catch {
      // It is not ours to signal.
    }
    const tookMs = performance.now() - fromMs
    if (best === undefined || tookMs < best.tookMs) best = { detail: `1 ${word}`, fromMs, tookMs }
    if (tookMs <= soonMs) break
  }
  const { detail, fromMs, tookMs } = best ?? { detail: '', fromMs: 0, tookMs: 0 }
  return { detail, atMs: fromMs + tookMs / 2, untilMs: performance.now() }
}

/** Has Vitest's worker, of the Vitest that the project has, talk over the channel. */
export function startWorker(boot: Boot, worker: WorkerModule, channel: Channel): void {
  const exit = process.exit.bind(process)
  const mark = markTime()
  const refusals = watchRefusals(channel)
  const prepared = (state: State): State => {
    const { config } = state
    // Vitest 5 writes coverage to where it is told; the project is read-only.
    const coverage = config.coverage as { coverageFilesDirectory?: string }
    if (coverage.coverageFilesDirectory !== undefined) coverage.coverageFilesDirectory = mkdtempSync('/tmp/coverage-')
    config.snapshotOptions.snapshotEnvironment = new SnapshotsByHost(channel, state)
    // Benchmarks of Vitest 4 have a runner of another kind.
    if ((config as { mode?: string }).mode !== 'benchmark') {
      userRunner = config.runner
      config.runner = runnerId
    }
    return state
  }
  let userRunner: string | undefined
  worker.init({
    on: (listener) => channel.on(listener),
    off: (listener) => channel.off(listener),
    post: (message: unknown) => channel.post(withFiles(message)),
    setup: worker.setupEnvironment,
    runTests: async (state, traces) => {
      try {
        await worker.runBaseTests('run', prepared(state), traces)
      } finally {
        refusals.off()
        process.exit = exit
      }
    },
    collectTests: async (state, traces) => worker.runBaseTests('collect', state, traces),
    onModuleRunner: (moduleRunner) => {
      const importModule = moduleRunner.import.bind(moduleRunner) as (id: string) => Promise<unknown>
      const replaced = async (id: string): Promise<unknown> => {
        if (id !== runnerId) return importModule(id)
        const base = userRunner === undefined ? undefined : await importModule(userRunner)
        return measuringRunner(boot.distPath, base, channel, refusals)
      }
      Object.defineProperty(moduleRunner, 'import', { value: replaced, configurable: true, writable: true })
    },
    teardown: () => {
      process.exit = exit
    },
  })
  channel.tell({ mayfly: 'ready', mark })
}
