import type { Product } from './product.ts'

interface Entry {
  readonly made: Promise<Product>
  usedAt: number
}

/** Products of compilers, by everything that they depend on. The least recently used ones go first. */
export class CompileCache {
  readonly #entries = new Map<string, Entry>()
  readonly #max: number
  #clock = 0

  constructor(max: number) {
    this.#max = max
  }

  /** What was made before, or is being made; else what `make` makes. A failure of ours is not kept. */
  async get(
    key: string,
    make: () => Promise<Product>,
  ): Promise<{ readonly product: Product; readonly cached: boolean }> {
    const known = this.#entries.get(key)
    if (known !== undefined) {
      known.usedAt = ++this.#clock
      return { product: await known.made, cached: true }
    }
    const made = make()
    this.#entries.set(key, { made, usedAt: ++this.#clock })
    try {
      const product = await made
      if (product.kind === 'broken') this.#entries.delete(key)
      await this.#shrink()
      return { product, cached: false }
    } catch (error) {
      this.#entries.delete(key)
      throw error
    }
  }

  async close(): Promise<void> {
    const entries = [...this.#entries.values()]
    this.#entries.clear()
    await Promise.all(entries.map(async ({ made }) => made.then(closeProduct, () => {})))
  }

  /** One in use may go as well: its files are kept by those who hold it, and its layer closes with its last user. */
  async #shrink(): Promise<void> {
    while (this.#entries.size > this.#max) {
      const [oldest] = [...this.#entries].sort(([, one], [, other]) => one.usedAt - other.usedAt)
      if (oldest === undefined) return
      this.#entries.delete(oldest[0])
      await oldest[1].made.then(closeProduct, () => {})
    }
  }
}

async function closeProduct(product: Product): Promise<void> {
  if (product.kind === 'ready') await product.close()
}
