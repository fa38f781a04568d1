import { once } from 'node:events'
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { invalid } from '../options/invalid.ts'
import { Relay } from '../wire/relay.ts'
import type { StartRequest } from './file-run.ts'

/** More than this no debugger has. */
const connectionsMax = 16

interface Address {
  readonly host: string
  readonly port: number
}

/** Where Node's inspector listens unless it is told otherwise. */
const standard: Address = { host: '127.0.0.1', port: 9229 }

/** Where a debugger is to find a file while it runs: a port of the host's, as with forks, with the container's behind it. */
export class Inspector implements AsyncDisposable {
  readonly #server: Server
  readonly #relay: Relay
  #connectionCount = 0

  private constructor(server: Server, channel: Duplex) {
    this.#server = server
    this.#relay = new Relay(channel)
    server.on('connection', (socket) => this.#connected(socket))
    // A worker that breaks the rules here is no longer debugged; its tests are heard elsewhere.
    this.#relay.listen().catch(() => this.#relay.close())
  }

  /** Listens where the config of Vitest says; rejects where that is taken. `channel` is the worker's, for this. */
  static async listen(address: Partial<Address>, channel: Duplex): Promise<Inspector> {
    const { host = standard.host, port = standard.port } = address
    const server = createServer()
    server.listen({ host, port })
    try {
      await once(server, 'listening')
    } catch (cause) {
      throw invalid('--inspect', 'name a free port', `${host}:${port}`, cause)
    }
    return new Inspector(server, channel)
  }

  /** The request with the container's own address in it, which has the port of the host's. */
  told(start: StartRequest): StartRequest {
    const { config } = start.context
    const inspector = { ...config.inspector, host: standard.host, port: this.#port }
    return { ...start, context: { ...start.context, config: { ...config, inspector } } }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#relay.close()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  get #port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  #connected(socket: Socket): void {
    if (this.#relay.count >= connectionsMax) socket.destroy()
    else this.#relay.open((this.#connectionCount += 1), this.#port, socket)
  }
}
