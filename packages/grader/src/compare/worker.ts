import { compareTexts, type TextCompare } from './texts.ts'
import type { CheckResult } from '../verdict/facts.ts'

/** What a worker thread is asked. */
export interface ComparisonJob {
  readonly compare: TextCompare
  readonly answer: Uint8Array
  readonly output: Uint8Array
}

/** Compares, on a thread of its own. */
export function compareInWorker({ compare, answer, output }: ComparisonJob): CheckResult {
  return compareTexts(compare, answer, output)
}
