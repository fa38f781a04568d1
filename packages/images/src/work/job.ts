import type { ImageConfig } from '@mayfly/sandbox'
import type { ImageBounds } from '../bounds.ts'
import type { LeftOut, UnpackProgress } from '../unpack/tally.ts'

/** What a worker is to unpack. */
export interface Job {
  /** An empty directory of ours, on the file system of the cache. */
  readonly staging: string
  readonly bounds: ImageBounds
  readonly source:
    | { readonly kind: 'archive'; readonly path: string; readonly wanted: string | undefined }
    | {
        readonly kind: 'root'
        readonly path: string
        readonly leaves: readonly string[]
        readonly links: Readonly<Record<string, string>>
      }
}

/** An image that is put together, and not yet in the cache. */
export interface Unpacked {
  /** A directory below `staging`. */
  readonly root: string
  readonly digest: string
  readonly bytes: number
  readonly entryCount: number
  readonly config: ImageConfig
  /** What the archive calls it. */
  readonly names: readonly string[]
  readonly leftOut: LeftOut
}

/** What a worker says. */
export type WorkerMessage =
  | { readonly kind: 'progress'; readonly progress: UnpackProgress }
  | { readonly kind: 'done'; readonly unpacked: Unpacked }
  | {
      readonly kind: 'failed'
      readonly code: string | undefined
      readonly errno: string | undefined
      readonly message: string
    }
