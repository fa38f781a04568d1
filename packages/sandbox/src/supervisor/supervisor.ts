import { SandboxError } from '../errors.ts'
import { BlobAnswers } from './blob-answers.ts'
import { containerFailure, startFailure } from './failures.ts'
import { FrameReader, newFrame, type Frame } from './frames.ts'
import { readUint64, viewOf, writeUint64 } from './integers.ts'
import { SupervisorProcess } from './process.ts'
import { frameHeader, frameType, protocolVersion } from './protocol.ts'
import {
  readFailure,
  readReady,
  readReport,
  readUsed,
  type Pool,
  type Ready,
  type Report,
  type ReportedUsage,
} from './report.ts'

/** A run that the supervisor was given. */
export interface Exchange {
  /** By which the supervisor knows the run. */
  readonly number: number
  /** Settles once every process of the run is dead. */
  readonly report: Promise<Report>
  /** Sends bytes of a stream; none are its end. */
  sendBytes(stream: number, bytes: Uint8Array): void
  /** Says that so many bytes of a stream were taken, so that as many more may come. */
  sendTaken(stream: number, bytes: number): void
  /** Kills the run; its report still follows. */
  kill(): void
  /** Asks something else of it while it runs: FRAME_SIGNAL, FRAME_RESIZE, FRAME_USAGE, FRAME_RENEW or FRAME_CLOSE. */
  ask(type: number, body?: Uint8Array): void
  /** Frees the layer that it left, if it did: nobody will hear of it. */
  dropLayer(): void
}

/** Told what comes of a run before its report. */
export interface Listener {
  /** So many bytes that were sent have entered the stream. */
  taken(stream: number, bytes: number): void
  /** Bytes that the command wrote, none are the end; or of STREAM_COLLECTED, which ends with the report. */
  bytes?(stream: number, bytes: Buffer): void
  started?(): void
  used?(usage: ReportedUsage): void
}

interface Pending {
  readonly resolve: (report: Report) => void
  readonly reject: (error: SandboxError) => void
  readonly listener: Listener | undefined
}

type State =
  | { readonly name: 'starting' | 'open' | 'closing' }
  | { readonly name: 'ended'; readonly error: SandboxError }

/** Our end of a supervisor: gives it runs, takes its reports, notices its death. */
export class Supervisor {
  readonly #process: SupervisorProcess
  readonly #runs = new Map<number, Pending>()
  readonly #blobAnswers = new BlobAnswers()
  readonly #started: Promise<Ready>
  #settleStart: { readonly resolve: (ready: Ready) => void; readonly reject: (error: SandboxError) => void } | undefined
  readonly #onEnd: (error: SandboxError) => void
  #state: State = { name: 'starting' }
  #lastRun = 0
  #lastBlob = 0
  #pool: Pool = { ready: 0, busy: 0, making: 0, destroying: 0, coldStartCount: 0 }
  #broken: unknown

  private constructor(process: SupervisorProcess, configuration: Buffer, onEnd: (error: SandboxError) => void) {
    this.#onEnd = onEnd
    this.#process = process
    this.#started = new Promise((resolve, reject) => {
      this.#settleStart = { resolve, reject }
    })
    const reader = new FrameReader((frame) => this.#take(frame))
    this.#process.socket.on('data', (chunk) => this.#read(reader, chunk))
    void this.#process.ended.then((how) => this.#end(how))
    this.#process.socket.write(configuration)
  }

  /**
   * Starts a supervisor and waits until it is ready. Rejects with what it lacks if it cannot be. Once it is gone,
   * `onEnd` is called, and the runs that it left reject after that.
   */
  static async start(
    binary: string,
    configuration: Buffer,
    onEnd: (error: SandboxError) => void,
  ): Promise<{ readonly supervisor: Supervisor; readonly ready: Ready }> {
    const supervisor = new Supervisor(await SupervisorProcess.start(binary), configuration, onEnd)
    try {
      return { supervisor, ready: await supervisor.#started }
    } catch (error) {
      await supervisor.#process.end()
      throw error
    }
  }

  /** The pool as the last report told it. */
  get pool(): Pool {
    return this.#pool
  }

  /** Whether it takes runs, or will. */
  get isAlive(): boolean {
    return this.#state.name === 'starting' || this.#state.name === 'open'
  }

  /** Hands over a request, a whole FRAME_RUN but for the number of the run, which is written into it. */
  run(request: Buffer, listener?: Listener): Exchange {
    this.#requireOpen()
    const run = this.#nextRun()
    request.writeUInt32LE(run, frameHeader.run)
    if (this.#isIdle) this.#process.hold()
    const report = new Promise<Report>((resolve, reject) => {
      this.#runs.set(run, { resolve, reject, listener })
    })
    this.#process.socket.write(request)
    return {
      number: run,
      report,
      sendBytes: (stream, bytes) => this.#send(frameType.BYTES, run, bytes, stream),
      sendTaken: (stream, bytes) => this.#send(frameType.TAKEN, run, uint64(bytes), stream),
      kill: () => this.#send(frameType.KILL, run),
      ask: (type, body) => this.#send(type, run, body),
      dropLayer: () => {
        const drop = ({ layer }: Report): void => (layer === 0 ? undefined : this.closeLayer(layer))
        report.then(drop, () => {})
      },
    }
  }

  /** Frees a layer that no run uses any more. */
  closeLayer(number: number): void {
    if (this.#state.name === 'open') this.#process.socket.write(newFrame(frameType.LAYER_CLOSE, number, 0))
  }

  /** A number for a blob. So many are never stored at once that they would meet. */
  nextBlob(): number {
    this.#lastBlob = (this.#lastBlob % 0xffff_ffff) + 1
    return this.#lastBlob
  }

  /** Sends BLOB_OPEN, BLOB_BYTES or BLOB_READ; settles with the body of the answer. */
  async askBlob(type: number, blob: number, body: Uint8Array): Promise<Buffer> {
    this.#requireOpen()
    if (this.#isIdle) this.#process.hold()
    const answer = this.#blobAnswers.next(blob)
    const frame = newFrame(type, blob, body.length)
    frame.set(body, frameHeader.size)
    this.#process.socket.write(frame)
    return answer
  }

  /** Frees a blob that no run uses any more. */
  closeBlob(number: number): void {
    if (this.#state.name === 'open') this.#process.socket.write(newFrame(frameType.BLOB_CLOSE, number, 0))
  }

  /** Destroys every container and ends the process; settles once it is gone. */
  async close(): Promise<void> {
    if (this.#state.name === 'ended') return
    this.#state = { name: 'closing' }
    await this.#process.end()
  }

  get #isIdle(): boolean {
    return this.#runs.size === 0 && this.#blobAnswers.isEmpty
  }

  #requireOpen(): void {
    if (this.#state.name === 'ended') throw this.#state.error
    if (this.#state.name !== 'open') throw closed()
  }

  #releaseIfIdle(): void {
    if (this.#isIdle && this.#state.name === 'open') this.#process.release()
  }

  /** Frames for a run that is over have nowhere to go: the report was under way when they were sent. */
  #send(type: number, run: number, bytes?: Uint8Array, stream = 0): void {
    if (!this.#runs.has(run) || this.#state.name !== 'open') return
    const frame = newFrame(type, run, bytes?.length ?? 0, stream)
    if (bytes !== undefined) frame.set(bytes, frameHeader.size)
    this.#process.socket.write(frame)
  }

  #nextRun(): number {
    do this.#lastRun = (this.#lastRun % 0xffff_ffff) + 1
    while (this.#runs.has(this.#lastRun))
    return this.#lastRun
  }

  /** A frame that cannot be read leaves no way to know where the next one starts. */
  #read(reader: FrameReader, chunk: Buffer): void {
    try {
      reader.push(chunk)
    } catch (cause) {
      this.#broken = cause
      this.#process.socket.destroy()
      this.#process.kill()
    }
  }

  #take({ type, run, stream, body }: Frame): void {
    if (type === frameType.REPORT) this.#report(run, readReport(body))
    else if (type === frameType.BYTES) this.#runs.get(run)?.listener?.bytes?.(stream, body)
    else if (type === frameType.TAKEN) this.#runs.get(run)?.listener?.taken(stream, readUint64(viewOf(body), 0))
    else if (type === frameType.STARTED) this.#runs.get(run)?.listener?.started?.()
    else if (type === frameType.USED) this.#runs.get(run)?.listener?.used?.(readUsed(body))
    else if (type === frameType.BLOB_STORED || type === frameType.BLOB_CONTENT) this.#answer(run, body)
    else if (type === frameType.READY) this.#ready(readReady(body))
    else if (type === frameType.FAILED && run === 0) this.#settleStart?.reject(startFailure(readFailure(body)))
    else if (type === frameType.FAILED) this.#forget(run)?.reject(containerFailure(readFailure(body)))
    else throw new RangeError(`a frame of the unknown type ${type}`)
  }

  #answer(blob: number, body: Buffer): void {
    this.#blobAnswers.take(blob, body)
    this.#releaseIfIdle()
  }

  #ready(ready: Ready): void {
    if (ready.version !== protocolVersion)
      throw new RangeError(`protocol version ${ready.version}, not ${protocolVersion}`)
    if (this.#state.name === 'starting') this.#state = { name: 'open' }
    this.#process.release()
    this.#settleStart?.resolve(ready)
  }

  #report(run: number, report: Report): void {
    this.#pool = report.pool
    // Whatever a closing supervisor still tells of a run, it is rejected when all of them are dead.
    if (this.#state.name === 'closing') return
    this.#forget(run)?.resolve(report)
  }

  #forget(run: number): Pending | undefined {
    const pending = this.#runs.get(run)
    this.#runs.delete(run)
    this.#releaseIfIdle()
    return pending
  }

  #end(how: string): void {
    const error = this.#state.name === 'closing' ? closed() : died(how, this.#broken)
    this.#state = { name: 'ended', error }
    this.#settleStart?.reject(error)
    this.#onEnd(error)
    for (const pending of this.#runs.values()) pending.reject(error)
    this.#runs.clear()
    this.#blobAnswers.rejectAll(error)
  }
}

export function uint64(value: number): Uint8Array {
  const bytes = Buffer.alloc(8)
  writeUint64(viewOf(bytes), value, 0)
  return bytes
}

/** What runs reject with that a closed sandbox no longer takes or finishes. */
export function closed(): SandboxError {
  return new SandboxError('SANDBOX_CLOSED', 'the sandbox was closed')
}

function died(how: string, cause?: unknown): SandboxError {
  const message = `the supervisor ${how}, and every container with it; the next run starts another`
  return new SandboxError('SUPERVISOR_DIED', message, { cause })
}
