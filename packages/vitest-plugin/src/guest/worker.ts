import { mkdtempSync } from 'node:fs'
import type { init, runBaseTests, setupEnvironment } from 'vitest/worker'
import { markSignals, type Boot, type TimeMark } from '../wire/messages.ts'
import type { Channel } from './channel.ts'
import { withFiles } from './outbox.ts'
import { watchRefusals } from './refusals.ts'
import { measuringRunner, runnerId } from './runner.ts'
import { SnapshotsByHost } from './snapshots.ts'

type WorkerModule = {
  readonly init: typeof init
  readonly runBaseTests: typeof runBaseTests
  readonly setupEnvironment: typeof setupEnvironment
}
type State = Parameters<typeof runBaseTests>[1]

/**
 * A call that the kernel's list has with its own time, so that times of this process can be told as times of that: the one
 * of a few that was least interrupted.
 */
function markTime(): TimeMark {
  const marks = markSignals.map(([signal, word]) => {
    const fromMs = performance.now()
    try {
      process.kill(1, signal)
    } catch {
      // It is not ours to signal.
    }
    return { detail: `1 ${word}`, fromMs, tookMs: performance.now() - fromMs }
  })
  const [best] = marks.sort((a, b) => a.tookMs - b.tookMs)
  return { detail: best?.detail ?? '', atMs: (best?.fromMs ?? 0) + (best?.tookMs ?? 0) / 2, untilMs: performance.now() }
}

/** Loads Vitest's worker, of the Vitest that the project has, and has it talk over the channel. */
export async function startWorker(boot: Boot, channel: Channel): Promise<void> {
  const worker = (await import(`file://${boot.distPath}/worker.js`)) as WorkerModule
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
