import type { Readable } from 'node:stream'
import { readArchive } from '../container/archived-layer.ts'
import type { KeptLayer, Layer, LayerWays } from '../container/layer.ts'
import { copyingLimits, openSource, unpackedLayer, unpackingCommand, unpackingLimits } from '../container/load-layer.ts'
import type { ResourceLimit } from '../container/rlimits.ts'
import { runCommand, type Run } from '../container/run.ts'
import { packingCommand, packLayer, saveLayer } from '../container/save-layer.ts'
import { SandboxError } from '../errors.ts'
import type { Limits } from '../limits.ts'
import type { WantedMake } from './make.ts'
import type { Hold } from './makes.ts'
import type { Supervision } from './supervision.ts'

/** A turn of the sandbox, in containers of a make; undefined is its own. */
export type TakeTurn = <Value>(
  make: WantedMake | undefined,
  options: { readonly signal: AbortSignal | undefined; readonly priority: number },
  job: (supervision: Supervision, hold: Hold) => Promise<Value>,
) => Promise<Value>

/** The same outside of any turn: for what is a part of one. */
export type UseMake = <Value>(
  make: WantedMake | undefined,
  job: (supervision: Supervision, hold: Hold) => Promise<Value>,
) => Promise<Value>

/** A layer that is to be loaded, its limits and options resolved. */
export interface Loading {
  readonly source: string | Readable
  readonly limits: Limits
  readonly make: WantedMake | undefined
  readonly signal: AbortSignal | undefined
  readonly priority: number
}

/** Layers that leave a sandbox and come back, by runs that execute nothing. */
export class LayerArchives {
  readonly #takeTurn: TakeTurn
  readonly #use: UseMake
  readonly #limits: Limits
  readonly #fixedResourceLimits: readonly ResourceLimit[]

  /** `limits` are those of the sandbox. */
  constructor(takeTurn: TakeTurn, use: UseMake, limits: Limits, fixedResourceLimits: readonly ResourceLimit[]) {
    this.#takeTurn = takeTurn
    this.#use = use
    this.#limits = limits
    this.#fixedResourceLimits = fixedResourceLimits
  }

  /** For layers of runs of this make. */
  waysOf(make: WantedMake | undefined): LayerWays {
    return {
      sandbox: this,
      save: async (layer, target) =>
        this.#takeTurn(make, { signal: undefined, priority: 0 }, async (supervision) => {
          const run = await this.#runOf(make, supervision, packingCommand(layer), this.#limits)
          const { supervisor } = supervision.open ?? (await supervision.launched())
          await saveLayer(supervisor, run, target)
        }),
      pack: async (layer, take) =>
        this.#use(make, async (supervision) => {
          const run = await this.#runOf(make, supervision, packingCommand(layer), copyingLimits(this.#limits))
          const { supervisor } = supervision.open ?? (await supervision.launched())
          await packLayer(supervisor, run, take)
        }),
    }
  }

  /** Has the supervisor of a make know a layer that one of another made. */
  async bring(
    layer: KeptLayer | undefined,
    make: WantedMake | undefined,
    supervision: Supervision,
    hold: Hold,
  ): Promise<void> {
    if (layer === undefined) return
    const { supervisor } = supervision.open ?? (await supervision.launched())
    const what = 'the layer cannot be copied to containers of another make'
    await layer.bringTo(supervisor, this, async (chunks) => this.unpack(chunks, { make, supervision, hold, what }))
  }

  /** A layer of what is packed, in a container of a make; `what` cannot be done where that fails. */
  async unpack(
    chunks: AsyncIterable<Uint8Array>,
    {
      make,
      supervision,
      hold,
      what,
    }: { make: WantedMake | undefined; supervision: Supervision; hold: Hold; what: string },
  ): Promise<KeptLayer> {
    const { supervisor } = supervision.open ?? (await supervision.launched())
    const run = await this.#runOf(make, supervision, unpackingCommand(chunks, []), copyingLimits(this.#limits))
    try {
      return await unpackedLayer(await runCommand(supervisor, { ...run, freeze: true, hold, unpacks: true }))
    } catch (cause) {
      const { errno, message } = cause as SandboxError
      throw new SandboxError('CONTAINER_FAILED', `${what}: ${message}`, { errno, cause })
    }
  }

  async load({ source, limits, make, signal, priority }: Loading): Promise<Layer> {
    const opened = await openSource(source)
    const paths: string[] = []
    const complete = unpackingLimits(limits)
    const command = unpackingCommand(readArchive(opened, complete, paths), paths)
    try {
      return await this.#takeTurn(make, { signal, priority }, async (supervision, hold) => {
        const run = await this.#runOf(make, supervision, command, complete)
        const { supervisor } = supervision.open ?? (await supervision.launched())
        return unpackedLayer(await runCommand(supervisor, { ...run, signal, freeze: true, hold, unpacks: true }))
      })
    } finally {
      opened.destroy()
    }
  }

  async #runOf(
    make: WantedMake | undefined,
    supervision: Supervision,
    command: Run['command'],
    limits: Limits,
  ): Promise<Run> {
    const { missing, callOf } = supervision.open ?? (await supervision.launched())
    const fixedResourceLimits = this.#fixedResourceLimits
    const none = { signal: undefined, tracer: undefined, freeze: false, hold: () => () => {} }
    return { ...none, command, limits, fixedResourceLimits, missing, callOf, ways: this.waysOf(make) }
  }
}
