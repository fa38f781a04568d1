import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import type { Socket } from 'node:net'
import type { Readable } from 'node:stream'
import { SandboxError } from '../errors.ts'

const stderrCharacterCountMax = 4096

/** How long a supervisor may take to destroy its containers once asked to end, before it is killed. */
const endTimeoutMs = 10_000

/** The native process and its ends of the pipes; its streams keep Node alive only while they are held. */
export class SupervisorProcess {
  /** The protocol's socket. */
  readonly socket: Socket
  /** Settles with what it ended like, once it is gone and nothing more will come through the socket. */
  readonly ended: Promise<string>
  readonly #child: ChildProcess
  readonly #stderr: Readable
  #stderrText = ''

  private constructor(child: ChildProcess) {
    this.#child = child
    this.socket = child.stdio[3] as unknown as Socket
    this.#stderr = child.stderr as Readable
    this.#stderr.setEncoding('utf8')
    this.#stderr.on('data', (text: string) => {
      this.#stderrText = (this.#stderrText + text).slice(-stderrCharacterCountMax)
    })
    this.ended = this.#watch()
  }

  /** Starts it. Rejects with `SUPERVISOR_DIED` where the host cannot, for want of descriptors for example. */
  static async start(binary: string): Promise<SupervisorProcess> {
    try {
      // Detached: a Ctrl-C at a terminal goes to the whole foreground group, and this one's end is ours to decide.
      const child = spawn(binary, [], { stdio: ['ignore', 'ignore', 'pipe', 'pipe'], env: {}, detached: true })
      // Without descriptors there are no pipes either, so nothing of the child is touched before this is known.
      await once(child, 'spawn')
      return new SupervisorProcess(child)
    } catch (cause) {
      const { code: errno, message } = cause as NodeJS.ErrnoException
      const details = { errno, path: binary, cause }
      throw new SandboxError('SUPERVISOR_DIED', `the supervisor could not be started: ${message}`, details)
    }
  }

  get id(): number | undefined {
    return this.#child.pid
  }

  /** Keeps Node alive for as long as it runs. */
  hold(): void {
    this.#child.ref()
    this.socket.ref()
  }

  /** Lets Node end; what the supervisor keeps then ends with it. */
  release(): void {
    this.#child.unref()
    this.socket.unref()
    ;(this.#stderr as Socket).unref()
  }

  kill(): void {
    this.#child.kill('SIGKILL')
  }

  /** Asks it to destroy everything and end, which the end of the socket does, and waits for it. */
  async end(): Promise<void> {
    this.hold()
    this.socket.end()
    await this.#killedLater(this.ended)
  }

  /** Its last report may still stand in the socket when it is gone, so both ends are waited for. */
  async #watch(): Promise<string> {
    const closed = new Promise<void>((resolve) => {
      this.socket.once('close', () => resolve())
      this.socket.on('error', () => {}) // the process's end tells more
    })
    const exited = this.#exit()
    // One that closes its socket cannot be asked for anything any more, not even for its end.
    void closed.then(() => this.#killedLater(exited))
    const how = await exited
    await closed
    const said = this.#stderrText.trim()
    return said === '' ? how : `${how}: ${said}`
  }

  async #exit(): Promise<string> {
    return new Promise((resolve) => {
      this.#child.once('exit', (code, signal) => {
        // What it wrote to stderr before its end is read in this turn of the event loop.
        setImmediate(() => resolve(signal === null ? `exited with ${code}` : `was killed by ${signal}`))
      })
    })
  }

  async #killedLater(end: Promise<string>): Promise<void> {
    const timer = setTimeout(() => this.kill(), endTimeoutMs)
    await end
    clearTimeout(timer)
  }
}
