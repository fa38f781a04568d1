import { Socket } from 'node:net'
import { encodeFrame, FrameReader } from '../wire/frames.ts'
import type { GuestMessage, HostMessage } from '../wire/messages.ts'
import { Inbox } from './inbox.ts'

type Listener = (message: unknown) => void

/** Tests put timers of their own in place of it, which stand still. */
const later = globalThis.setImmediate

/** The guest's end of the channel. Node writes what fits at once, also while a test keeps the event loop busy after it. */
export class Channel {
  readonly #socket: Socket
  readonly #reader = new FrameReader()
  readonly #listeners = new Set<Listener>()
  readonly #calls = new Map<number, { resolve: () => void; reject: (error: Error) => void }>()
  readonly #inbox = new Inbox()
  #callCount = 0

  constructor(descriptor: number) {
    this.#socket = new Socket({ fd: descriptor, readable: true, writable: true })
    this.#socket.on('data', (chunk: Buffer) => {
      for (const message of this.#reader.read(chunk)) this.#deliver(message)
    })
    // Nobody is there any more.
    for (const event of ['end', 'error']) this.#socket.on(event, () => process.kill(process.pid, 'SIGKILL'))
  }

  on(listener: Listener): void {
    this.#listeners.add(listener)
  }

  off(listener: Listener): void {
    this.#listeners.delete(listener)
  }

  post(message: unknown): void {
    this.#socket.write(encodeFrame(message))
  }

  tell(message: GuestMessage): void {
    this.post(message)
  }

  /** Has the host do something, and rejects with what it says against it. */
  async call(method: string, ...args: readonly unknown[]): Promise<void> {
    const call = (this.#callCount += 1)
    return new Promise((resolve, reject) => {
      this.#calls.set(call, { resolve, reject })
      this.tell({ mayfly: 'call', call, method, args })
    })
  }

  #deliver(message: unknown): void {
    const own = message as HostMessage
    if (typeof message !== 'object' || message === null || !('mayfly' in message)) {
      const received = this.#inbox.received(message)
      // Listeners may not be called while Vitest's `init` still runs (4.1).
      for (const listener of this.#listeners) later(listener, received)
      return
    }
    if (own.mayfly !== 'reply') return
    const waiting = this.#calls.get(own.call)
    this.#calls.delete(own.call)
    if (own.error === undefined) waiting?.resolve()
    else waiting?.reject(new Error(own.error))
  }
}
