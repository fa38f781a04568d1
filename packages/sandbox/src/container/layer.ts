import type { Writable } from 'node:stream'
import { invalidOption, SandboxError } from '../errors.ts'
import { layerDepthMax } from '../supervisor/protocol.ts'
import type { Supervisor } from '../supervisor/supervisor.ts'

/**
 * What a run wrote in its working directory, with whatever that stood on: frozen, and the ground of any number of runs,
 * none of which can change it or see what another one writes. It takes the memory of what it holds, which is counted
 * against no run, until it is closed, or the sandbox is.
 */
export interface Layer extends AsyncDisposable {
  /** On how many layers it is stacked, itself included. At most 16. */
  readonly depth: number
  /**
   * Saves it, with all that it is stacked on, as one tar archive: at a path of the host where nothing is yet, or to a
   * stream, which is ended. Takes a turn of the sandbox's `concurrency`. `loadLayer` makes a layer of it again.
   */
  save(target: string | Writable): Promise<void>
  /**
   * No further run may start on it. Frees it, once the runs have ended that stand on it already; layers stacked on it
   * stay. May be called twice.
   */
  close(): Promise<void>
}

/** Lets `take` have what a layer holds, packed. */
type TakePacked = (chunks: AsyncIterable<Uint8Array>) => Promise<void>

/** How layers of a sandbox leave the supervisor that made them. */
export interface LayerWays {
  /** The same for all layers of a sandbox. */
  readonly sandbox: object
  /** Writes one to where it is to be saved. */
  readonly save: (layer: KeptLayer, target: string | Writable) => Promise<void>
  readonly pack: (layer: KeptLayer, take: TakePacked) => Promise<void>
}

/** A layer of a supervisor: it is there for as long as somebody holds it. */
export class KeptLayer implements Layer {
  readonly depth: number
  readonly #supervisor: Supervisor
  readonly #number: number
  readonly #onFreed: () => void
  readonly #ways: LayerWays
  /** In the supervisors of other makes. */
  readonly #copies = new Map<Supervisor, Promise<KeptLayer>>()
  readonly #ready = new Map<Supervisor, KeptLayer>()
  #useCount = 0
  #state: 'open' | 'closing' | 'closed' = 'open'
  #settleClose: (() => void) | undefined
  readonly #whenClosed: Promise<void>

  /** `onFreed` is called once it is. */
  constructor(supervisor: Supervisor, number: number, depth: number, onFreed: () => void, ways: LayerWays) {
    this.#supervisor = supervisor
    this.#number = number
    this.depth = depth
    this.#onFreed = onFreed
    this.#ways = ways
    this.#whenClosed = new Promise((resolve) => {
      this.#settleClose = resolve
    })
  }

  /** Whether it is one that a run left, and not something made to look like one. */
  static is(value: Layer): value is KeptLayer {
    return typeof value === 'object' && value !== null && #state in value
  }

  /** Holds it for a run, from when it is asked for until what this returns is called, once. */
  hold(): () => void {
    if (this.#state !== 'open') throw invalidOption('command.base', 'be a layer that is open', 'a closed one')
    this.#useCount++
    return () => {
      this.#useCount--
      this.#freeIfUnused()
    }
  }

  /**
   * Has another supervisor of the same sandbox know it, too, by a copy, which is made once: `unpack` makes a layer there
   * of what this one holds.
   */
  async bringTo(
    supervisor: Supervisor,
    sandbox: object,
    unpack: (chunks: AsyncIterable<Uint8Array>) => Promise<KeptLayer>,
  ): Promise<void> {
    if (supervisor === this.#supervisor || sandbox !== this.#ways.sandbox) return
    const known = this.#copies.get(supervisor) ?? this.#copy(supervisor, unpack)
    await known
  }

  async #copy(
    supervisor: Supervisor,
    unpack: (chunks: AsyncIterable<Uint8Array>) => Promise<KeptLayer>,
  ): Promise<KeptLayer> {
    const copied = (async () => {
      const made: KeptLayer[] = []
      await this.#ways.pack(this, async (chunks) => {
        made.push(await unpack(chunks))
      })
      const [copy] = made
      if (copy === undefined) throw new SandboxError('CONTAINER_FAILED', 'the layer could not be copied')
      this.#ready.set(supervisor, copy)
      return copy
    })()
    this.#copies.set(supervisor, copied)
    copied.catch(() => this.#copies.delete(supervisor))
    return copied
  }

  /** The number by which a supervisor knows it: the one that made it, or that it was brought to. */
  numberFor(supervisor: Supervisor): number {
    if (supervisor === this.#supervisor) return this.#number
    const copy = this.#ready.get(supervisor)
    if (copy !== undefined) return copy.numberFor(supervisor)
    throw invalidOption('command.base', 'be a layer of this sandbox, whose supervisor still runs', 'another one')
  }

  async save(target: string | Writable): Promise<void> {
    if (this.#state !== 'open') throw invalidOption('layer', 'be open', 'a closed one')
    const release = this.hold()
    try {
      await this.#ways.save(this, target)
    } finally {
      release()
    }
  }

  close(): Promise<void> {
    if (this.#state === 'open') this.#state = 'closing'
    this.#freeIfUnused()
    return this.#whenClosed
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  #freeIfUnused(): void {
    if (this.#state !== 'closing' || this.#useCount > 0) return
    this.#state = 'closed'
    this.#supervisor.closeLayer(this.#number)
    for (const copy of this.#ready.values()) void copy.close()
    this.#onFreed()
    this.#settleClose?.()
  }
}

/** Checks what is to be a base. */
export function resolveBase(base: Layer | undefined, option = 'command.base'): KeptLayer | undefined {
  if (base === undefined || KeptLayer.is(base)) return base
  throw invalidOption(option, 'be a layer that a run with `freeze` left', base)
}

/** One more layer would be too many. */
export function requireRoomFor(base: KeptLayer | undefined): void {
  if (base === undefined || base.depth < layerDepthMax) return
  throw invalidOption('options.freeze', `leave at most ${layerDepthMax} layers on one another`, base.depth + 1)
}
