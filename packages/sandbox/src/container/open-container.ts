import { SandboxError } from '../errors.ts'
import type { ImageConfig } from '../image/image-config.ts'
import type { Limits } from '../limits.ts'
import { viewOf, writeUint32 } from '../supervisor/integers.ts'
import { containerIsOver } from '../supervisor/failures.ts'
import { frameType } from '../supervisor/protocol.ts'
import type { Report } from '../supervisor/report.ts'
import type { Exchange, Supervisor } from '../supervisor/supervisor.ts'
import type { ResolvedAttachment } from './attachment.ts'
import { resolveCommand, resolveCommandInside, type Argv, type Command, type ResolvedCommand } from './command.ts'
import type {
  CommandLimits,
  Container,
  ContainerEntry,
  ContainerReport,
  ContainerRunOptions,
  ContainerSpawnOptions,
  FreezeOptions,
} from './container.ts'
import { entriesOf, planList, planRead, planWrite, readContent, requireWritten } from './container-files.ts'
import { noFiles, type FileSource } from './files.ts'
import { copyOf, resolveFreezeOptions } from './freeze.ts'
import type { Guests } from './guests.ts'
import { KeptLayer, requireRoomFor, type Layer } from './layer.ts'
import type { RunResult, Usage } from './result.ts'
import { encodeRun, guarded, runCommand, type Run } from './run.ts'
import type { RunningCommand, RunningUsage, SpawnedCommand } from './running-command.ts'
import { packed } from './save-layer.ts'
import { spawnCommand } from './spawn.ts'
import { UsageSum } from './usage-sum.ts'
import { limitedBy } from './whole-limit.ts'

/** What a container that is kept open consists of. */
export interface ContainerParts extends Pick<
  Run,
  'fixedResourceLimits' | 'missing' | 'callOf' | 'signal' | 'hold' | 'ways'
> {
  readonly supervisor: Supervisor
  /** What all that runs in it may use together. */
  readonly limits: Limits
  readonly base: KeptLayer | undefined
  readonly config: ImageConfig
  readonly guests: Guests
  /** Holds what a command has of a store, until what it returns is called. */
  readonly share: (command: ResolvedCommand) => (() => void) | undefined
  /** Makes a layer of what is packed. */
  readonly unpack: (chunks: AsyncIterable<Uint8Array>) => Promise<KeptLayer>
  /** Settles once its turn is over: nobody is told of its end before that. */
  readonly left: Promise<void>
  /** Checks the limits of one command, and completes them. */
  readonly limitsOf: (limits: Partial<CommandLimits>) => Limits
  readonly optionsOf: (options: ContainerSpawnOptions) => {
    readonly signal: AbortSignal | undefined
    readonly attachment: ResolvedAttachment
  }
}

const nothing = new Uint8Array(0)

/** The stub that waits in it counts as a process of the container. */
const ownProcessCount = 1

/** Opens one; settles once commands may run in it. */
export async function openContainer(parts: ContainerParts): Promise<OpenContainer> {
  const { supervisor, limits, base, signal } = parts
  signal?.throwIfAborted()
  const whole = { ...limits, processCount: limits.processCount + ownProcessCount }
  const run: Run = { ...parts, ...{ command: placeholder, limits: whole, freeze: false, tracer: undefined } }
  const layer = base?.numberFor(supervisor) ?? 0
  const request = encodeRun(run, noFiles, { first: nothing, rest: undefined }, layer, { keptOpen: true })
  const usages: ((usage: RunningUsage) => void)[] = []
  let start = (): void => {}
  const started = new Promise<void>((resolve) => {
    start = resolve
  })
  const exchange = supervisor.run(request, {
    taken: () => {},
    started: () => start(),
    used: (usage) => usages.shift()?.(usage),
  })
  const report = guarded(exchange, { signal, tracer: undefined })
  await Promise.race([started, report])
  return new OpenContainer(parts, exchange, report, usages)
}

/** What is never executed. */
const placeholder = resolveCommand(['container'])

/** The handle of one. */
export class OpenContainer implements Container {
  /** Settles at its end, however it came about. */
  readonly ended: Promise<void>
  readonly #parts: ContainerParts
  readonly #exchange: Exchange
  readonly #report: Promise<Report>
  /** Told the next answer to `usage`. */
  readonly #usages: ((usage: RunningUsage) => void)[]
  readonly #works = new Set<Promise<unknown>>()
  readonly #counted = new UsageSum()
  #state: 'open' | 'closing' | 'ended' = 'open'

  constructor(
    parts: ContainerParts,
    exchange: Exchange,
    report: Promise<Report>,
    usages: ((usage: RunningUsage) => void)[],
  ) {
    this.#parts = parts
    this.#exchange = exchange
    this.#report = report
    this.#usages = usages
    this.ended = report.then(
      () => this.#end(),
      () => this.#end(),
    )
  }

  async run(
    command: Argv | Command,
    limits: Partial<CommandLimits> = {},
    options: ContainerRunOptions = {},
  ): Promise<RunResult> {
    const { signal } = this.#parts.optionsOf({ ...options })
    const resolved = resolveCommandInside(command, this.#parts.config)
    return this.#run({ ...this.#runOf(resolved, this.#parts.limitsOf(limits)), signal })
  }

  async spawn(
    command: Argv | Command,
    limits: Partial<CommandLimits> = {},
    options: ContainerSpawnOptions = {},
  ): Promise<RunningCommand> {
    const { signal, attachment } = this.#parts.optionsOf(options)
    const run = {
      ...this.#runOf(resolveCommandInside(command, this.#parts.config), this.#parts.limitsOf(limits)),
      signal,
    }
    let named = limits
    const overlay = (some: Partial<Limits>): Limits => {
      named = { ...named, ...some }
      return this.#parts.limitsOf(named)
    }
    return new Promise((resolve, reject) => {
      let leave = (): void => {}
      const left = new Promise<void>((settle) => {
        leave = settle
      })
      const start = async (): Promise<void> => {
        const running: SpawnedCommand = await spawnCommand(this.#parts.supervisor, {
          ...run,
          attachment,
          left,
          overlay,
        })
        resolve(running)
        await running.ended
        void running.result.then(({ usage }) => this.#counted.add(usage)).catch(() => {})
      }
      this.#work(run.command, start).catch(reject).finally(leave)
    })
  }

  async write(path: string, source: FileSource): Promise<void> {
    const result = await this.#run(this.#filesRun({ files: [planWrite(path, source)] }))
    requireWritten(result, path)
  }

  async read(path: string): Promise<Uint8Array> {
    return readContent(await this.#run(this.#filesRun({ collect: planRead(path) })), path)
  }

  async list(path?: string): Promise<readonly ContainerEntry[]> {
    return entriesOf(await this.#run(this.#filesRun({ collect: planList(path) })), path)
  }

  async usage(): Promise<RunningUsage> {
    this.#requireOpen()
    const answer = new Promise<RunningUsage>((resolve) => this.#usages.push(resolve))
    this.#exchange.ask(frameType.USAGE)
    return Promise.race([answer, this.ended.then((): never => this.#refuse())])
  }

  async freeze(options: FreezeOptions = {}): Promise<Layer> {
    this.#requireOpen()
    return resolveFreezeOptions(options).close ? this.#freezeAtEnd() : this.#copy()
  }

  async #copy(): Promise<Layer> {
    const { supervisor, unpack } = this.#parts
    const run = this.#filesRun({ collect: packed })
    return this.#work(run.command, async () => copyOf(supervisor, run, unpack)).catch((error: unknown) => {
      this.#requireOpen()
      throw error
    })
  }

  async #freezeAtEnd(): Promise<Layer> {
    const { supervisor, base, hold, ways } = this.#parts
    requireRoomFor(base)
    this.#ask(keep)
    const { layer } = await this.#finalReport()
    if (layer === 0) throw new SandboxError('CONTAINER_FAILED', 'the container ended before it could be frozen')
    return new KeptLayer(supervisor, layer, (base?.depth ?? 0) + 1, hold(), ways)
  }

  async close(): Promise<ContainerReport> {
    if (this.#state === 'open') this.#ask(0)
    const report = await this.#finalReport()
    await Promise.allSettled(this.#works)
    const { missing } = this.#parts
    const limited = limitedBy(report, this.#parts)
    return { usage: this.#usageOf(report), ...(limited === undefined ? {} : { limited }), missing }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close().catch(() => {})
  }

  #ask(what: number): void {
    this.#state = 'closing'
    const body = Buffer.alloc(4)
    writeUint32(viewOf(body), what, 0)
    this.#exchange.ask(frameType.CLOSE, body)
  }

  async #finalReport(): Promise<Report> {
    await this.ended
    await this.#parts.left
    return this.#report
  }

  #end(): void {
    this.#state = 'ended'
  }

  #requireOpen(): void {
    if (this.#state !== 'open') this.#refuse()
  }

  #refuse(): never {
    throw containerIsOver()
  }

  async #run(run: Run): Promise<RunResult> {
    const result = await this.#work(run.command, async () => runCommand(this.#parts.supervisor, run))
    this.#counted.add(result.usage)
    return result
  }

  /** Does it when there is a place, unless the container has ended by then. */
  async #work<Value>(command: ResolvedCommand, job: () => Promise<Value>): Promise<Value> {
    this.#requireOpen()
    const release = this.#parts.share(command)
    const work = this.#parts.guests.use(async () => {
      this.#requireOpen()
      return job()
    })
    this.#works.add(work)
    const forget = (): void => {
      this.#works.delete(work)
      release?.()
    }
    work.then(forget, forget)
    return work
  }

  #runOf(command: ResolvedCommand, limits: Limits): Run {
    const inside = { host: this.#exchange.number, limits: this.#parts.limits }
    return { ...this.#parts, command, limits, inside, freeze: false, tracer: undefined, signal: undefined }
  }

  /** With the room of the container, and time enough: it is our own work. */
  #filesRun(work: Partial<Pick<ResolvedCommand, 'files' | 'collect'>>): Run {
    const timeMs = 60_000
    const limits = { ...this.#parts.limits, wallTimeMs: timeMs, cpuTimeMs: timeMs, idleTimeMs: timeMs }
    const run = this.#runOf({ ...placeholder, ...work }, limits)
    return { ...run, inside: { host: this.#exchange.number, limits: this.#parts.limits, filesOnly: true } }
  }

  /** What only inits can count is that of the commands; theirs would come on top. */
  #usageOf({ usage }: Report): Usage {
    const processPeakCount = Math.max(0, usage.processPeakCount - ownProcessCount)
    return { ...usage, ...this.#counted.sum, processPeakCount }
  }
}

/** As FRAME_CLOSE has it. */
const keep = 1
