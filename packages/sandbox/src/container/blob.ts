import { invalidOption } from '../errors.ts'
import type { Supervisor } from '../supervisor/supervisor.ts'

/**
 * Content that a sandbox keeps for any number of runs, shown to each as a file that nobody can change, and never copied
 * for one. It takes its size in memory, which is counted against no run, until it is closed, or the sandbox is.
 */
export interface StoredBlob extends AsyncDisposable {
  /** In bytes. */
  readonly size: number
  /** Of its content: `sha256:` and 64 digits. */
  readonly digest: string
  /**
   * No further run may have it. Frees it once the runs have ended that have it, unless the same content was stored again.
   * May be called twice.
   */
  close(): Promise<void>
}

/** What a blob is of: content that is stored once, however many blobs it has. */
export interface BlobContent {
  readonly size: number
  readonly digest: string
  /**
   * The number by which a supervisor knows it, which is given it first if need be. Where it may be executed or not other
   * than as it was stored, that is one more copy of the content, which the store keeps as long as the content.
   */
  numberFor(supervisor: Supervisor, executable: boolean | undefined, option: string): Promise<number>
  /** What it consists of. */
  read(): AsyncIterable<Uint8Array>
  /** Whether it was stored as something that may be executed. */
  readonly isExecutable: boolean
  /** Whether it can still be had. */
  readonly isAlive: boolean
}

/** A blob of a store: it is there for as long as somebody holds it. */
export class KeptBlob implements StoredBlob {
  readonly #content: BlobContent
  readonly #store: object
  readonly #onFreed: () => void
  #useCount = 0
  #state: 'open' | 'closing' | 'closed' = 'open'
  #settleClose: (() => void) | undefined
  readonly #whenClosed: Promise<void>

  /** `onFreed` is called once it is. */
  constructor(store: object, content: BlobContent, onFreed: () => void) {
    this.#store = store
    this.#content = content
    this.#onFreed = onFreed
    this.#whenClosed = new Promise((resolve) => {
      this.#settleClose = resolve
    })
  }

  /** Whether it is one that a sandbox stored, and not something made to look like one. */
  static is(value: unknown): value is KeptBlob {
    return typeof value === 'object' && value !== null && #state in value
  }

  get size(): number {
    return this.#content.size
  }

  get digest(): string {
    return this.#content.digest
  }

  /** Holds it for a run of the sandbox whose store this is, until what this returns is called, once. */
  hold(store: object, option: string): () => void {
    if (this.#store !== store) throw invalidOption(option, 'be a blob of this sandbox', 'one of another')
    if (this.#state !== 'open') throw invalidOption(option, 'be a blob that is open', 'a closed one')
    this.#useCount++
    return () => {
      this.#useCount--
      this.#freeIfUnused()
    }
  }

  /** The number by which a supervisor knows it, as something that may be executed, or not; by default as it was stored. */
  async numberFor(supervisor: Supervisor, option: string, executable?: boolean): Promise<number> {
    this.#requireAlive(option)
    return this.#content.numberFor(supervisor, executable, option)
  }

  /** What it consists of, for a copy. */
  read(option: string): AsyncIterable<Uint8Array> {
    this.#requireAlive(option)
    return this.#content.read()
  }

  /** Whether it was stored as something that may be executed. */
  get isExecutable(): boolean {
    return this.#content.isExecutable
  }

  #requireAlive(option: string): void {
    if (this.#content.isAlive) return
    throw invalidOption(option, 'be a blob whose supervisor still runs', 'one that was lost with it')
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
    this.#onFreed()
    this.#settleClose?.()
  }
}
