import { jsonText, shortened, type ReportCase, type ReportOptions, type ReportView } from './case.ts'

const outputMax = 10_000

/** What a student reads about one test. */
function explain({ message, output, errors, answer }: ReportCase): string {
  const parts = [
    message,
    answer === undefined ? '' : `expected:\n${answer}`,
    output === '' ? '' : `printed:\n${output}`,
    errors === '' ? '' : `printed as errors:\n${errors}`,
  ]
  return shortened(parts.filter((part) => part !== '').join('\n\n'), outputMax)
}

/**
 * `results.json` of Gradescope. Where we or the package failed there is no score, which Gradescope shows as a failure of
 * the autograder and not of the student.
 */
export function gradescope(view: ReportView, { hiddenVisibility = 'hidden' }: ReportOptions): string {
  const { cases, isOurs, message, points, compileMessages, result } = view
  const output = compileMessages === '' ? message : `${message}\n\n${compileMessages}`
  if (isOurs) return jsonText({ output, output_format: 'text', stdout_visibility: 'hidden' })
  return jsonText({
    score: points,
    execution_time: result.cost.wallSeconds,
    output,
    output_format: 'text',
    test_output_format: 'text',
    test_name_format: 'text',
    visibility: 'visible',
    stdout_visibility: 'hidden',
    extra_data: { verdict: result.verdict, provenance: result.provenance },
    tests: cases.map((each, index) => ({
      score: each.points,
      max_score: each.maxPoints,
      status: each.status === 'skip' ? undefined : each.status === 'pass' ? 'passed' : 'failed',
      name: each.name,
      name_format: 'text',
      number: String(index + 1),
      output: explain(each),
      output_format: 'text',
      tags: [each.verdict],
      visibility: each.hidden ? hiddenVisibility : 'visible',
    })),
  })
}

const classroomStatus = { pass: 'pass', partial: 'fail', fail: 'fail', error: 'error', skip: 'fail' } as const

/** The step output `result` of a GitHub Classroom runner: JSON in base64. */
export function githubClassroom({ cases, status, maxPoints, message, compileMessages }: ReportView): string {
  const none = {
    name: 'compile',
    status: status === 'pass' ? 'pass' : 'error',
    message: `${message}\n${compileMessages}`.trim(),
    score: 0,
  }
  const tests = cases.map((each) => ({
    name: each.name,
    status: classroomStatus[each.status],
    message: each.status === 'pass' ? '' : explain(each),
    test_code: '',
    filename: '',
    line_no: 0,
    execution_time: `${Math.round(each.timeMs)}ms`,
    score: each.points,
  }))
  const value = {
    version: 1,
    status: classroomStatus[status],
    max_score: maxPoints,
    tests: tests.length > 0 ? tests : [none],
  }
  return Buffer.from(jsonText(value)).toString('base64')
}

const exercismMessageMax = 65_535
const exercismOutputMax = 500

/** `results.json` of Exercism's test runners, version 3. */
export function exercism({ cases, status, message, compileMessages }: ReportView): string {
  const tests = cases.map((each, index) => ({
    name: each.name,
    status: classroomStatus[each.status],
    ...(each.status === 'pass' ? {} : { message: shortened(each.message, exercismMessageMax) }),
    ...(each.output === '' ? {} : { output: shortened(each.output, exercismOutputMax) }),
    test_code: `# test ${index + 1}`,
  }))
  if (tests.length === 0)
    return jsonText({
      version: 3,
      status: 'error',
      message: shortened(`${message}\n${compileMessages}`.trim(), exercismMessageMax),
      tests,
    })
  return jsonText({ version: 3, status: status === 'pass' ? 'pass' : status === 'error' ? 'error' : 'fail', tests })
}

/** `results.json` of PrairieLearn; what could not be compiled, or judged, counts as no attempt. */
export function prairielearn({
  cases,
  points,
  maxPoints,
  message,
  isOurs,
  compileMessages,
  result,
}: ReportView): string {
  const isNoProgram = result.verdict === 'CE' || result.verdict === 'CTL'
  const head = {
    gradable: !isOurs && !isNoProgram,
    score: maxPoints > 0 ? Math.min(1, Math.max(0, points / maxPoints)) : 0,
    message,
  }
  if (!head.gradable)
    return jsonText({ ...head, score: 0, format_errors: [message, compileMessages].filter((text) => text !== '') })
  return jsonText({
    ...head,
    tests: cases.map((each) => ({
      name: each.name,
      points: each.points,
      max_points: each.maxPoints,
      message: each.message,
      output: shortened(each.output, outputMax),
    })),
  })
}

/** `feedback.json` of Coursera's graders. */
export function coursera({ cases, points, maxPoints, message, isOurs, compileMessages }: ReportView): string {
  const lines = cases.map((each) => `${each.name}: ${each.message}`)
  return jsonText({
    fractionalScore: maxPoints > 0 && !isOurs ? Math.min(1, Math.max(0, points / maxPoints)) : 0,
    feedback: shortened([message, compileMessages, ...lines].filter((line) => line !== '').join('\n'), outputMax),
  })
}

const markusStatus = { pass: 'pass', partial: 'partial', fail: 'fail', error: 'error', skip: 'fail' } as const

/** One JSON text a line for each test, as MarkUs reads what a tester prints. */
export function markus({ cases, isOurs, message, maxPoints, compileMessages }: ReportView): string {
  const whole = [
    {
      name: 'all tests',
      output: `${message}\n${compileMessages}`.trim(),
      marks_earned: 0,
      marks_total: maxPoints,
      status: 'error_all',
      time: 0,
    },
  ]
  const rows = cases.map((each) => ({
    name: each.name,
    output: each.status === 'pass' ? '' : explain(each),
    marks_earned: each.points,
    marks_total: each.maxPoints,
    status: markusStatus[each.status],
    time: Math.round(each.timeMs),
  }))
  const told = isOurs || rows.length === 0 ? whole : rows
  return told.map((each) => `${JSON.stringify(each)}\n`).join('')
}
