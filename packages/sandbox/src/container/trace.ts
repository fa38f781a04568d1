import { channel } from 'node:diagnostics_channel'
import { readUint64, viewOf } from '../supervisor/integers.ts'
import { traceLayout } from '../supervisor/protocol-report.ts'
import type { Report } from '../supervisor/report.ts'

/** Every run that was delivered is published here, as a `RunTrace`; nothing is measured while nobody subscribes. */
const runs = channel('mayfly:run')

/**
 * When each step of a run was done, in milliseconds of the monotonic clock, which `process.hrtime()` reads too. What
 * is undefined never happened: a run that was killed before has no `startedMs`.
 */
export interface RunTrace {
  /** `run` was called. */
  readonly queuedMs: number
  /** Its turn came. */
  readonly admittedMs: number
  /** The request stood in its buffer; files to place were read before. */
  readonly encodedMs: number
  /** The socket to the supervisor had the request. */
  readonly writtenMs: number
  /** The supervisor had read it. */
  readonly receivedMs: number | undefined
  /** A container was there for it. */
  readonly handedOutMs: number | undefined
  /** Inside, the stub was about to execute the command. */
  readonly startedMs: number | undefined
  /** Inside, init saw the command's end. */
  readonly endedMs: number | undefined
  /** The supervisor had read that. */
  readonly endReceivedMs: number | undefined
  /** Pipes and counters were read, the report was about to be sent. */
  readonly countedMs: number | undefined
  /** The report was here. */
  readonly reportReceivedMs: number
  /** The caller's promise was about to be resolved. */
  readonly deliveredMs: number
}

type OwnStep = 'queuedMs' | 'admittedMs' | 'encodedMs' | 'writtenMs' | 'reportReceivedMs'

/** Takes the times of one run. */
export class RunTracer {
  readonly #own: Record<OwnStep, number>
  #inside: Buffer | undefined

  private constructor() {
    this.#own = { queuedMs: now(), admittedMs: 0, encodedMs: 0, writtenMs: 0, reportReceivedMs: 0 }
  }

  /** One for a run that is asked for now, if anybody wants to know. */
  static begin(): RunTracer | undefined {
    return runs.hasSubscribers ? new RunTracer() : undefined
  }

  mark(step: OwnStep): void {
    this.#own[step] = now()
  }

  /** The report is here, with the supervisor's own times in it. */
  take(report: Report): void {
    this.mark('reportReceivedMs')
    this.#inside = report.trace
  }

  /** Hands a result on; then the trace is published. A run that rejects has none. */
  async deliver<Result>(result: Promise<Result>): Promise<Result> {
    const value = await result
    if (this.#inside !== undefined) runs.publish(this.#complete(this.#inside, now()))
    return value
  }

  #complete(inside: Buffer, deliveredMs: number): RunTrace {
    const view = viewOf(inside)
    const at = (offset: number): number | undefined => {
      const ns = readUint64(view, offset)
      return ns === 0 ? undefined : ns / 1e6
    }
    return {
      ...this.#own,
      receivedMs: at(traceLayout.received_ns),
      handedOutMs: at(traceLayout.handed_out_ns),
      startedMs: at(traceLayout.started_ns),
      endedMs: at(traceLayout.ended_ns),
      endReceivedMs: at(traceLayout.end_received_ns),
      countedMs: at(traceLayout.counted_ns),
      deliveredMs,
    }
  }
}

function now(): number {
  const [seconds, ns] = process.hrtime()
  return seconds * 1000 + ns / 1e6
}
