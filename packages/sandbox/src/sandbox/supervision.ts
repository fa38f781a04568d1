import type { SandboxError } from '../errors.ts'
import type { FoundMount } from '../image/host-mounts.ts'
import type { Pool } from '../supervisor/report.ts'
import { closed } from '../supervisor/supervisor.ts'
import { launch, type Launched } from './launch.ts'
import type { ResolvedOptions } from './options.ts'

type State =
  | { readonly name: 'down' }
  | { readonly name: 'starting'; readonly launched: Promise<Launched> }
  | { readonly name: 'open'; readonly launched: Launched }
  | { readonly name: 'closed'; readonly done: Promise<void> }

/** Containers of one make: one supervisor at a time, a new one after a death. */
export class Supervision {
  readonly #options: ResolvedOptions
  readonly #mounts: readonly FoundMount[]
  readonly #onDeath: (error: SandboxError) => void
  #state: State = { name: 'down' }

  /** `onDeath` is called when a supervisor dies that was not closed. */
  constructor(options: ResolvedOptions, mounts: readonly FoundMount[], onDeath: (error: SandboxError) => void) {
    this.#options = options
    this.#mounts = mounts
    this.#onDeath = onDeath
  }

  /** What it has in hand; nothing while there is no supervisor. */
  get pool(): Pool {
    return this.#state.name === 'open' ? this.#state.launched.supervisor.pool : noPool
  }

  /** The supervisor, where it is there already. */
  get open(): Launched | undefined {
    return this.#state.name === 'open' ? this.#state.launched : undefined
  }

  /** The supervisor, started if there is none. */
  async launched(): Promise<Launched> {
    const state = this.#state
    if (state.name === 'closed') throw closed()
    if (state.name !== 'down') return state.launched
    const launched = this.#launch()
    this.#enter({ name: 'starting', launched })
    return launched
  }

  /** Kills what runs, and settles once every container is dead. May be called twice, and at once. */
  async close(): Promise<void> {
    if (this.#state.name !== 'closed') this.#enter({ name: 'closed', done: this.#shutDown(this.#state) })
    return this.#state.name === 'closed' ? this.#state.done : undefined
  }

  async #launch(): Promise<Launched> {
    try {
      const launched = await launch(this.#options, this.#mounts, (error) => this.#died(error))
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
    this.#onDeath(error)
  }

  async #shutDown(before: State): Promise<void> {
    if (before.name === 'open') await before.launched.close()
    if (before.name === 'starting') await before.launched.then((launched) => launched.close()).catch(() => {})
  }

  /** The one place where the state changes. */
  #enter(state: State): void {
    this.#state = state
  }
}

const noPool = { ready: 0, busy: 0, making: 0, destroying: 0, coldStartCount: 0 } as const
