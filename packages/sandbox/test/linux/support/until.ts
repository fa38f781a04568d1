import { setTimeout as wait } from 'node:timers/promises'

/** Long enough to leave the processor to what is waited for. */
const pauseMs = 5

/**
 * Waits for a state of the host that no event announces, such as the end of a process that is not ours. Asks again
 * and again; `signal` is the test's own, so that its time limit ends the waiting.
 */
export async function until(signal: AbortSignal, holds: () => boolean): Promise<void> {
  while (!holds()) {
    signal.throwIfAborted()
    await wait(pauseMs)
  }
}
