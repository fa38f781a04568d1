import type { Writable } from 'node:stream'
import { invalidOption } from '../errors.ts'
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

/** Writes a layer to where it is to be saved. */
export type SaveLayer = (layer: KeptLayer, target: string | Writable) => Promise<void>

/** A layer of a supervisor: it is there for as long as somebody holds it. */
export class KeptLayer implements Layer {
  readonly depth: number
  readonly #supervisor: Supervisor
  readonly #number: number
  readonly #onFreed: () => void
  readonly #save: SaveLayer
  #useCount = 0
  #state: 'open' | 'closing' | 'closed' = 'open'
  #settleClose: (() => void) | undefined
  readonly #whenClosed: Promise<void>

  /** `onFreed` is called once it is. */
  constructor(supervisor: Supervisor, number: number, depth: number, onFreed: () => void, save: SaveLayer) {
    this.#supervisor = supervisor
    this.#number = number
    this.depth = depth
    this.#onFreed = onFreed
    this.#save = save
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

  /** The number by which a supervisor knows it: the one that made it, and no other. */
  numberFor(supervisor: Supervisor): number {
    if (supervisor === this.#supervisor) return this.#number
    throw invalidOption('command.base', 'be a layer of this sandbox, whose supervisor still runs', 'another one')
  }

  async save(target: string | Writable): Promise<void> {
    if (this.#state !== 'open') throw invalidOption('layer', 'be open', 'a closed one')
    const release = this.hold()
    try {
      await this.#save(this, target)
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
    this.#onFreed()
    this.#settleClose?.()
  }
}

/** Checks `command.base`. */
export function resolveBase(base: Layer | undefined): KeptLayer | undefined {
  if (base === undefined || KeptLayer.is(base)) return base
  throw invalidOption('command.base', 'be a layer that a run with `freeze` left', base)
}

/** One more layer would be too many. */
export function requireRoomFor(base: KeptLayer | undefined): void {
  if (base === undefined || base.depth < layerDepthMax) return
  throw invalidOption('options.freeze', `leave at most ${layerDepthMax} layers on one another`, base.depth + 1)
}
