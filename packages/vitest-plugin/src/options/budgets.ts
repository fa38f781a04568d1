import type { SandboxUsage } from '../verdict/usage.ts'
import { invalid, requireObject } from './invalid.ts'
import { readCount, readSize, readTime } from './limits.ts'

/** What a file may use without failing. */
export interface BudgetOptions {
  readonly memory?: string
  readonly cpuTime?: string
  readonly wallTime?: string
  readonly processes?: number
  readonly written?: string
}

/** By what is measured. */
export type Budgets = Partial<Readonly<Record<keyof typeof measures, number>>>

const measures = {
  memory: ['memoryPeakBytes', readSize],
  cpuTime: ['cpuTimeMs', readTime],
  wallTime: ['wallTimeMs', readTime],
  processes: ['processPeakCount', readCount],
  written: ['writtenBytes', readSize],
} as const

/** Reads budgets. Throws `INVALID_OPTION`, naming `option`. */
export function readBudgets(budgets: BudgetOptions, option: string): Budgets {
  requireObject(budgets, option)
  const read: Partial<Record<keyof typeof measures, number>> = {}
  for (const [name, value] of Object.entries(budgets)) {
    if (!isMeasure(name)) throw invalid(option, `have no properties but ${Object.keys(measures).join(', ')}`, name)
    read[name] = measures[name][1](`${option}.${name}`, value)
  }
  return read
}

/** A budget that was passed. */
export interface Overrun {
  readonly budget: keyof typeof measures
  readonly allowed: number
  readonly measured: number
}

/** Those of the budgets that `usage` is past. */
export function overruns(budgets: Budgets, usage: SandboxUsage): readonly Overrun[] {
  return Object.entries(budgets).flatMap(([budget, allowed]) => {
    if (!isMeasure(budget)) return []
    const measured = usage[measures[budget][0]]
    return measured > allowed ? [{ budget, allowed, measured }] : []
  })
}

function isMeasure(name: string): name is keyof typeof measures {
  return Object.hasOwn(measures, name)
}
