import { createRequire } from 'node:module'
import type * as echarts from 'echarts'
import type { ReportCase } from './case.ts'

/** Loaded with the first drawing: it is large, and most who grade draw nothing. */
const load = createRequire(import.meta.url)

const width = 860
const height = 260

/** One quantity of every test beside its limit. */
export interface Plot {
  readonly title: string
  readonly unit: string
  readonly values: readonly number[]
  readonly limit: number
}

/** A bar for each test and a line for the limit, as a drawing that needs no script. */
export function drawPlot({ title, unit, values, limit }: Plot, cases: readonly ReportCase[]): string {
  const charts = load('echarts') as typeof echarts
  const chart = charts.init(null, null, { renderer: 'svg', ssr: true, width, height })
  const highest = Math.max(limit, ...values)
  try {
    chart.setOption({
      animation: false,
      title: { text: title, textStyle: { fontSize: 14 } },
      grid: { left: 70, right: 20, top: 40, bottom: 40 },
      xAxis: { type: 'category', data: cases.map(({ name }) => name) },
      yAxis: { type: 'value', name: unit, max: Number((highest * 1.1).toPrecision(2)) },
      series: [
        {
          type: 'bar',
          barMaxWidth: 40,
          data: values.map((value, index) => ({ value, itemStyle: { color: colorOf(cases[index]) } })),
          markLine: {
            symbol: 'none',
            lineStyle: { color: '#b00020' },
            label: { formatter: 'limit', position: 'insideEndTop' },
            data: [{ yAxis: limit }],
          },
        },
      ],
    })
    // What it does under a pointer is of no use here.
    return chart.renderToSVGString().replaceAll(/<style[^]*?<\/style>/g, '')
  } finally {
    chart.dispose()
  }
}

function colorOf(each: ReportCase | undefined): string {
  return each?.status === 'pass' ? '#2e7d32' : each?.status === 'partial' ? '#f9a825' : '#c62828'
}
