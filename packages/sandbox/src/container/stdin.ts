import { invalidOption } from '../errors.ts'
import type { Supervisor } from '../supervisor/supervisor.ts'
import { KiB, MiB } from '../units.ts'
import { KeptBlob } from './blob.ts'

/** Where standard input comes from. */
export type Input = Uint8Array | AsyncIterable<Uint8Array> | KeptBlob

/** So much goes along with the request; the pipe holds as much (pipe(7)). */
const stdinWithRequestBytes = 64 * KiB

/** So much may be under way, sent but not yet in the command's pipe. */
const windowBytes = MiB
const chunkBytes = 256 * KiB

/** How much of a stream may be under way, and what of that is not to be sent yet. */
interface Window {
  readonly bytes: number
  readonly heldBytes: number
}

/** Bytes of a stream on their way in: the command's own pace holds back what they come from. */
export class StreamSender {
  readonly #send: (bytes: Uint8Array) => void
  readonly #windowBytes: number
  readonly #chunkBytes: number
  #underWayBytes: number
  #isOver = false
  #wake: (() => void) | undefined

  constructor(send: (bytes: Uint8Array) => void, window: Window = { bytes: windowBytes, heldBytes: 0 }) {
    this.#send = send
    this.#windowBytes = window.bytes
    this.#chunkBytes = Math.min(chunkBytes, window.bytes / 4)
    this.#underWayBytes = window.heldBytes
  }

  /** Told that so many bytes have entered the pipe. */
  taken(bytes: number): void {
    this.#underWayBytes = Math.max(0, this.#underWayBytes - bytes)
    this.#wake?.()
  }

  /** Told that the run is over: nothing more is read from the source. */
  over(): void {
    this.#isOver = true
    this.#wake?.()
  }

  /** Sends a source to its end, or until the run is over. Rejects with what the source throws. */
  async sendAll(source: AsyncIterable<Uint8Array>): Promise<void> {
    const iterator = source[Symbol.asyncIterator]()
    while (!this.#isOver) {
      const next = await this.#unlessOver(iterator.next())
      if (next === undefined) break
      if (next.done === true) return this.end()
      await this.send(next.value)
    }
    // A source that never answers must not hold up the result.
    void Promise.resolve(iterator.return?.()).catch(() => {})
  }

  /** Sends the end of the stream. */
  end(): void {
    if (!this.#isOver) this.#send(new Uint8Array(0))
  }

  async #unlessOver<Value>(promise: Promise<Value>): Promise<Value | undefined> {
    const over = new Promise<undefined>((resolve) => {
      this.#wake = () => (this.#isOver ? resolve(undefined) : undefined)
    })
    return Promise.race([promise, over])
  }

  /** Sends one chunk; settles once as much of it may be under way, or the run is over. One at a time. */
  async send(chunk: Uint8Array): Promise<void> {
    if (!(chunk instanceof Uint8Array)) throw invalidOption('command.stdin', 'yield Uint8Arrays', chunk)
    for (let at = 0; at < chunk.length && !this.#isOver; at += this.#chunkBytes) {
      const part = chunk.subarray(at, at + this.#chunkBytes)
      while (this.#underWayBytes + part.length > this.#windowBytes && !this.#isOver) await this.#credit()
      if (this.#isOver) return
      this.#underWayBytes += part.length
      this.#send(part)
    }
  }

  async #credit(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve
    })
  }
}

/** What of standard input goes along with the request, and what follows it; or the number of what stands for it. */
export interface SplitStdin {
  readonly first: Uint8Array
  readonly rest: AsyncIterable<Uint8Array> | undefined
  readonly blob?: number
}

const nothing = new Uint8Array(0)

/** The number by which a supervisor knows what is stored, and is standard input; 0: nothing is. */
export async function inputBlob(stdin: Input | undefined, supervisor: Supervisor): Promise<number> {
  return KeptBlob.is(stdin) ? stdin.numberFor(supervisor, 'command.stdin') : 0
}

/** Splits standard input, so that what is small takes no frame of its own and what is large comes in pieces. */
export function splitStdin(stdin: Exclude<Input, KeptBlob> | undefined): SplitStdin {
  if (stdin === undefined) return { first: nothing, rest: undefined }
  if (!(stdin instanceof Uint8Array)) return { first: nothing, rest: stdin }
  if (stdin.length <= stdinWithRequestBytes) return { first: stdin, rest: undefined }
  return { first: stdin.subarray(0, stdinWithRequestBytes), rest: only(stdin.subarray(stdinWithRequestBytes)) }
}

async function* only(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes
}
