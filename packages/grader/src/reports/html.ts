import { diffLines } from 'diff'
import { MiB } from '@mayfly/sandbox'
import type { ReportCase, ReportView } from './case.ts'
import { drawPlot } from './charts.ts'
import { visible } from './visible.ts'

const style = `:root{color-scheme:light}body{font:15px/1.5 system-ui,sans-serif;max-width:900px;margin:2em auto;padding:0 1em;color:#1b1b1b;background:#fff}
h1{font-size:1.4em}table{border-collapse:collapse;width:100%}th,td{text-align:left;padding:.3em .6em;border-bottom:1px solid #ddd;vertical-align:top}
td.n{text-align:right;font-variant-numeric:tabular-nums}pre{background:#f6f6f6;padding:.6em;overflow:auto;max-height:24em;white-space:pre-wrap;overflow-wrap:anywhere}
.pass{color:#1b5e20}.partial{color:#8a5a00}.fail,.error{color:#b00020}.skip{color:#666}ins{background:#d7f5dd;text-decoration:none}del{background:#fbdcdc;text-decoration:none}
.verdict{font-weight:600}svg{max-width:100%;height:auto}footer{color:#666;font-size:.85em;margin-top:2em;overflow-wrap:anywhere}`

const policy = "default-src 'none'; style-src 'unsafe-inline'"

/** A page that needs nothing but itself, and runs nothing. */
export function html(view: ReportView): string {
  const { result, problem, submission, cases, status, message, compileMessages } = view
  const points = result.score === undefined ? '' : `<p>${view.points} of ${view.maxPoints} points</p>`
  const body = [
    `<h1>${text(submission)}: <span class="verdict ${status}">${text(result.verdict)}</span></h1>`,
    `<p>${text(problem)} — ${text(message)}</p>`,
    points,
    result.forgeable === true
      ? '<p class="error">The submission shared a process with its tests: it can have forged this.</p>'
      : '',
    compileMessages === '' ? '' : `<h2>Compiler</h2><pre>${text(compileMessages)}</pre>`,
    cases.length === 0 ? '' : `${plots(cases)}${table(cases)}${cases.map(details).join('')}`,
    `<footer>${text(JSON.stringify(result.provenance))}</footer>`,
  ].join('\n')
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width"><title>${text(submission)}: ${text(result.verdict)}</title>
<style>${style}</style></head><body>
${body}
</body></html>
`
}

/** As text within an element or a quoted attribute; control characters become visible. */
function text(value: string): string {
  return visible(value)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;')
}

function plots(cases: readonly ReportCase[]): string {
  const ran = cases.filter(({ test }) => test.usage !== undefined)
  if (ran.length === 0) return ''
  const time = {
    title: 'CPU time',
    unit: 'ms',
    values: ran.map(({ timeMs }) => Math.round(timeMs * 10) / 10),
    limit: Math.max(...ran.map(({ test }) => test.evidence.limits.cpuTimeMs)),
  }
  const shares = ran.map(({ test }) => test.evidence.memoryShare ?? 0)
  const peaks = ran.map(({ test }) => (test.usage?.memoryPeakBytes ?? 0) / MiB)
  const limits = peaks.map((peak, index) =>
    shares[index] === undefined || shares[index] === 0 ? 0 : peak / shares[index],
  )
  const memory = {
    title: 'Memory',
    unit: 'MiB',
    values: peaks.map((peak) => Math.round(peak * 10) / 10),
    limit: Math.max(...limits),
  }
  return [time, memory].map((plot) => `<figure>${drawPlot(plot, ran)}</figure>`).join('\n')
}

function table(cases: readonly ReportCase[]): string {
  const rows = cases.map(({ name, status, verdict, timeMs, points, maxPoints, message }) => {
    const cells = [
      `<td>${text(name)}</td>`,
      `<td class="verdict ${status}">${text(verdict)}</td>`,
      `<td class="n">${timeMs.toFixed(1)}</td>`,
    ]
    return `<tr>${cells.join('')}<td class="n">${round(points)} / ${round(maxPoints)}</td><td>${text(message)}</td></tr>`
  })
  return `<table><thead><tr><th>test</th><th>verdict</th><th>CPU ms</th><th>points</th><th></th></tr></thead><tbody>${rows.join('\n')}</tbody></table>`
}

function round(value: number): number {
  return Math.round(value * 100) / 100
}

function details({ name, status, output, errors, answer }: ReportCase): string {
  if (status === 'pass' || (output === '' && errors === '' && answer === undefined)) return ''
  const parts = [
    answer === undefined ? '' : `<h3>Expected and printed</h3><pre class="diff">${difference(answer, output)}</pre>`,
    answer === undefined && output !== '' ? `<h3>Printed</h3><pre>${text(output)}</pre>` : '',
    errors === '' ? '' : `<h3>Printed as errors</h3><pre>${text(errors)}</pre>`,
  ]
  return `<section><h2>${text(name)}</h2>${parts.join('')}</section>`
}

const diffTimeMs = 200

/** Lines that are missing and lines that are too much. Two long texts that differ everywhere are shown whole. */
function difference(answer: string, output: string): string {
  const changes = diffLines(answer, output, { timeout: diffTimeMs }) ?? [
    { added: false, removed: true, value: answer },
    { added: true, removed: false, value: output },
  ]
  return changes
    .map(({ added, removed, value }) =>
      added ? `<ins>${text(value)}</ins>` : removed ? `<del>${text(value)}</del>` : text(value),
    )
    .join('')
}
