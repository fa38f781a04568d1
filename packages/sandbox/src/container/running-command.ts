import { constants } from 'node:os'
import type { Duplex, Writable } from 'node:stream'
import { invalidOption, SandboxError } from '../errors.ts'
import type { Limits } from '../limits.ts'
import { viewOf, writeUint32 } from '../supervisor/integers.ts'
import { writeLimits } from '../supervisor/limits-layout.ts'
import { frameType, limitsLayout, terminalSizeLayout } from '../supervisor/protocol.ts'
import type { Exchange } from '../supervisor/supervisor.ts'
import type { RunResult, Usage } from './result.ts'
import { resolveTerminal, type TerminalSize } from './attachment.ts'

/** What a command that runs has used so far, as far as it shows from outside. */
export type RunningUsage = Pick<
  Usage,
  'wallTimeMs' | 'cpuTimeMs' | 'userTimeMs' | 'systemTimeMs' | 'memoryPeakBytes' | 'processPeakCount' | 'throttledMs'
>

/** Limits that a running command can be given anew; the others are its own from its start on. */
export type RenewableLimits = Pick<
  Limits,
  | 'wallTimeMs'
  | 'cpuTimeMs'
  | 'idleTimeMs'
  | 'memoryBytes'
  | 'processCount'
  | 'cpus'
  | 'cpuWeight'
  | 'ioWeight'
  | 'outputBytes'
>

/** A command that runs. Disposed of, it is killed, and awaited. */
export interface RunningCommand extends AsyncDisposable {
  /** Its standard input; `end()` is the end of it, on a terminal Ctrl-D. What it does not read is dropped. */
  readonly stdin: Writable
  /**
   * What it writes, as it comes, for one reader. A reader that stops reading stops the command once a few hundred
   * kilobytes wait; one that leaves its loop has the rest dropped. With a terminal, all that is written there.
   */
  readonly stdout: AsyncIterable<Uint8Array>
  /** As `stdout`; with a terminal, at its end. */
  readonly stderr: AsyncIterable<Uint8Array>
  /** Our ends of the channels that were asked for, by their names. */
  readonly channels: Readonly<Record<string, Duplex>>
  /**
   * How it ended, once every process of it is dead: `stdout` and `stderr` there have the bytes counted and none of them
   * kept. Rejects as `run` does.
   */
  readonly result: Promise<RunResult>
  /**
   * Default: `'SIGKILL'`, which ends the run with all its processes; its result is then that of a command ended by
   * SIGKILL. Another signal is sent to the command's process group. Throws `INVALID_OPTION` for what is no signal.
   */
  kill(signal?: NodeJS.Signals): void
  /** Rejects as `result` does where it ends before it answers, and with `CONTAINER_FAILED` where it ended well. */
  usage(): Promise<RunningUsage>
  /**
   * Puts other limits over its own, and starts its times, counters and budgets from zero: for a worker that was loaded
   * before its work was known. `memoryPeakBytes` starts anew only where the kernel can do it, otherwise the result's
   * `memoryPeakIsOlder` is true. Throws `INVALID_OPTION` for a limit that cannot change any more, and
   * `UNSUPPORTED_HOST` where there are no control groups.
   */
  renew(limits: Partial<RenewableLimits>): void
  /** The terminal's window has another size: whoever has it in the foreground gets SIGWINCH. */
  resize(size: TerminalSize): void
}

/** What a running command consists of. */
export interface RunningParts {
  readonly exchange: Exchange
  readonly stdin: Writable
  readonly stdout: AsyncIterable<Uint8Array>
  readonly stderr: AsyncIterable<Uint8Array>
  readonly channels: Readonly<Record<string, Duplex>>
  /** Settles at its end, and must not be left unhandled. */
  readonly result: Promise<RunResult>
  /** Settles once it is counted out. */
  readonly left: Promise<void>
  /** Told the next answer to `usage`. */
  readonly usages: ((usage: RunningUsage) => void)[]
  /** Resolves new limits, and makes them those that the run is judged by. */
  readonly renewed: (limits: Partial<Limits>) => Limits
}

/** The handle of one. */
export class SpawnedCommand implements RunningCommand {
  readonly stdin: Writable
  readonly stdout: AsyncIterable<Uint8Array>
  readonly stderr: AsyncIterable<Uint8Array>
  readonly channels: Readonly<Record<string, Duplex>>
  readonly result: Promise<RunResult>
  /** Settles at its end, however it came about. */
  readonly ended: Promise<void>
  readonly #parts: RunningParts

  constructor(parts: RunningParts) {
    this.#parts = parts
    this.stdin = parts.stdin
    this.stdout = parts.stdout
    this.stderr = parts.stderr
    this.channels = parts.channels
    this.ended = parts.result.then(
      () => undefined,
      () => undefined,
    )
    this.result = this.ended.then(async () => parts.left).then(async () => parts.result)
    // Told to whoever asks for it; nobody has to.
    this.result.catch(() => {})
  }

  kill(signal: NodeJS.Signals = 'SIGKILL'): void {
    const number = constants.signals[signal]
    if (number === undefined) throw invalidOption('signal', 'be the name of a signal', signal)
    if (signal === 'SIGKILL') this.#parts.exchange.kill()
    else this.#parts.exchange.ask(frameType.SIGNAL, uint32s([[number, 0]], 4))
  }

  async usage(): Promise<RunningUsage> {
    const answer = new Promise<RunningUsage>((resolve) => this.#parts.usages.push(resolve))
    const over = this.result.then((): never => {
      throw new SandboxError('CONTAINER_FAILED', 'the command has ended: its usage is in its result')
    })
    this.#parts.exchange.ask(frameType.USAGE)
    return Promise.race([answer, over])
  }

  renew(limits: Partial<RenewableLimits>): void {
    const body = Buffer.alloc(limitsLayout.size)
    writeLimits(viewOf(body), this.#parts.renewed(limits), 0)
    this.#parts.exchange.ask(frameType.RENEW, body)
  }

  resize(size: TerminalSize): void {
    const { columns, rows } = resolveTerminal(size, 'size')
    const { columns: columnsAt, rows: rowsAt, size: bytes } = terminalSizeLayout
    this.#parts.exchange.ask(
      frameType.RESIZE,
      uint32s(
        [
          [columns, columnsAt],
          [rows, rowsAt],
        ],
        bytes,
      ),
    )
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.kill()
    await this.result.catch(() => {})
  }
}

function uint32s(values: readonly (readonly [value: number, offset: number])[], bytes: number): Buffer {
  const body = Buffer.alloc(bytes)
  for (const [value, offset] of values) writeUint32(viewOf(body), value, offset)
  return body
}
