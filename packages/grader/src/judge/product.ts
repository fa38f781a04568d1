import type { FileSource, Layer, Usage } from '@mayfly/sandbox'
import type { Capture } from './result.ts'

/** A program that can be run any number of times, each in a container of its own. */
export interface ReadyProduct {
  readonly kind: 'ready'
  readonly language: string
  readonly messages: Capture
  readonly usage: Usage | undefined
  /** Its command line, for one that may use this much memory. */
  argv(memoryBytes: number): readonly string[]
  readonly env: Readonly<Record<string, string>>
  /** What a container must start with so that the program is in its working directory. */
  start(): { readonly files: Readonly<Record<string, FileSource>>; readonly base?: Layer }
  readonly ownProcessCount: number
  /** The source file that starts it. */
  readonly entry: string
  /** Says whether it is a program at all, where that is only looked at after a failure. */
  check?(
    signal?: AbortSignal,
  ): Promise<{ readonly kind: 'failed' | 'limited'; readonly reason: string; readonly messages: Capture } | undefined>
  close(): Promise<void>
}

/** What became of the sources of a program. */
export type Product =
  | ReadyProduct
  | {
      readonly kind: 'failed' | 'limited'
      readonly language: string
      readonly reason: string
      readonly messages: Capture
      readonly usage: Usage | undefined
    }
  /** We or the host failed. */
  | { readonly kind: 'broken'; readonly reason: string }
