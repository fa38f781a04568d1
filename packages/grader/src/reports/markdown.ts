import { shortened, type ReportCase, type ReportView } from './case.ts'
import { visibleLine } from './visible.ts'

const outputMax = 2_000
/** Tests of which more is told than their row: pages have bounds. */
const explainedMax = 20

/**
 * A page for people, as GitHub shows it beside a run. Whatever others wrote stands in code, which nothing in it can end:
 * so it makes no links, mentions nobody, and is no HTML.
 */
export function markdown(view: ReportView): string {
  const { problem, submission, result, message, points, maxPoints, compileMessages, cases } = view
  const failed = cases.filter(({ status, hidden }) => status !== 'pass' && status !== 'skip' && !hidden)
  const parts = [
    `## ${inline(problem)}: ${inline(submission)}`,
    `**${result.verdict}**, ${rounded(points)} of ${rounded(maxPoints)} points: ${inline(message)}`,
    ...(compileMessages === '' ? [] : [`What the compiler said:\n\n${block(compileMessages)}`]),
    ...(cases.length === 0 ? [] : [table(cases)]),
    ...failed.slice(0, explainedMax).map(explain),
  ]
  return `${parts.join('\n\n')}\n`
}

function table(cases: readonly ReportCase[]): string {
  const rows = cases.map(({ name, verdict, points, maxPoints, timeMs }) => {
    return `| ${inline(name)} | ${verdict} | ${rounded(points)} of ${rounded(maxPoints)} | ${Math.round(timeMs)} ms |`
  })
  return ['| test | verdict | points | CPU time |', '| --- | --- | --- | --- |', ...rows].join('\n')
}

function explain({ name, message, output, errors, answer }: ReportCase): string {
  const texts = [
    ['', message],
    ['expected:', answer ?? ''],
    ['printed:', output],
    ['printed as errors:', errors],
  ] as const
  const told = texts.filter(([, text]) => text !== '').map(([title, text]) => [title, block(text)].join('\n\n').trim())
  return `### ${inline(name)}\n\n${told.join('\n\n')}`
}

/** Code within a line; in a table a bar would end its cell there too. */
function inline(text: string): string {
  const line = visibleLine(text).replaceAll('|', String.raw`\|`)
  const fence = '`'.repeat(longestRun(line) + 1)
  return `${fence} ${line} ${fence}`
}

function block(text: string): string {
  const shown = shortened(text, outputMax)
  const fence = '`'.repeat(Math.max(3, longestRun(shown) + 1))
  return `${fence}text\n${shown}\n${fence}`
}

function longestRun(text: string): number {
  return Math.max(0, ...Array.from(text.matchAll(/`+/g), ([run]) => run.length))
}

function rounded(points: number): string {
  return String(Math.round(points * 100) / 100)
}
