import { XMLBuilder } from 'fast-xml-parser'
import { stringify } from 'yaml'
import { jsonText, type ReportCase, type ReportOptions, type ReportView } from './case.ts'

/** JUnit's XML as CI systems read it: a wrong answer is a failure, everything else that went wrong an error. */
export function junit({ cases, result, problem, compileMessages, message, status }: ReportView): string {
  const rows = cases.map((each) => caseXml(each, problem))
  const count = (kind: ReportCase['status']): number => cases.filter((each) => each.status === kind).length
  const none = cases.length === 0 && status !== 'pass'
  const compile = {
    '@_name': 'compile',
    '@_classname': problem,
    '@_time': '0',
    error: { '@_message': message, '#text': compileMessages },
  }
  const seconds = cases.reduce((sum, { timeMs }) => sum + timeMs, 0) / 1000
  const totals = {
    '@_tests': cases.length + (none ? 1 : 0),
    '@_failures': count('fail') + count('partial'),
    '@_errors': count('error') + (none ? 1 : 0),
    '@_skipped': count('skip'),
    '@_time': seconds.toFixed(3),
  }
  const suite = {
    '@_name': problem,
    ...totals,
    '@_timestamp': result.provenance.startedAt,
    properties: { property: [{ '@_name': 'verdict', '@_value': result.verdict }, ...scoreProperties(result)] },
    testcase: none ? [compile] : rows,
  }
  const builder = new XMLBuilder({
    ignoreAttributes: false,
    format: true,
    suppressEmptyNode: true,
    processEntities: true,
  })
  return `<?xml version="1.0" encoding="UTF-8"?>\n${builder.build({ testsuites: { '@_name': problem, ...totals, testsuite: [suite] } })}`
}

function scoreProperties({ score, maxScore }: ReportView['result']): readonly object[] {
  return [
    ...(score === undefined ? [] : [{ '@_name': 'score', '@_value': score }]),
    ...(maxScore === undefined ? [] : [{ '@_name': 'maxScore', '@_value': maxScore }]),
  ]
}

function caseXml(each: ReportCase, problem: string): object {
  const said = { '@_message': each.message, '@_type': each.verdict }
  return {
    '@_name': each.name,
    '@_classname': problem,
    '@_time': (each.timeMs / 1000).toFixed(3),
    ...(each.status === 'fail' || each.status === 'partial' ? { failure: said } : {}),
    ...(each.status === 'error' ? { error: said } : {}),
    ...(each.status === 'skip' ? { skipped: { '@_message': each.message } } : {}),
    ...(each.output === '' ? {} : { 'system-out': each.output }),
    ...(each.errors === '' ? {} : { 'system-err': each.errors }),
  }
}

/** TAP, version 14. */
export function tap({ cases, isOurs, message, status, compileMessages }: ReportView): string {
  const head = 'TAP version 14\n'
  if (isOurs) return `${head}Bail out! ${escapeTap(message)}\n`
  if (cases.length === 0) {
    const isRight = status === 'pass'
    const details = isRight ? '' : diagnostics({ message, output: compileMessages })
    return `${head}1..1\n${isRight ? 'ok' : 'not ok'} 1 - compile\n${details}`
  }
  const lines = cases.map((each, index) => {
    const isRight = each.status === 'pass' || each.status === 'skip'
    const skip = each.status === 'skip' ? ` # SKIP ${escapeTap(each.message)}` : ''
    const line = `${isRight ? 'ok' : 'not ok'} ${index + 1} - ${escapeTap(each.name)}${skip}\n`
    if (isRight) return line
    const { verdict, message: said, answer, output, errors, timeMs } = each
    return `${line}${diagnostics({ verdict, message: said, expected: answer, output, errors, duration_ms: timeMs })}`
  })
  return `${head}1..${cases.length}\n${lines.join('')}`
}

function escapeTap(text: string): string {
  return text.replaceAll(/\s+/g, ' ').replaceAll(/[\\#]/g, String.raw`\$&`)
}

function diagnostics(value: Readonly<Record<string, unknown>>): string {
  const told = Object.fromEntries(Object.entries(value).filter(([, each]) => each !== undefined && each !== ''))
  const text = stringify(told, { lineWidth: 0, defaultStringType: 'QUOTE_DOUBLE', defaultKeyType: 'PLAIN' }).trimEnd()
  return `  ---\n${text.replaceAll(/^/gm, '  ')}\n  ...\n`
}

/** A judgement and its runs, of the ICPC's Contest API. */
export function ccs({ result, cases }: ReportView, { contestStart }: ReportOptions): string {
  const start = new Date(result.provenance.startedAt)
  const end = new Date(start.getTime() + result.provenance.durationMs)
  const told = cases.filter(({ status }) => status !== 'skip')
  return jsonText({
    judgement: {
      judgement_type_id: ccsId(result.verdict),
      ...(result.score === undefined ? {} : { score: result.score }),
      start_time: start.toISOString(),
      end_time: end.toISOString(),
      ...(contestStart === undefined
        ? {}
        : {
            start_contest_time: relative(start.getTime() - contestStart.getTime()),
            end_contest_time: relative(end.getTime() - contestStart.getTime()),
          }),
      max_run_time: Math.max(0, ...told.map(({ timeMs }) => timeMs)) / 1000,
    },
    runs: told.map((each, index) => ({
      ordinal: index + 1,
      judgement_type_id: ccsId(each.test.verdict),
      time: end.toISOString(),
      contest_time: contestStart && relative(end.getTime() - contestStart.getTime()),
      run_time: each.timeMs / 1000,
    })),
  })
}

/** Its names have none for a part of the points, which come with their score, and one for all that is not the team's fault. */
function ccsId(verdict: string): string {
  if (verdict === 'PA') return 'AC'
  return verdict === 'IE' ? 'JE' : verdict
}

function relative(milliseconds: number): string {
  const whole = Math.abs(Math.round(milliseconds))
  const part = (unit: number, of: number): string => String(Math.floor(whole / unit) % of).padStart(2, '0')
  const hours = Math.floor(whole / 3_600_000)
  return `${milliseconds < 0 ? '-' : ''}${hours}:${part(60_000, 60)}:${part(1000, 60)}.${String(whole % 1000).padStart(3, '0')}`
}
