import type { ImageBounds } from '../bounds.ts'
import { refusal } from '../refusal.ts'

/** What was met in archives and is not in the image. */
export interface LeftOut {
  /** Devices, named pipes and sockets. */
  specialFileCount: number
  /** Extended attributes, capabilities and access lists. */
  attributeCount: number
}

/** Counts over all layers of an image, against its bounds. */
export class Tally {
  readonly leftOut: LeftOut = { specialFileCount: 0, attributeCount: 0 }
  readonly bounds: ImageBounds
  readonly #onProgress: (progress: UnpackProgress) => void
  #bytes = 0
  #entryCount = 0

  constructor(bounds: ImageBounds, onProgress: (progress: UnpackProgress) => void = () => {}) {
    this.bounds = bounds
    this.#onProgress = onProgress
  }

  addBytes(bytes: number): void {
    this.#bytes += bytes
    if (this.#bytes > this.bounds.bytes) throw refusal(`unpack to at most ${this.bounds.bytes} bytes`, 'more')
  }

  addEntry(): void {
    this.#entryCount += 1
    if (this.#entryCount > this.bounds.entryCount)
      throw refusal(`have at most ${this.bounds.entryCount} entries in its layers`, 'more')
    if (this.#entryCount % reportedCount === 0) this.report()
  }

  report(): void {
    this.#onProgress({ bytes: this.#bytes, entryCount: this.#entryCount })
  }
}

const reportedCount = 500

/** How far unpacking has come. */
export interface UnpackProgress {
  readonly bytes: number
  readonly entryCount: number
}
