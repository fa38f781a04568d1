import { setImmediate } from 'node:timers/promises'

/**
 * Waits for a state of the host that no event announces, such as the end of a process that is not ours. Asks again
 * at each turn of the event loop; `signal` is the test's own, so that its time limit ends the waiting.
 */
export async function until(signal: AbortSignal, holds: () => boolean): Promise<void> {
  while (!holds()) {
    signal.throwIfAborted()
    await setImmediate()
  }
}
