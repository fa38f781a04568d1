import { parse, View } from 'vega'
import { compile, type Config, type TopLevelSpec } from 'vega-lite'

export type { TopLevelSpec } from 'vega-lite'

/** Colours are the page's variables, so that the plots follow it into the dark. */
const ink = 'var(--ink)'
const quiet = 'var(--quiet)'
const grid = 'var(--grid)'
const font = 'system-ui, sans-serif'

const config: Config = {
  background: 'transparent',
  font,
  view: { stroke: null },
  axis: {
    labelColor: quiet,
    titleColor: quiet,
    gridColor: grid,
    domainColor: grid,
    tickColor: grid,
    labelFontSize: 13,
    titleFontSize: 13,
    titleFontWeight: 'normal',
    labelLimit: 0,
    titlePadding: 10,
  },
  legend: {
    labelColor: ink,
    labelFontSize: 13,
    title: null,
    orient: 'top',
    symbolSize: 90,
    symbolOpacity: 1,
    labelLimit: 300,
    offset: 12,
  },
  text: { color: ink, fontSize: 13 },
}

/** Which subjects have a colour of their own wherever they appear; told apart by their shapes as well. */
const seriesColors = {
  mayfly: 'var(--mayfly)',
  'child-process': 'var(--spawn)',
  bubblewrap: 'var(--third)',
  execa: 'var(--fourth)',
} as const

const otherColor = 'var(--other)'

export function colorOf(name: string): string {
  return Object.entries(seriesColors).find(([known]) => known === name)?.[1] ?? otherColor
}

export const plotWidth = 720

/** Values that a reader of a logarithmic axis looks for. */
const logTicks = [0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000]

export interface NumberScale {
  readonly type: 'quantitative'
  readonly scale: { type: 'log' } | { zero: boolean } | { type: 'log'; base: number; nice: boolean; padding: number }
  readonly axis: { title: string; format: string; values?: number[]; grid?: boolean }
}

/** No powers of ten, no zeros behind the last digit. */
const numberFormat = ',.9~g'

/** For the axes of a plot: the kind of a number's scale, with its marks. */
export function logScale(title: string, values: readonly number[] = logTicks): NumberScale {
  return { type: 'quantitative', scale: { type: 'log' }, axis: { title, values: [...values], format: numberFormat } }
}

/** Begins at 0. */
export function linearScale(title: string): NumberScale {
  return { type: 'quantitative', scale: { zero: true }, axis: { title, format: numberFormat } }
}

/** For what doubles from mark to mark. */
export function doublingScale(title: string, values: readonly number[]): NumberScale {
  const scale = { type: 'log' as const, base: 2, nice: false, padding: 24 }
  return { type: 'quantitative', scale, axis: { title, values: [...values], format: numberFormat, grid: false } }
}

/** A name for each row, written as text and without a line. */
export const rowLabels = {
  title: null,
  labelColor: ink,
  ticks: false,
  domain: false,
  labelPadding: 12,
  labelLimit: 0,
}

/** An SVG element, with what it shows said in words for those who cannot see it. */
export async function renderChart(spec: TopLevelSpec, description: string): Promise<string> {
  const { spec: compiled } = compile({ ...spec, description }, { config })
  return new View(parse(compiled), { renderer: 'none' }).toSVG()
}
