import type { ResolvedAttachment } from '../container/attachment.ts'
import type { Argv, Command, ResolvedCommand } from '../container/command.ts'
import { resolveCommand } from '../container/command.ts'
import type { RunResult } from '../container/result.ts'
import type { ResourceLimit } from '../container/rlimits.ts'
import { runCommand } from '../container/run.ts'
import { RunTracer } from '../container/trace.ts'
import type { RunningCommand } from '../container/running-command.ts'
import { spawnCommand } from '../container/spawn.ts'
import type { SandboxError } from '../errors.ts'
import { overlayLimits, resolveLimits, type HostCapacity, type Limits } from '../limits.ts'
import { closed } from '../supervisor/supervisor.ts'
import { Admission } from './admission.ts'
import { launch, type Launched } from './launch.ts'
import { requireNamed } from './named-features.ts'
import {
  resolveRunOptions,
  resolveSpawnOptions,
  type ResolvedOptions,
  type RunOptions,
  type SpawnOptions,
} from './options.ts'

/** What a sandbox has in hand. The last five are the supervisor's, as of the last run that ended. */
export interface SandboxStats {
  readonly running: number
  readonly queued: number
  readonly ready: number
  readonly busy: number
  readonly making: number
  readonly destroying: number
  /** Runs that had to wait for a container to be made. */
  readonly coldStartCount: number
}

/** A pool of throwaway containers. */
export interface Sandbox extends AsyncDisposable {
  /**
   * Runs a command in a container of its own and tells how it ended. Whatever the command does is in the result;
   * rejects with a `SandboxError` where the caller or the host failed, and with the signal's reason if it was aborted.
   */
  run(command: Argv | Command, limits?: Partial<Limits>, options?: RunOptions): Promise<RunResult>
  /**
   * Starts a command in a container of its own, to talk to while it runs; settles once it starts. A command that cannot
   * be executed is told by the `result` of what it settles with.
   */
  spawn(command: Argv | Command, limits?: Partial<Limits>, options?: SpawnOptions): Promise<RunningCommand>
  stats(): SandboxStats
  /**
   * Kills what runs, and settles once every container is dead; waiting and running ones then reject with
   * `SANDBOX_CLOSED`. May be called twice, and at once.
   */
  close(): Promise<void>
}

/** What of the host a sandbox goes by. */
export interface HostFacts {
  readonly capacity: HostCapacity
  readonly fixedResourceLimits: readonly ResourceLimit[]
}

type State =
  | { readonly name: 'down' }
  | { readonly name: 'starting'; readonly launched: Promise<Launched> }
  | { readonly name: 'open'; readonly launched: Launched }
  | { readonly name: 'closed'; readonly done: Promise<void> }

/** The sandbox that `createSandbox` makes: one supervisor at a time, a new one after a death. */
export class SupervisedSandbox implements Sandbox {
  readonly #options: ResolvedOptions
  readonly #host: HostFacts
  readonly #admission: Admission
  #state: State = { name: 'down' }

  constructor(options: ResolvedOptions, host: HostFacts) {
    this.#options = options
    this.#host = host
    this.#admission = new Admission(options.concurrency, options.maxQueued)
  }

  /** Starts the supervisor ahead of the first run. */
  async start(): Promise<void> {
    const { missing } = await this.#launched()
    requireNamed(this.#options.namedLimits, missing, this.#options.allowMissing)
  }

  async run(command: Argv | Command, limits?: Partial<Limits>, options?: RunOptions): Promise<RunResult> {
    const resolved = resolveCommand(command)
    const named = limits ?? {}
    const complete = this.#resolveLimits(limits)
    const { signal, priority } = resolveRunOptions(options ?? {})
    if (this.#state.name === 'closed') throw closed()
    const tracer = RunTracer.begin()
    const job = async (): Promise<RunResult> => this.#execute(resolved, named, complete, signal, tracer)
    const result = this.#admission.admit(job, { priority, signal })
    return tracer === undefined ? result : tracer.deliver(result)
  }

  async spawn(command: Argv | Command, limits?: Partial<Limits>, options?: SpawnOptions): Promise<RunningCommand> {
    const resolved = resolveCommand(command)
    const named = limits ?? {}
    const complete = this.#resolveLimits(limits)
    const { attachment, ...turn } = resolveSpawnOptions(options ?? {})
    if (this.#state.name === 'closed') throw closed()
    return new Promise((resolve, reject) => {
      // Its turn lasts until its end.
      const start = async (): Promise<void> => {
        const running = await this.#spawn(resolved, named, complete, turn.signal, attachment)
        resolve(running)
        await running.result.catch(() => {})
      }
      this.#admission.admit(start, turn).catch(reject)
    })
  }

  stats(): SandboxStats {
    const pool = this.#state.name === 'open' ? this.#state.launched.supervisor.pool : noPool
    return { running: this.#admission.runningCount, queued: this.#admission.queuedCount, ...pool }
  }

  close(): Promise<void> {
    if (this.#state.name !== 'closed') this.#enter({ name: 'closed', done: this.#shutDown(this.#state) })
    return this.#state.name === 'closed' ? this.#state.done : Promise.resolve()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  #resolveLimits(limits: Partial<Limits> | undefined): Limits {
    if (limits === undefined) return this.#options.limits
    return resolveLimits(overlayLimits(this.#options.namedLimits, limits), this.#host.capacity)
  }

  async #execute(
    command: ResolvedCommand,
    named: Partial<Limits>,
    limits: Limits,
    signal: AbortSignal | undefined,
    tracer: RunTracer | undefined,
  ): Promise<RunResult> {
    tracer?.mark('admittedMs')
    const { supervisor, missing, callOf } = this.#state.name === 'open' ? this.#state.launched : await this.#launched()
    requireNamed(named, missing, this.#options.allowMissing)
    const { fixedResourceLimits } = this.#host
    return runCommand(supervisor, { command, limits, fixedResourceLimits, missing, callOf, signal, tracer })
  }

  async #spawn(
    command: ResolvedCommand,
    named: Partial<Limits>,
    limits: Limits,
    signal: AbortSignal | undefined,
    attachment: ResolvedAttachment,
  ): Promise<RunningCommand> {
    const { supervisor, missing, callOf } = this.#state.name === 'open' ? this.#state.launched : await this.#launched()
    requireNamed(named, missing, this.#options.allowMissing)
    const { fixedResourceLimits } = this.#host
    let own = named
    const overlay = (some: Partial<Limits>): Limits => {
      own = overlayLimits(own, some)
      return this.#resolveLimits(own)
    }
    return spawnCommand(supervisor, {
      ...{ command, limits, fixedResourceLimits, missing, callOf, signal },
      ...{ attachment, overlay, tracer: undefined },
    })
  }

  async #launched(): Promise<Launched> {
    const state = this.#state
    if (state.name === 'closed') throw closed()
    if (state.name !== 'down') return state.launched
    const launched = this.#launch()
    this.#enter({ name: 'starting', launched })
    return launched
  }

  async #launch(): Promise<Launched> {
    try {
      const launched = await launch(this.#options, (error) => this.#died(error))
      if (this.#state.name === 'starting') this.#enter({ name: 'open', launched })
      return launched
    } catch (error) {
      if (this.#state.name === 'starting') this.#enter({ name: 'down' })
      throw error
    }
  }

  #died(error: SandboxError): void {
    if (this.#state.name !== 'open') return
    this.#enter({ name: 'down' })
    this.#admission.rejectWaiting(error)
  }

  /** Nothing that waits starts any more, but it is told so only when the last container is dead. */
  async #shutDown(before: State): Promise<void> {
    this.#admission.pause()
    if (before.name === 'open') await before.launched.close()
    if (before.name === 'starting') await before.launched.then((launched) => launched.close()).catch(() => {})
    this.#admission.rejectWaiting(closed())
    await this.#admission.idle()
  }

  /** The one place where the state changes. */
  #enter(state: State): void {
    this.#state = state
  }
}

const noPool = { ready: 0, busy: 0, making: 0, destroying: 0, coldStartCount: 0 } as const
