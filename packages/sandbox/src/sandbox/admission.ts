import PQueue from 'p-queue'
import { SandboxError } from '../errors.ts'

/** What a run may say about its place in the queue. */
export interface Turn {
  readonly priority: number
  /** Aborted while it waits, it leaves the queue and never starts. */
  readonly signal: AbortSignal | undefined
  /** Those that wait for the same thing may be rejected together. */
  readonly group?: string | undefined
}

type Reject = (reason: unknown) => void

/** Decides which runs are under way and which wait: at most so many at once, the urgent ones first. */
export class Admission {
  readonly #queue: PQueue
  readonly #maxQueued: number
  readonly #waiting = new Map<Reject, string | undefined>()

  constructor(concurrency: number, maxQueued: number) {
    this.#queue = new PQueue({ concurrency })
    this.#maxQueued = maxQueued
  }

  get runningCount(): number {
    return this.#queue.pending
  }

  get queuedCount(): number {
    return this.#waiting.size
  }

  /** Does `job` when its turn has come. Rejects with `QUEUE_FULL` where too many wait already. */
  async admit<Value>(job: () => Promise<Value>, turn: Turn): Promise<Value> {
    turn.signal?.throwIfAborted()
    if (this.#queue.pending >= this.#queue.concurrency && this.queuedCount >= this.#maxQueued) {
      const message = `${this.queuedCount} runs wait already, and \`maxQueued\` is ${this.#maxQueued}`
      throw new SandboxError('QUEUE_FULL', message)
    }
    return new Promise<Value>((resolve, reject) => {
      const link = turn.signal === undefined ? undefined : new WaitLink(turn.signal)
      this.#waiting.set(reject, turn.group)
      const start = async (): Promise<Value> => {
        link?.cut()
        // Rejected while it waited: its place in the queue is all that was left of it.
        if (!this.#waiting.delete(reject)) throw new Error('rejected before its turn')
        return job()
      }
      const leave = (reason: unknown): void => {
        this.#waiting.delete(reject)
        reject(reason)
      }
      const options =
        link === undefined ? { priority: turn.priority } : { priority: turn.priority, signal: link.signal }
      // Settles after the queue has counted it out, so that a caller who looks then does not find it running.
      this.#queue.add(start, options).then(resolve, leave)
    })
  }

  /** Starts nothing more. */
  pause(): void {
    this.#queue.pause()
  }

  /** Empties the queue: everything that waits rejects with this. */
  rejectWaiting(reason: unknown): void {
    this.#queue.clear()
    for (const reject of this.#waiting.keys()) reject(reason)
    this.#waiting.clear()
  }

  /** Everything of this group that waits rejects with this, and is not started. */
  rejectGroup(reason: unknown, group: string | undefined): void {
    for (const [reject, its] of this.#waiting) {
      if (its !== group) continue
      this.#waiting.delete(reject)
      reject(reason)
    }
  }

  /** Settles once nothing is under way. */
  async idle(): Promise<void> {
    await this.#queue.onPendingZero()
  }
}

/** Passes an abort on for as long as it is not cut: p-queue would let go of a run that is under way, not wait for it. */
class WaitLink {
  readonly #source: AbortSignal
  readonly #controller = new AbortController()
  readonly #pass = (): void => this.#controller.abort(this.#source.reason)

  constructor(source: AbortSignal) {
    this.#source = source
    source.addEventListener('abort', this.#pass, { once: true })
  }

  get signal(): AbortSignal {
    return this.#controller.signal
  }

  cut(): void {
    this.#source.removeEventListener('abort', this.#pass)
  }
}
