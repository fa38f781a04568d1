import PQueue from 'p-queue'
import { guestsMax } from '../supervisor/protocol.ts'

/** Commands under way in containers that are kept open: half of what a supervisor has places for, since one is free only a moment after its command's end. */
export class Guests {
  readonly #queue = new PQueue({ concurrency: guestsMax / 2 })

  async use<Value>(job: () => Promise<Value>): Promise<Value> {
    return this.#queue.add(job)
  }
}
