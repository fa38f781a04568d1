import type { Duplex } from 'node:stream'
import type {
  Command,
  Limits,
  RenewableLimits,
  RunningCommand,
  RunResult,
  Sandbox,
  SpawnOptions,
} from '@mayfly/sandbox'
import type { TimeMark } from '../wire/messages.ts'
import { encodeFrame, FrameError, FrameReader } from '../wire/frames.ts'

/** What a guest is told apart by until it has a file: a channel, a process, and nobody who listens yet. */
export interface GuestListener {
  message(message: object): void
  output(stream: 'stdout' | 'stderr', bytes: Uint8Array): void
  /** It broke the channel's rules, and is killed for it. */
  broke(error: FrameError): void
}

/** A worker in a container of its own: used for one file, then destroyed. */
export class Guest {
  /** How it ended, once every process of it is dead, and all it said was heard. */
  readonly ended: Promise<RunResult>
  /** Settles once Vitest's worker is loaded, or it ended before. */
  readonly ready: Promise<void>
  /** Made before it knew of any file. */
  mark: TimeMark = { detail: '', atMs: 0, untilMs: 0 }
  /** Where a debugger reaches it, if one may. */
  readonly inspect: Duplex | undefined
  readonly #running: RunningCommand
  readonly #channel: Duplex
  readonly #waiting: (object | (() => void))[] = []
  #listener: GuestListener | undefined
  #ready: () => void = () => {}
  #isReady = false

  private constructor(running: RunningCommand) {
    this.#running = running
    const { rpc, inspect } = running.channels
    if (rpc === undefined) throw new Error('the worker has no channel')
    this.#channel = rpc
    this.ready = new Promise((resolve) => {
      this.#ready = resolve
    })
    rpc.on('error', () => {})
    this.inspect = inspect
    inspect?.on('error', () => {})
    const heard = Promise.all([this.#listen(), this.#pass('stdout'), this.#pass('stderr')])
    this.ended = this.#end(heard)
    this.ended.catch(() => {})
  }

  static async start(
    sandbox: Sandbox,
    command: Command,
    limits: Partial<Limits>,
    options: SpawnOptions & { readonly channels: readonly ('rpc' | 'inspect')[] },
  ): Promise<Guest> {
    return new Guest(await sandbox.spawn(command, limits, options))
  }

  /** Has what was said already, and what comes, told to `listener`. */
  attach(listener: GuestListener): void {
    this.#listener = listener
    for (const waiting of this.#waiting.splice(0))
      if (typeof waiting === 'function') waiting()
      else listener.message(waiting)
  }

  send(message: unknown): void {
    if (!this.#channel.writable) return
    this.#channel.write(encodeFrame(message))
  }

  /** From here on its time, processor time and memory are those of a file. */
  renew(limits: Partial<RenewableLimits>): void {
    this.#running.renew(limits)
  }

  kill(): void {
    this.#running.kill()
  }

  async #end(heard: Promise<unknown>): Promise<RunResult> {
    try {
      const result = await this.#running.result
      await heard
      return result
    } finally {
      this.#ready()
    }
  }

  async #listen(): Promise<void> {
    const reader = new FrameReader()
    try {
      for await (const chunk of this.#channel) {
        for (const message of reader.read(chunk as Uint8Array)) this.#deliver(message)
      }
    } catch (error) {
      if (error instanceof FrameError) this.#listener?.broke(error)
      this.kill()
    }
  }

  #deliver(message: unknown): void {
    if (typeof message !== 'object' || message === null) throw new FrameError('a message that is no object')
    if ('mayfly' in message && message.mayfly === 'ready' && !this.#isReady) this.#loaded(message)
    else if (this.#listener === undefined) this.#waiting.push(message)
    else this.#listener.message(message)
  }

  #loaded(message: object): void {
    this.#isReady = true
    this.mark = (message as { mark: TimeMark }).mark
    this.#ready()
  }

  async #pass(name: 'stdout' | 'stderr'): Promise<void> {
    for await (const bytes of this.#running[name]) {
      if (this.#listener === undefined) this.#waiting.push(() => this.#listener?.output(name, bytes))
      else this.#listener.output(name, bytes)
    }
  }
}
