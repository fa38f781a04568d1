import type { Trace } from '../measure/trace.ts'
import { digits } from '../print/table.ts'
import { linearScale, plotWidth, rowLabels, type TopLevelSpec } from './chart.ts'

/** The steps of a run from top to bottom: what each takes in a typical run, and in a slow one. */
export function traceChart({ steps }: Trace): TopLevelSpec {
  const kinds = ['typical run', 'slow run']
  const values = steps.flatMap(({ name, until, typical, slow }) => {
    const step = `${name}: ${until}`
    return [
      { step, kind: 'typical run', ms: typical, label: digits(typical) },
      { step, kind: 'slow run', ms: slow, label: digits(slow) },
    ]
  })
  const x = { field: 'ms', ...linearScale('milliseconds') }
  const range = ['var(--mayfly)', 'var(--other)']
  return {
    width: plotWidth - 220,
    height: { step: 13 },
    data: { values },
    encoding: {
      y: {
        field: 'step',
        type: 'nominal',
        sort: steps.map(({ name, until }) => `${name}: ${until}`),
        scale: { paddingInner: 0.3 },
        axis: rowLabels,
      },
      yOffset: { field: 'kind', type: 'nominal', sort: kinds },
      x,
    },
    layer: [
      {
        mark: { type: 'bar', cornerRadiusEnd: 3 },
        encoding: { color: { field: 'kind', type: 'nominal', sort: kinds, scale: { domain: kinds, range } } },
      },
      { mark: { type: 'text', align: 'left', dx: 5, fontSize: 11 }, encoding: { text: { field: 'label' } } },
    ],
  }
}
