import type { Product } from './product.ts'
import { unlessAborted } from './unless-aborted.ts'

interface Entry {
  readonly made: Promise<Product>
  userCount: number
  /** It is no longer in the cache, and is closed by its last user. */
  evicted: boolean
}

/** What was made, or was there before, for as long as it is used. */
export interface Lease {
  readonly product: Product
  readonly cached: boolean
  /** To be called once, when no further run will start on it. */
  readonly release: () => Promise<void>
}

/** Products of compilers, by everything that they depend on. The least recently used ones go first. */
export class CompileCache {
  /** In the order of their last use. */
  readonly #entries = new Map<string, Entry>()
  readonly #max: number

  constructor(max: number) {
    this.#max = max
  }

  /**
   * What was made before, or is being made; else what `make` makes. A failure of ours is not kept. The signal ends the
   * wait for what another makes; what is made for this caller ends by itself.
   */
  async get(key: string, make: () => Promise<Product>, signal?: AbortSignal): Promise<Lease> {
    const known = this.#entries.get(key)
    const entry = known ?? { made: make(), userCount: 0, evicted: false }
    entry.userCount++
    this.#entries.delete(key)
    this.#entries.set(key, entry)
    let product: Product
    try {
      product = await unlessAborted(entry.made, known === undefined ? undefined : signal)
    } catch (error) {
      await release(entry)
      // Others go on waiting for it.
      if (known !== undefined && signal?.aborted === true) throw error
      this.#forget(key, entry)
      if (known === undefined) throw error
      // Who asked first may not have wanted it any more.
      return this.get(key, make, signal)
    }
    if (product.kind === 'broken') this.#forget(key, entry)
    await this.#shrink()
    return { product, cached: known !== undefined, release: async () => release(entry) }
  }

  async close(): Promise<void> {
    for (const [key, entry] of this.#entries) await this.#evict(key, entry)
  }

  async #shrink(): Promise<void> {
    for (const [key, entry] of this.#entries) {
      if (this.#entries.size <= this.#max) return
      await this.#evict(key, entry)
    }
  }

  async #evict(key: string, entry: Entry): Promise<void> {
    this.#forget(key, entry)
    entry.evicted = true
    await closeIfUnused(entry)
  }

  #forget(key: string, entry: Entry): void {
    if (this.#entries.get(key) === entry) this.#entries.delete(key)
  }
}

async function release(entry: Entry): Promise<void> {
  entry.userCount--
  await closeIfUnused(entry)
}

async function closeIfUnused({ evicted, userCount, made }: Entry): Promise<void> {
  if (!evicted || userCount > 0) return
  const product = await made.catch(() => undefined)
  if (product?.kind === 'ready') await product.close()
}
