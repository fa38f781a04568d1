import type { StepTimes, Trace } from '../measure/trace.ts'
import type { Measurements } from '../report.ts'
import { table } from './table.ts'

function row(name: string, { p50, p90, typical, slow }: StepTimes): readonly string[] {
  return [name].concat([p50, p90, typical, slow].map((value) => value.toFixed(3)))
}

/** A heading, a row for each step, and one for the whole. */
export function traceRows({ steps, whole }: Trace): readonly (readonly string[])[] {
  const rows = steps.map((step) => row(`${step.name}: ${step.until}`, step))
  return [['step: until', 'p50', 'p90', 'typical', 'slow'], ...rows, row('all', whole)]
}

export function printTrace({ trace }: Measurements): void {
  if (trace === undefined) return
  console.log(`\nmayfly: where the time of /bin/true goes, in ms, of ${trace.runCount} runs ${trace.gapMs} ms apart`)
  console.log(table(traceRows(trace)))
  console.log('  typical: the mean of the runs around the median of the whole; slow: of those around its p90')
}
