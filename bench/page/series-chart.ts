import { titleOf } from '../subjects/all.ts'
import { colorOf, type NumberScale, plotWidth, type TopLevelSpec } from './chart.ts'

/** One measurement of a subject, with the middle four fifths around it. */
export interface SeriesPoint {
  readonly name: string
  readonly x: number
  readonly p10: number
  readonly p50: number
  readonly p90: number
}

const shapes = ['circle', 'square', 'triangle-up', 'diamond', 'cross', 'triangle-down']

/** A line for each subject, in the order in which they come. */
export function seriesChart(
  points: readonly SeriesPoint[],
  axes: { readonly x: NumberScale; readonly y: NumberScale },
): TopLevelSpec {
  const names = [...new Set(points.map(({ name }) => name))]
  const titles = names.map(titleOf)
  const x = { field: 'x', ...axes.x }
  const { y } = axes
  const subject = { field: 'subject', type: 'nominal' as const }
  const color = { ...subject, scale: { domain: titles, range: names.map(colorOf) } }
  const shape = { ...subject, scale: { domain: titles, range: shapes } }
  return {
    width: plotWidth,
    height: 320,
    data: { values: points.map((point) => Object.assign({ subject: titleOf(point.name) }, point)) },
    encoding: { x, color },
    layer: [
      {
        mark: { type: 'rule', strokeWidth: 5, opacity: 0.35, strokeCap: 'round' },
        encoding: { y: { field: 'p10', ...y }, y2: { field: 'p90' } },
      },
      { mark: { type: 'line', strokeWidth: 2.5 }, encoding: { y: { field: 'p50', ...y } } },
      {
        mark: { type: 'point', filled: true, size: 90, opacity: 1 },
        encoding: { y: { field: 'p50', ...y }, shape },
      },
    ],
  }
}
