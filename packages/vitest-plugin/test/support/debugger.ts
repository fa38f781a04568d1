import { once } from 'node:events'
import { vi } from 'vitest'
import type { Debugged } from './run-vitest.ts'

interface Message {
  readonly id?: number
  readonly method?: string
  readonly params?: unknown
  readonly result?: unknown
  readonly error?: { readonly message: string }
}

/** Where code stopped, as the Chrome DevTools Protocol tells of it. */
interface Paused {
  readonly callFrames: readonly { readonly callFrameId: string }[]
}

/** A debugger that is attached to a Node, as an editor's would be. */
export class Debugger implements Disposable {
  /** Settles once the other end hangs up. */
  readonly closed: Promise<unknown>
  readonly #socket: WebSocket
  readonly #answers = new Map<number, { resolve: (result: unknown) => void; reject: (error: Error) => void }>()
  readonly #pauses: Paused[] = []
  #count = 0

  private constructor(socket: WebSocket) {
    this.#socket = socket
    this.closed = once(socket, 'close')
    socket.addEventListener('message', ({ data }) => this.#received(JSON.parse(String(data)) as Message))
  }

  /** Attaches to the next file that says where it can be debugged. */
  static async attach({ printed }: Debugged): Promise<Debugger> {
    const [, port] = await printed.until(/Debugger listening on ws:\/\/127\.0\.0\.1:(\d+)\//)
    const url = await vi.waitFor(async () => {
      const targets: unknown = await (await fetch(`http://127.0.0.1:${port}/json/list`)).json()
      const [target] = targets as readonly { readonly webSocketDebuggerUrl: string }[]
      if (target === undefined) throw new Error(`nothing to debug at ${port} yet`)
      return target.webSocketDebuggerUrl
    }, 60_000)
    const socket = new WebSocket(url)
    await once(socket, 'open')
    const attached = new Debugger(socket)
    await attached.call('Runtime.enable')
    return attached
  }

  async call(method: string, params: object = {}): Promise<unknown> {
    const id = (this.#count += 1)
    return new Promise((resolve, reject) => {
      this.#answers.set(id, { resolve, reject })
      this.#socket.send(JSON.stringify({ id, method, params }))
    })
  }

  /** The value of an expression, where the process is, or in the frame of a pause. */
  async evaluate(expression: string, callFrameId?: string): Promise<unknown> {
    const answer = await (callFrameId === undefined
      ? this.call('Runtime.evaluate', { expression })
      : this.call('Debugger.evaluateOnCallFrame', { expression, callFrameId }))
    return (answer as { readonly result: { readonly value?: unknown } }).result.value
  }

  /** The frame of the next pause where `condition` holds; from others it goes on. */
  async pauseWhere(condition: string): Promise<string> {
    for (;;) {
      const { callFrames } = await vi.waitFor(() => {
        const pause = this.#pauses.shift()
        if (pause === undefined) throw new Error('it goes on')
        return pause
      }, 60_000)
      const { callFrameId } = callFrames[0] ?? { callFrameId: '' }
      if ((await this.evaluate(condition, callFrameId)) === true) return callFrameId
      await this.call('Debugger.resume')
    }
  }

  [Symbol.dispose](): void {
    this.#socket.close()
  }

  #received({ id, method, params, result, error }: Message): void {
    if (method === 'Debugger.paused') this.#pauses.push(params as Paused)
    if (id === undefined) return
    if (error === undefined) this.#answers.get(id)?.resolve(result)
    else this.#answers.get(id)?.reject(new Error(error.message))
  }
}
