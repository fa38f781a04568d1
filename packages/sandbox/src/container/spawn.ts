import type { Duplex, Writable } from 'node:stream'
import { refuseUnknown, requireObject } from '../checks.ts'
import { SandboxError } from '../errors.ts'
import type { Limits } from '../limits.ts'
import { stream } from '../supervisor/protocol.ts'
import type { Exchange, Listener, Supervisor } from '../supervisor/supervisor.ts'
import { Collector } from './collector.ts'
import { attached, type ResolvedAttachment } from './attachment.ts'
import { loadFiles, type LoadedFiles } from './files.ts'
import { handOver } from './hand-over.ts'
import { duplexOf, writableOf } from './node-streams.ts'
import { OutputStream } from './output-stream.ts'
import { fileBytesMax } from './request.ts'
import type { RunResult } from './result.ts'
import { collectedOf, encodeRun, guarded, resultWith, type Run } from './run.ts'
import { SpawnedCommand, type RunningUsage } from './running-command.ts'
import { KeptBlob } from './blob.ts'
import { inputBlob, StreamSender, type Input, type SplitStdin } from './stdin.ts'

/** A run whose turn has come, and that its caller takes part in. */
export interface Spawn extends Run {
  readonly attachment: ResolvedAttachment
  /** Settles once its turn is over: nobody is told its result before that. */
  readonly left: Promise<void>
  /** Puts limits over those that the run has. */
  readonly overlay: (limits: Partial<Limits>) => Limits
}

const nothing = new Uint8Array(0)

/** Starts a command in a container of its own; settles once its clocks run. */
export async function spawnCommand(supervisor: Supervisor, spawn: Spawn): Promise<SpawnedCommand> {
  const command = attached(spawn.command, spawn.attachment)
  const files = await loadFiles(command.files, fileBytesMax, supervisor)
  const blob = await inputBlob(command.stdin, supervisor)
  spawn.signal?.throwIfAborted()
  const taken = (bytes: number): void => wires.takenOfCollected(bytes)
  const collector = command.collect && (await Collector.open(command.collect, spawn.limits, taken))
  const wires = new Wires(spawn.attachment.channels, collector)
  const input = { first: nothing, rest: undefined, ...(blob === 0 ? {} : { blob }) }
  const exchange = await begun(supervisor, { ...spawn, command }, files, input, wires)
  let { limits } = spawn
  const result = finished(supervisor, exchange, { ...spawn, command }, wires, () => limits)
  await Promise.race([wires.whenStarted, result])
  wires.feed(command.stdin)
  return new SpawnedCommand({
    exchange,
    stdin: wires.stdin,
    stdout: wires.stdout,
    stderr: wires.stderr,
    channels: wires.channels,
    result,
    left: spawn.left,
    usages: wires.usages,
    renewed: (some) => {
      requireRenewable(some, spawn)
      limits = spawn.overlay(some)
      return limits
    },
  })
}

/** Hands it over. */
async function begun(
  supervisor: Supervisor,
  spawn: Spawn,
  files: LoadedFiles,
  input: SplitStdin,
  wires: Wires,
): Promise<Exchange> {
  const { terminal, channels } = spawn.attachment
  const layer = spawn.command.base?.numberFor(supervisor) ?? 0
  const attachment = { terminal, channelCount: channels.length }
  try {
    const request = encodeRun(spawn, files, input, layer, { attachment })
    const exchange = handOver(supervisor, request, files, wires)
    wires.connect(exchange)
    return exchange
  } catch (error) {
    await wires.collector?.close()
    throw error
  }
}

async function finished(
  supervisor: Supervisor,
  exchange: Exchange,
  run: Run,
  wires: Wires,
  limits: () => Limits,
): Promise<RunResult> {
  const settled = (async () => {
    try {
      const report = await guarded(exchange, run)
      if (wires.inputError !== undefined) {
        exchange.dropLayer()
        throw wires.inputError.error
      }
      const { collector } = wires
      const collected = collector === undefined ? undefined : await collectedOf(exchange, collector)
      return resultWith(supervisor, report, { ...run, limits: limits() }, collected)
    } finally {
      await wires.collector?.close()
      wires.over()
    }
  })()
  // Told to whoever asks for it; nobody has to.
  settled.catch(() => {})
  return settled
}

const renewable: ReadonlySet<string> = new Set([
  ...['wallTimeMs', 'cpuTimeMs', 'idleTimeMs', 'memoryBytes', 'processCount'],
  ...['cpus', 'cpuWeight', 'ioWeight', 'outputBytes'],
])

function requireRenewable(limits: Partial<Limits>, { missing }: Run): void {
  requireObject(limits, 'limits')
  refuseUnknown(limits, renewable, 'limits')
  if (!missing.includes('cgroup')) return
  throw new SandboxError('UNSUPPORTED_HOST', '`renew` needs control groups, which this host lacks')
}

/** The streams between a command and its caller, by their numbers. */
class Wires implements Listener {
  readonly whenStarted: Promise<void>
  readonly usages: ((usage: RunningUsage) => void)[] = []
  readonly stdin: Writable
  readonly stdout: OutputStream
  readonly stderr: OutputStream
  readonly channels: Readonly<Record<string, Duplex>>
  readonly collector: Collector | undefined
  inputError: { readonly error: unknown } | undefined
  readonly #senders = new Map<number, StreamSender>()
  readonly #outputs = new Map<number, OutputStream>()
  #exchange: Exchange | undefined
  #start: () => void = () => {}

  constructor(channels: readonly string[], collector: Collector | undefined) {
    this.collector = collector
    this.whenStarted = new Promise((resolve) => {
      this.#start = resolve
    })
    this.stdin = writableOf(this.#sender(stream.INPUT))
    this.stdout = this.#output(stream.OUTPUT)
    this.stderr = this.#output(stream.ERROR)
    this.channels = Object.fromEntries(
      channels.map((name, index) => {
        const number = stream.CHANNEL + index
        return [name, duplexOf(this.#sender(number), this.#output(number))]
      }),
    )
  }

  connect(exchange: Exchange): void {
    this.#exchange = exchange
  }

  /** Input that the command came with. One that fails kills the run, which then rejects with its error. */
  feed(source: Input | undefined): void {
    if (source === undefined) return
    this.stdin.destroy()
    if (KeptBlob.is(source)) return
    const chunks = source instanceof Uint8Array ? only(source) : source
    const sender = this.#senders.get(stream.INPUT)
    sender?.sendAll(chunks).catch((error: unknown) => {
      this.inputError = { error }
      this.#exchange?.kill()
    })
  }

  takenOfCollected(bytes: number): void {
    this.#exchange?.sendTaken(stream.COLLECTED, bytes)
  }

  taken(number: number, bytes: number): void {
    this.#senders.get(number)?.taken(bytes)
  }

  bytes(number: number, bytes: Buffer): void {
    if (number === stream.COLLECTED) this.collector?.push(bytes)
    this.#outputs.get(number)?.push(bytes)
  }

  used(usage: RunningUsage): void {
    this.usages.shift()?.(usage)
  }

  started(): void {
    this.#start()
  }

  over(): void {
    for (const output of this.#outputs.values()) output.end()
    for (const sender of this.#senders.values()) sender.over()
    this.stdin.destroy()
  }

  #sender(number: number): StreamSender {
    const sender = new StreamSender((bytes) => this.#exchange?.sendBytes(number, bytes))
    this.#senders.set(number, sender)
    return sender
  }

  #output(number: number): OutputStream {
    const output = new OutputStream((bytes) => this.#exchange?.sendTaken(number, bytes))
    this.#outputs.set(number, output)
    return output
  }
}

async function* only(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes
}
