import { type Goal, missedBy } from '../goals.ts'
import { logScale, plotWidth, rowLabels, type TopLevelSpec } from './chart.ts'

interface Row {
  readonly what: string
  readonly value: number
  readonly low: number
  readonly high: number
  readonly state: 'reached' | 'missed'
}

/** As a part of what is allowed: 1 and less is reached, whichever way the goal goes. */
function rowOf(goal: Goal): readonly Row[] {
  const { bound, measured, what, against } = goal
  const missed = missedBy(goal)
  if (measured === undefined || missed === undefined) return []
  const part = (value: number): number => (bound === 'at most' ? value / goal.goal : goal.goal / value)
  const ends = [part(measured.low), part(measured.high)]
  return [
    {
      what: against === '–' ? what : `${what} ÷ ${against}`,
      value: part(measured.value),
      low: Math.min(...ends),
      high: Math.max(...ends),
      state: missed === 0 ? 'reached' : 'missed',
    },
  ]
}

const states = ['reached', 'missed']
const ticks = [0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10]

/** How far each goal is away, with the interval of what was measured. */
export function goalChart(goals: readonly Goal[]): TopLevelSpec {
  const rows = goals.flatMap(rowOf).filter(({ value }) => Number.isFinite(value) && value > 0)
  const x = logScale('part of what the goal allows, logarithmic (left of the line: reached)', ticks)
  const state = { field: 'state', type: 'nominal' as const }
  const color = { ...state, scale: { domain: states, range: ['var(--mayfly)', 'var(--spawn)'] } }
  const shape = { ...state, scale: { domain: states, range: ['circle', 'diamond'] } }
  const y = { field: 'what', type: 'nominal' as const, sort: rows.map(({ what }) => what), axis: rowLabels }
  return {
    width: plotWidth - 140,
    height: { step: 28 },
    data: { values: [...rows] },
    layer: [
      { mark: { type: 'rule', color: 'var(--quiet)', strokeDash: [4, 3] }, encoding: { x: { datum: 1, ...x } } },
      {
        mark: { type: 'rule', strokeWidth: 4, opacity: 0.45, strokeCap: 'round' },
        encoding: { y, color, x: { field: 'low', ...x }, x2: { field: 'high' } },
      },
      {
        mark: { type: 'point', filled: true, size: 110, opacity: 1 },
        encoding: { y, color, shape, x: { field: 'value', ...x } },
      },
    ],
  }
}
