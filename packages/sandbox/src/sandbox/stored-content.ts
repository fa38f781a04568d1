import type { BlobContent } from '../container/blob.ts'
import { readBlob, sendBlob, type SentBlob } from '../supervisor/blob-transfer.ts'
import type { Supervisor } from '../supervisor/supervisor.ts'

/** Nobody writes to what is stored. */
export function modeOf(executable: boolean): number {
  return executable ? 0o555 : 0o444
}

interface Shape {
  readonly executable: boolean
  /** Of the store. */
  readonly bytesMax: number
  /** Takes room in the store for one more copy; throws where there is none. */
  readonly take: (bytes: number, option: string) => void
}

/**
 * Content in the supervisor that it was stored in, and in those of other makes that had runs with it; once more in each
 * where some files of it may be executed and others may not, since a file has one mode.
 */
export class StoredContent implements BlobContent {
  readonly size: number
  readonly digest: string
  blobCount = 0
  readonly #home: Supervisor
  readonly #sent: SentBlob
  readonly #shape: Shape
  readonly #copies = new Map<Supervisor, Map<boolean, Promise<SentBlob>>>()
  #hasBothModes = false

  constructor(home: Supervisor, sent: SentBlob, digest: string, shape: Shape) {
    this.size = sent.bytes
    this.digest = digest
    this.#home = home
    this.#sent = sent
    this.#shape = shape
  }

  get isAlive(): boolean {
    return this.#home.isAlive
  }

  get isExecutable(): boolean {
    return this.#shape.executable
  }

  /** What it takes of the store. */
  get bytes(): number {
    return this.#hasBothModes ? 2 * this.size : this.size
  }

  async numberFor(supervisor: Supervisor, wanted: boolean | undefined, option: string): Promise<number> {
    const executable = wanted ?? this.isExecutable
    if (supervisor === this.#home && executable === this.isExecutable) return this.#sent.number
    if (executable !== this.isExecutable && !this.#hasBothModes) {
      this.#shape.take(this.size, option)
      this.#hasBothModes = true
    }
    return (await this.#copyIn(supervisor, executable)).number
  }

  read(): AsyncIterable<Uint8Array> {
    return readBlob(this.#home, this.#sent)
  }

  free(): void {
    this.#home.closeBlob(this.#sent.number)
    for (const [supervisor, copies] of this.#copies) {
      for (const copy of copies.values()) {
        copy.then(
          ({ number }) => supervisor.closeBlob(number),
          () => {},
        )
      }
    }
  }

  async #copyIn(supervisor: Supervisor, executable: boolean): Promise<SentBlob> {
    for (const other of this.#copies.keys()) if (!other.isAlive) this.#copies.delete(other)
    const copies = this.#copies.get(supervisor) ?? new Map<boolean, Promise<SentBlob>>()
    this.#copies.set(supervisor, copies)
    const there = copies.get(executable)
    if (there !== undefined) return there
    const copy = sendBlob(supervisor, this.read(), { mode: modeOf(executable), bytesMax: this.#shape.bytesMax })
    copies.set(executable, copy)
    copy.catch(() => copies.delete(executable))
    return copy
  }
}
