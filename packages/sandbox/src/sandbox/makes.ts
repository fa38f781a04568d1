import type { SandboxError } from '../errors.ts'
import { findMounts, type FoundMount } from '../image/host-mounts.ts'
import type { Pool } from '../supervisor/report.ts'
import { closed } from '../supervisor/supervisor.ts'
import { keyOf, type Make, type WantedMake } from './make.ts'
import type { ResolvedOptions } from './options.ts'
import { Supervision } from './supervision.ts'

/** Supervisors of other makes than the sandbox's own that are kept while none of their runs is under way, ... */
const idleCountMax = 4
/** ... and for how long. */
const idleMs = 10_000

interface Other {
  readonly supervision: Supervision
  useCount: number
  idleTimer: NodeJS.Timeout | undefined
}

/** Keeps a supervisor until what it returns is called, once. */
export type Hold = () => () => void

/** The supervisors of a sandbox: one for its own make, and one for each other that its runs ask for. */
export class Makes {
  /** The sandbox's own, which is there until it is closed. */
  readonly own: Supervision
  readonly #options: ResolvedOptions
  readonly #onDeath: (error: SandboxError, key: string | undefined) => void
  /** By the key of the make; who was idle for longest comes first. */
  readonly #others = new Map<string, Other>()
  readonly #leaving = new Set<Promise<void>>()
  #isClosed = false

  /**
   * `mounts` are those of the sandbox, found. `onDeath` is called when a supervisor dies, with the key of its make where
   * that is not the sandbox's own.
   */
  constructor(
    options: ResolvedOptions,
    mounts: readonly FoundMount[],
    onDeath: (error: SandboxError, key: string | undefined) => void,
  ) {
    this.#options = options
    this.#onDeath = onDeath
    this.own = new Supervision(options, mounts, (error) => onDeath(error, undefined))
  }

  /** What all of them have in hand. */
  get pool(): Pool {
    const pools = [this.own, ...[...this.#others.values()].map(({ supervision }) => supervision)].map(
      ({ pool }) => pool,
    )
    return {
      ready: sum(pools.map(({ ready }) => ready)),
      busy: sum(pools.map(({ busy }) => busy)),
      making: sum(pools.map(({ making }) => making)),
      destroying: sum(pools.map(({ destroying }) => destroying)),
      coldStartCount: sum(pools.map(({ coldStartCount }) => coldStartCount)),
    }
  }

  /**
   * Lets `job` have the supervision of what is `wanted`, which stays for as long as the job takes, and whatever holds it
   * beyond that.
   */
  async use<Value>(wanted: WantedMake, job: (supervision: Supervision, hold: Hold) => Promise<Value>): Promise<Value> {
    const make = { ...wanted, mounts: await findMounts(wanted.mounts) }
    if (this.#isClosed) throw closed()
    const key = keyOf(make)
    const other = this.#take(key, make, keyOf(wanted))
    try {
      return await job(other.supervision, () => this.#hold(key, other))
    } finally {
      this.#release(key, other)
    }
  }

  /** Closes all of them; settles once every container is dead. */
  async close(): Promise<void> {
    this.#isClosed = true
    const others = [...this.#others.entries()]
    for (const [key, other] of others) this.#leave(key, other)
    await Promise.all([this.own.close(), ...this.#leaving])
  }

  #take(key: string, make: Make, wantedKey: string): Other {
    const found = this.#others.get(key) ?? this.#add(key, make, wantedKey)
    found.useCount += 1
    clearTimeout(found.idleTimer)
    found.idleTimer = undefined
    return found
  }

  /** Runs that wait for their turn are told apart by what they want: nobody has looked at their mounts yet. */
  #add(key: string, make: Make, wantedKey: string): Other {
    // None is made ahead: how many are wanted shows when runs come.
    const warm = { min: 0, max: this.#options.warm.max }
    const { mounts, ...built } = make
    const options = { ...this.#options, ...built, warm }
    const supervision = new Supervision(options, mounts, (error) => this.#onDeath(error, wantedKey))
    const other = { supervision, useCount: 0, idleTimer: undefined }
    this.#others.set(key, other)
    return other
  }

  #hold(key: string, other: Other): () => void {
    other.useCount += 1
    return () => this.#release(key, other)
  }

  #release(key: string, other: Other): void {
    other.useCount -= 1
    if (other.useCount > 0 || this.#others.get(key) !== other) return
    this.#others.delete(key)
    this.#others.set(key, other)
    other.idleTimer = setTimeout(() => this.#leave(key, other), idleMs).unref()
    const idle = [...this.#others.entries()].filter(([, { useCount }]) => useCount === 0)
    for (const [oldKey, old] of idle.slice(0, -idleCountMax)) this.#leave(oldKey, old)
  }

  /** Forgotten at once; a run that asks for the same make meanwhile has another. */
  #leave(key: string, other: Other): void {
    clearTimeout(other.idleTimer)
    this.#others.delete(key)
    const gone: Promise<void> = other.supervision.close().finally(() => this.#leaving.delete(gone))
    this.#leaving.add(gone)
  }
}

function sum(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0)
}
