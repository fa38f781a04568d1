import type { Latencies } from '../measure/latency.ts'
import { titleOf } from '../subjects/all.ts'
import { digits } from '../print/table.ts'
import { colorOf, logScale, plotWidth, rowLabels, type TopLevelSpec } from './chart.ts'

/** A row for each subject, the fastest on top: every run, the middle four fifths, and the median. */
export function latencyChart(latencies: Latencies): TopLevelSpec {
  const names = Object.keys(latencies)
  names.sort((left, right) => (latencies[left]?.totalMs.p50 ?? 0) - (latencies[right]?.totalMs.p50 ?? 0))
  const rows = names.flatMap((name) => {
    const times = latencies[name]?.totalMs
    return times ? [{ subject: titleOf(name), color: colorOf(name), times }] : []
  })
  const subject = { field: 'subject', type: 'nominal' as const, sort: rows.map((row) => row.subject), axis: rowLabels }
  const color = { field: 'color', type: 'nominal' as const, scale: null, legend: null }
  const time = logScale('milliseconds, logarithmic')
  const summaries = rows.map(({ times: { p10, p50, p90 }, ...row }) => ({ ...row, p10, p50, p90, label: digits(p50) }))
  const runs = rows.flatMap(({ times, ...row }) => times.samples.map((ms) => Object.assign({ ms }, row)))
  return {
    width: plotWidth,
    height: { step: 46 },
    encoding: { y: subject, color },
    layer: [
      {
        data: { values: runs },
        mark: { type: 'tick', thickness: 1, size: 24, opacity: 0.28 },
        encoding: { x: { field: 'ms', ...time } },
      },
      {
        data: { values: summaries },
        mark: { type: 'rule', strokeWidth: 4, strokeCap: 'round' },
        encoding: { x: { field: 'p10', ...time }, x2: { field: 'p90' } },
      },
      {
        data: { values: summaries },
        mark: { type: 'point', filled: true, size: 130, opacity: 1, stroke: 'var(--surface)', strokeWidth: 2 },
        encoding: { x: { field: 'p50', ...time } },
      },
      {
        data: { values: summaries },
        mark: { type: 'text', dy: -19, fontWeight: 600, color: 'var(--ink)' },
        encoding: { x: { field: 'p50', ...time }, text: { field: 'label' }, color: { value: 'var(--ink)' } },
      },
    ],
  }
}
