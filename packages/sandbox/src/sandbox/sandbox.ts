import type { Readable } from 'node:stream'
import type { Argv, Command, ResolvedCommand } from '../container/command.ts'
import { resolveCommand } from '../container/command.ts'
import type { StoredBlob } from '../container/blob.ts'
import { requireRoomFor, type Layer } from '../container/layer.ts'
import type { RunResult } from '../container/result.ts'
import { connectCommands, type ConnectResult, type Stage } from '../container/connect.ts'
import type { Container } from '../container/container.ts'
import { Guests } from '../container/guests.ts'
import { runCommand, type Run } from '../container/run.ts'
import { RunTracer } from '../container/trace.ts'
import type { RunningCommand, SpawnedCommand } from '../container/running-command.ts'
import { findImage, type FoundImage } from '../image/find-image.ts'
import type { ImageConfig } from '../image/image-config.ts'
import type { ResolvedMount } from '../image/mounts.ts'
import { spawnCommand, type Spawn } from '../container/spawn.ts'
import { overlayLimits, resolveLimits, type Limits } from '../limits.ts'
import { closed } from '../supervisor/supervisor.ts'
import { Admission } from './admission.ts'
import type { Sandbox, SandboxStats } from './contract.ts'
import { LayerArchives, type TakeTurn } from './layer-archives.ts'
import { resolveOpenOptions, type OpenOptions } from './open-options.ts'
import { namedForContainer, open, openOnTurn } from './open.ts'
import { Pairs } from './pairs.ts'
import { requireSameMounts, resolveStage, type ResolvedStage } from './stages.ts'
import type { HostFacts } from './host-facts.ts'
import { keyOf, otherMake, type MakeOverrides, type WantedMake } from './make.ts'
import { Makes, type Hold } from './makes.ts'
import { holdShared } from './shared.ts'
import { requireNamed } from './named-features.ts'
import { resolveConnectOptions, resolveLoadOptions, resolveRunOptions, resolveSpawnOptions } from './options.ts'
import type { ConnectOptions, LoadOptions, ResolvedOptions, RunOptions, SpawnOptions } from './options.ts'
import { Store, type StoreOptions, type StoreSource } from './store.ts'
import type { Supervision } from './supervision.ts'

/** The sandbox that `createSandbox` makes: one queue before the supervisors of its makes. */
export class SupervisedSandbox implements Sandbox {
  readonly #options: ResolvedOptions
  readonly #host: HostFacts
  readonly #admission: Admission
  readonly #makes: Makes
  readonly #pairs = new Pairs()
  readonly #store: Store
  readonly #takeTurn: TakeTurn
  readonly #archives: LayerArchives
  readonly #guests = new Guests()
  /** Settles once it is closed; undefined while it is not to be. */
  #closing: Promise<void> | undefined

  constructor(options: ResolvedOptions, host: HostFacts) {
    this.#options = options
    this.#host = host
    this.#admission = new Admission(options.concurrency, options.maxQueued)
    this.#store = new Store(options.storeBytes)
    this.#makes = new Makes(options, host.mounts, (error, key) => this.#admission.rejectGroup(error, key))
    this.#takeTurn = async (make, { signal, priority }, job) => {
      if (this.#closing !== undefined) throw closed()
      const group = make && keyOf(make)
      return this.#admission.admit(async () => this.#with(make, job), { priority, signal, group })
    }
    this.#archives = new LayerArchives(
      this.#takeTurn,
      async (make, job) => this.#with(make, job),
      options.limits,
      host.fixedResourceLimits,
    )
  }

  /** Starts the supervisor of its own make ahead of the first run. */
  async start(): Promise<void> {
    const { missing } = await this.#makes.own.launched()
    requireNamed(this.#options.namedLimits, missing, this.#options.allowMissing)
  }

  async run(command: Argv | Command, limits?: Partial<Limits>, options?: RunOptions): Promise<RunResult> {
    const { signal, priority, freeze, image, overrides } = resolveRunOptions(options ?? {})
    const found = image === undefined ? undefined : await findImage(image, 'options.image')
    const resolved = resolveCommand(command, this.#configOf(found))
    const named = limits ?? {}
    const complete = this.#resolveLimits(limits)
    if (freeze) requireRoomFor(resolved.base)
    const make = this.#makeOf(overrides, found, resolved.mounts)
    if (this.#closing !== undefined) throw closed()
    const tracer = RunTracer.begin()
    const job = async (): Promise<RunResult> =>
      this.#with(make, async (supervision, hold) => {
        if (resolved.base !== undefined) await this.#archives.bring(resolved.base, make, supervision, hold)
        return this.#execute(supervision, resolved, named, complete, {
          signal,
          freeze,
          hold,
          tracer,
          ways: this.#archives.waysOf(make),
        })
      })
    const release = holdShared([resolved], this.#store)
    const admitted = this.#admission.admit(job, { priority, signal, group: make && keyOf(make) })
    const result = release === undefined ? admitted : admitted.finally(release)
    return tracer === undefined ? result : tracer.deliver(result)
  }

  async spawn(command: Argv | Command, limits?: Partial<Limits>, options?: SpawnOptions): Promise<RunningCommand> {
    const { attachment, signal, priority, freeze, image, overrides } = resolveSpawnOptions(options ?? {})
    const found = image === undefined ? undefined : await findImage(image, 'options.image')
    const resolved = resolveCommand(command, this.#configOf(found))
    const named = limits ?? {}
    const complete = this.#resolveLimits(limits)
    if (freeze) requireRoomFor(resolved.base)
    const make = this.#makeOf(overrides, found, resolved.mounts)
    if (this.#closing !== undefined) throw closed()
    const release = holdShared([resolved], this.#store)
    return new Promise((resolve, reject) => {
      let leave = (): void => {}
      const left = new Promise<void>((settle) => {
        leave = settle
      })
      // Its turn lasts until its end.
      const start = async (): Promise<void> =>
        this.#with(make, async (supervision, hold) => {
          const own = { signal, freeze, hold, attachment, left, ways: this.#archives.waysOf(make) }
          await this.#archives.bring(resolved.base, make, supervision, hold)
          const running = await this.#spawn(supervision, resolved, named, complete, own)
          resolve(running)
          await running.ended
        })
      const admitted = this.#admission.admit(start, { priority, signal, group: make && keyOf(make) })
      admitted.catch(reject).finally(() => {
        leave()
        release?.()
      })
    })
  }

  async connect(left: Stage, right: Stage, options?: ConnectOptions): Promise<ConnectResult> {
    const { signal, priority, image, overrides, transcriptBytes } = resolveConnectOptions(options ?? {})
    const found = image === undefined ? undefined : await findImage(image, 'options.image')
    const config = this.#configOf(found)
    const limitsOf = (limits: Partial<Limits> | undefined): Limits => this.#resolveLimits(limits)
    const stages = {
      left: await resolveStage(left, 'left', config, limitsOf),
      right: await resolveStage(right, 'right', config, limitsOf),
    }
    requireSameMounts(stages.left.command, stages.right.command)
    const make = this.#makeOf(overrides, found, stages.left.command.mounts)
    if (this.#closing !== undefined) throw closed()
    const job = async (): Promise<ConnectResult> =>
      this.#with(make, async (supervision, hold) =>
        this.#pairs.use(async (number) => {
          for (const { command } of [stages.left, stages.right])
            await this.#archives.bring(command.base, make, supervision, hold)
          const runs = {
            left: await this.#runOf(supervision, stages.left),
            right: await this.#runOf(supervision, stages.right),
          }
          const { supervisor } = supervision.open ?? (await supervision.launched())
          const { limits } = this.#options
          return connectCommands(supervisor, { ...runs, limits, number, transcriptBytes, signal })
        }),
      )
    const release = holdShared([stages.left.command, stages.right.command], this.#store)
    return this.#admission.admit(job, { priority, signal, group: make && keyOf(make) }).finally(release)
  }

  async store(content: StoreSource, options?: StoreOptions): Promise<StoredBlob> {
    if (this.#closing !== undefined) throw closed()
    return this.#store.store(content, options ?? {}, async () => this.#makes.own.launched())
  }

  async loadLayer(source: string | Readable, limits?: Partial<Limits>, options?: LoadOptions): Promise<Layer> {
    const { signal, priority, image, overrides } = resolveLoadOptions(options ?? {})
    const found = image === undefined ? undefined : await findImage(image, 'options.image')
    const make = this.#makeOf(overrides, found, [])
    return this.#archives.load({ source, limits: this.#resolveLimits(limits), make, signal, priority })
  }

  async open(options?: OpenOptions): Promise<Container> {
    const { signal, priority, image, overrides, base, mounts, limits } = resolveOpenOptions(options ?? {})
    const found = image === undefined ? undefined : await findImage(image, 'options.image')
    const named = namedForContainer(this.#options.namedLimits, limits)
    const complete = resolveLimits(named, this.#host.capacity, 'options.limits')
    const make = this.#makeOf(overrides, found, mounts)
    if (this.#closing !== undefined) throw closed()
    const release = base?.hold()
    const takeTurn = async (job: (supervision: Supervision, hold: Hold) => Promise<void>): Promise<void> =>
      this.#takeTurn(make, { signal, priority }, job)
    return openOnTurn(takeTurn, release, async (supervision, hold, left) => {
      const { supervisor, missing, callOf } = supervision.open ?? (await supervision.launched())
      requireNamed(limits, missing, this.#options.allowMissing)
      if (base !== undefined) await this.#archives.bring(base, make, supervision, hold)
      return open({
        ...{ supervisor, missing, callOf, hold, base, signal, left, limits: complete, guests: this.#guests },
        fixedResourceLimits: this.#host.fixedResourceLimits,
        config: this.#configOf(found),
        ways: this.#archives.waysOf(make),
        resolveLimits: (some) => this.#resolveLimits(some),
        share: (command) => holdShared([command], this.#store),
        unpack: async (chunks) =>
          this.#archives.unpack(chunks, { make, supervision, hold, what: 'it cannot be frozen' }),
      })
    })
  }

  stats(): SandboxStats {
    return { running: this.#admission.runningCount, queued: this.#admission.queuedCount, ...this.#makes.pool }
  }

  async close(): Promise<void> {
    this.#closing ??= this.#shutDown()
    return this.#closing
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  async #with<Value>(
    make: WantedMake | undefined,
    job: (supervision: Supervision, hold: Hold) => Promise<Value>,
  ): Promise<Value> {
    if (make === undefined) return job(this.#makes.own, () => () => {})
    return this.#makes.use(make, job)
  }

  #configOf(image: FoundImage | undefined): ImageConfig {
    return (image ?? this.#options.image).config
  }

  #makeOf(
    overrides: Omit<MakeOverrides, 'image'> | undefined,
    image: FoundImage | undefined,
    mounts: readonly ResolvedMount[],
  ): WantedMake | undefined {
    return otherMake(this.#options, image === undefined ? overrides : { ...overrides, image }, mounts)
  }

  #resolveLimits(limits: Partial<Limits> | undefined): Limits {
    if (limits === undefined) return this.#options.limits
    return resolveLimits(overlayLimits(this.#options.namedLimits, limits), this.#host.capacity)
  }

  async #execute(
    supervision: Supervision,
    command: ResolvedCommand,
    named: Partial<Limits>,
    limits: Limits,
    options: Pick<Run, 'signal' | 'freeze' | 'hold' | 'tracer' | 'ways'>,
  ): Promise<RunResult> {
    options.tracer?.mark('admittedMs')
    const { supervisor, missing, callOf } = supervision.open ?? (await supervision.launched())
    requireNamed(named, missing, this.#options.allowMissing)
    const { fixedResourceLimits } = this.#host
    return runCommand(supervisor, { command, limits, fixedResourceLimits, missing, callOf, ...options })
  }

  async #runOf(supervision: Supervision, { command, named, limits }: ResolvedStage): Promise<Run> {
    const { missing, callOf } = supervision.open ?? (await supervision.launched())
    requireNamed(named, missing, this.#options.allowMissing)
    const { fixedResourceLimits } = this.#host
    return {
      ...{ command, limits, fixedResourceLimits, missing, callOf },
      ...{
        signal: undefined,
        tracer: undefined,
        freeze: false,
        hold: () => () => {},
        ways: this.#archives.waysOf(undefined),
      },
    }
  }

  async #spawn(
    supervision: Supervision,
    command: ResolvedCommand,
    named: Partial<Limits>,
    limits: Limits,
    options: Pick<Spawn, 'signal' | 'freeze' | 'hold' | 'attachment' | 'left' | 'ways'>,
  ): Promise<SpawnedCommand> {
    const { supervisor, missing, callOf } = supervision.open ?? (await supervision.launched())
    requireNamed(named, missing, this.#options.allowMissing)
    const { fixedResourceLimits } = this.#host
    let own = named
    const overlay = (some: Partial<Limits>): Limits => {
      own = overlayLimits(own, some)
      return this.#resolveLimits(own)
    }
    return spawnCommand(supervisor, {
      ...{ command, limits, fixedResourceLimits, missing, callOf },
      ...{ ...options, overlay, tracer: undefined },
    })
  }

  /** Nothing that waits starts any more, but it is told so only when the last container is dead. */
  async #shutDown(): Promise<void> {
    this.#admission.pause()
    this.#store.close()
    await this.#makes.close()
    this.#admission.rejectWaiting(closed())
    await this.#admission.idle()
  }
}
