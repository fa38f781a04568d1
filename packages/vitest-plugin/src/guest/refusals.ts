import { AsyncLocalStorage } from 'node:async_hooks'
import { syncBuiltinESMExports } from 'node:module'
import type { Refusal } from '../wire/messages.ts'
import type { Channel } from './channel.ts'
import { watchFiles } from './refused-files.ts'
import { watchNetwork } from './refused-network.ts'

/** Where something was tried; its stack is made only if it is refused. */
export interface Place {
  readonly stack?: string
}

/** Told what was refused. */
export interface RefusalLog {
  here(): Place
  /** Has what `job` does later, in whatever order, count as done at the place that called. */
  during<Value>(job: () => Value): Value
  refused(refusal: Pick<Refusal, 'kind' | 'action' | 'target' | 'code'>, place: Place): void
}

/** What tells which test was running. */
export interface RefusalWatch {
  begin(testId: string): void
  end(testId: string): void
  off(): void
}

/**
 * Has calls of Node that the container refuses say so, with the test and the line that made them. Only a help to whoever
 * reads: what was refused stands in the kernel's own list too, and a worker may say what it likes.
 */
export function watchRefusals(channel: Channel): RefusalWatch {
  const running = new Set<string>()
  const callers = new AsyncLocalStorage<Place>()
  let isOn = true
  const [now, capture] = [performance.now.bind(performance), Error.captureStackTrace.bind(Error)]
  const here = (): Place => {
    const outer = callers.getStore()
    if (outer !== undefined) return outer
    const place: Place = {}
    capture(place, here)
    return place
  }
  const log: RefusalLog = {
    here,
    during: (job) => callers.run(here(), job),
    refused: (refusal, place) => {
      if (!isOn) return
      const [testId] = running.size === 1 ? running : []
      channel.tell({ mayfly: 'refusal', ...refusal, testId, stack: String(place.stack), atMs: now() })
    },
  }
  watchNetwork(log)
  watchFiles(log)
  watchKill(log)
  syncBuiltinESMExports()
  return {
    begin: (testId) => running.add(testId),
    end: (testId) => running.delete(testId),
    off: () => {
      isOn = false
    },
  }
}

function watchKill(log: RefusalLog): void {
  const kill = process.kill.bind(process)
  process.kill = (pid, signal) => {
    try {
      return kill(pid, signal)
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      if (code === 'EPERM')
        log.refused({ kind: 'call', action: 'kill', target: `${pid} ${signal ?? 'SIGTERM'}`, code }, log.here())
      throw error
    }
  }
}
