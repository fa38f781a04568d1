import type { Sandbox } from '@mayfly/sandbox'
import type { Evaluate } from '../judge/evaluate.ts'
import type { Language } from '../languages/language.ts'
import type { GradeEvent } from './events.ts'

/** What a grader is made with. */
export interface GraderOptions {
  /** Whose containers everything runs in; it stays open when the grader closes. */
  readonly sandbox: Sandbox
  /** Cores that runs may use at once. Default: `os.availableParallelism()`. */
  readonly cores?: number
  /** Memory that runs may be promised at once. Default: four fifths of the machine's. */
  readonly memoryBytes?: number
  /** Added to the table of languages; one with the id of another replaces it. */
  readonly languages?: readonly Language[]
  /** Products of compilers that are kept for another time. Default 100. */
  readonly compiledMax?: number
  /**
   * Within what part of a time limit a verdict about time is looked at again, alone on the machine, up to twice. Default
   * 0.1.
   */
  readonly nearLimit?: number
  /**
   * Above what share of time, from 0 to 1, in which something on the machine waited for a processor, it is looked at
   * again as well. Default 0.5.
   */
  readonly pressureMax?: number
  /** The name of what `sandbox` runs in, for the provenance record and the cache. Default `'host'`. */
  readonly image?: string
}

/** What is said of one submission that is to be judged. */
export interface GradeOptions {
  readonly signal?: AbortSignal
  readonly onEvent?: (event: GradeEvent) => void
  /** Default: `'package'`, as the package says. */
  readonly evaluate?: Evaluate
  /** Tests of one submission that may run at once, where none decides over another. Default 1. */
  readonly parallel?: number
  /** CPU time of one test, in place of what the problem says or what is computed. */
  readonly timeMs?: number
  /**
   * A file to which every event is added as it happens, one JSON text a line. Tests that it already holds, of the same
   * problem, submission and limits, are not run again: what was judged stays judged, also through a kill.
   */
  readonly journal?: string
}
