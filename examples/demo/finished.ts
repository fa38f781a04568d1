import type { RunResult } from '@mayfly/sandbox'
import { rowOf } from './row.ts'
import type { Row } from './table.ts'

/** A run of the demo that is over. */
export interface Finished {
  readonly row: Row
  /** What is wrong with it; empty if it ended as it should. */
  readonly problems: readonly string[]
}

export function finish(name: string, result: RunResult, problems: readonly string[]): Finished {
  return { row: rowOf(name, result), problems: problems.map((problem) => `${name}: ${problem}`) }
}
