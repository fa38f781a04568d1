import PQueue from 'p-queue'
import { pairsMax } from '../supervisor/protocol.ts'

/** Pairs of connected commands under way: no more than a supervisor has containers for, each with a number of its own. */
export class Pairs {
  readonly #queue = new PQueue({ concurrency: pairsMax })
  #last = 0

  async use<Value>(job: (number: number) => Promise<Value>): Promise<Value> {
    return this.#queue.add(async () => job(this.#next()))
  }

  #next(): number {
    this.#last = (this.#last % 0xffff_ffff) + 1
    return this.#last
  }
}
