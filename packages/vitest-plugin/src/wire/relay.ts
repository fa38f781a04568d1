import { once } from 'node:events'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { encodeFrame, FrameReader } from './frames.ts'
import { readRelayed, type Relayed } from './relayed.ts'

/** Sockets at one end of a channel, each joined to one at the other end. */
export class Relay {
  readonly #channel: Duplex
  readonly #sockets = new Map<number, Socket>()
  readonly #opened: (connection: number, port: number) => void

  /** `opened` is told of connections that the other end begins. */
  constructor(channel: Duplex, opened: (connection: number, port: number) => void = () => {}) {
    this.#channel = channel
    this.#opened = opened
  }

  get count(): number {
    return this.#sockets.size
  }

  /** Has what `socket` gets go to the other end, and what comes for `connection` to `socket`. */
  join(connection: number, socket: Socket): void {
    this.#sockets.set(connection, socket)
    socket.on('error', () => {})
    socket.on('close', () => {
      if (this.#sockets.delete(connection)) void this.#send({ relay: 'close', connection })
    })
    void this.#pass(connection, socket)
  }

  /** Has the other end begin a connection to a port of its own, joined to `socket`. */
  open(connection: number, port: number, socket: Socket): void {
    void this.#send({ relay: 'open', connection, port })
    this.join(connection, socket)
  }

  /** Settles once the channel is at its end; rejects for what is no message. */
  async listen(): Promise<void> {
    const reader = new FrameReader()
    for await (const chunk of this.#channel)
      for (const message of reader.read(chunk as Uint8Array)) {
        const relayed = readRelayed(message)
        if (relayed !== undefined) await this.#received(relayed)
      }
  }

  close(): void {
    for (const socket of this.#sockets.values()) socket.destroy()
  }

  async #pass(connection: number, socket: Socket): Promise<void> {
    try {
      for await (const bytes of socket) await this.#send({ relay: 'bytes', connection, bytes: bytes as Uint8Array })
    } catch {
      // Its end is told of when it is closed.
    }
  }

  async #received(relayed: Relayed): Promise<void> {
    const { connection } = relayed
    if (relayed.relay === 'open') return this.#opened(connection, relayed.port)
    const socket = this.#sockets.get(connection)
    if (relayed.relay === 'close') socket?.end()
    else if (socket !== undefined && !socket.destroyed && !socket.write(relayed.bytes)) await drained(socket)
  }

  async #send(relayed: Relayed): Promise<void> {
    if (this.#channel.writable && !this.#channel.write(encodeFrame(relayed))) await drained(this.#channel)
  }
}

/** It takes more again, or nothing ever. */
async function drained(stream: Duplex): Promise<void> {
  const given = new AbortController()
  const { signal } = given
  await Promise.race(['drain', 'close'].map(async (event) => once(stream, event, { signal }))).catch(() => {})
  given.abort()
}
