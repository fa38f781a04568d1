import type { Comparer } from '../compare/comparer.ts'
import type { Problem } from '../problem/problem.ts'
import type { BlobCache } from './blob.ts'
import type { AboutRun } from './checker.ts'
import type { CostMeter } from './cost.ts'
import type { GeneratedTexts } from './generated-texts.ts'
import type { ReadyProduct } from './product.ts'
import type { Workshop } from './workshop.ts'

/** What all jobs that judge share. */
export interface GradingWorkshop extends Workshop {
  readonly comparer: Comparer
  readonly blobs: BlobCache
  /** Of tests that programs make. */
  readonly generated: GeneratedTexts
}

/** One submission that is being judged. */
export interface Job {
  readonly workshop: GradingWorkshop
  readonly problem: Problem
  /** CPU time of one test, found out by now. */
  readonly timeMs: number
  readonly program: ReadyProduct
  /** What a checker may be told of it: the file that starts it, and its language. */
  readonly about: Pick<AboutRun, 'source' | 'language'>
  readonly cost: CostMeter
}
