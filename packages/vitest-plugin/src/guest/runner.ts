import type { RunnerTask as Task, RunnerTestCase as Test } from 'vitest'
import type { TestRunner } from 'vitest'
import type { Channel } from './channel.ts'
import type { RefusalWatch } from './refusals.ts'

/** In place of the project's runner in the config; imported as it, see `worker.ts`. */
export const runnerId = 'mayfly:runner'

type RunnerClass = new (...args: ConstructorParameters<typeof TestRunner>) => TestRunner

interface Start {
  readonly cpu: NodeJS.CpuUsage
  readonly residentBytes: number
}

/**
 * The project's runner, or Vitest's, that also tells the host which test runs, so that a limit or a refusal names it, and
 * says what each used. That is the worker's own word, and by the process: tests that run at once count each other.
 */
export async function measuringRunner(
  distPath: string,
  base: unknown,
  channel: Channel,
  refusals: RefusalWatch,
): Promise<{ readonly default: RunnerClass }> {
  const Base = (base as { default: RunnerClass } | undefined)?.default ?? (await vitestRunner(distPath))
  const starts = new Map<string, Start>()
  const [cpuUsage, memoryUsage] = [process.cpuUsage.bind(process), process.memoryUsage.rss.bind(process)]
  const now = performance.now.bind(performance)
  return {
    default: class extends Base {
      override async onBeforeRunTask(test: Task & Test): Promise<void> {
        starts.set(test.id, { cpu: cpuUsage(), residentBytes: memoryUsage() })
        refusals.begin(test.id)
        channel.tell({ mayfly: 'test', id: test.id, isRunning: true, atMs: now() })
        await super.onBeforeRunTask?.(test)
      }

      override onAfterRunTask(test: Task & Test): void {
        super.onAfterRunTask?.(test)
        const start = starts.get(test.id)
        refusals.end(test.id)
        tellEnd(channel, test, now())
        if (start === undefined) return
        const { user, system } = cpuUsage(start.cpu)
        test.meta.sandbox = {
          cpuTimeMs: Math.round((user + system) / 100) / 10,
          memoryGrowthBytes: Math.max(0, memoryUsage() - start.residentBytes),
        }
      }
    },
  }
}

/** Errors may hold what cannot be sent. */
function tellEnd(channel: Channel, { id, result }: Test, atMs: number): void {
  const end = { mayfly: 'test', id, isRunning: false, atMs } as const
  try {
    channel.tell({ ...end, result })
  } catch {
    channel.tell({ ...end, result: { state: result?.state, startTime: result?.startTime, duration: result?.duration } })
  }
}

async function vitestRunner(distPath: string): Promise<RunnerClass> {
  const { TestRunner: Runner } = (await import(`file://${distPath}/index.js`)) as { TestRunner: RunnerClass }
  return Runner
}
