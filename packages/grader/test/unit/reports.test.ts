import { readFileSync } from 'node:fs'
import { reportFormats, writeReport, type GradeResult } from '@mayfly/grader'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { XMLParser, XMLValidator } from 'fast-xml-parser'
import { describe, expect, test } from 'vitest'
import { captureOf } from '../../src/judge/result.ts'
import { hostileText, someResult, someTest } from './some-result.ts'

const schema = JSON.parse(readFileSync(new URL('../../schema/grade-result.json', import.meta.url), 'utf8')) as object
const isResult = new Ajv2020().compile(schema)

const mixed = someResult('WA', [
  someTest('sample/1', 'AC'),
  someTest('secret/2', 'WA', { hidden: true, answer: captureOf(Buffer.from('the secret answer')) }),
  someTest('secret/3', 'TLE', { hidden: true }),
  someTest('secret/4', 'SK', { hidden: true }),
])
const scored = someResult(
  'PA',
  [someTest('1', 'AC', { score: 30, maxScore: 30 }), someTest('2', 'WA', { score: 0, maxScore: 70 })],
  {
    score: 30,
    maxScore: 100,
  },
)
const notCompiled = someResult('CE', [], {
  compile: { language: 'c', verdict: 'CE', messages: captureOf(Buffer.from('main.c:1: no')), cached: false },
})
const ours = someResult('IE', [someTest('1', 'IE')])

function hostile(): GradeResult {
  const capture = captureOf(Buffer.from(hostileText))
  const raw = { ...capture, text: hostileText }
  const more = { stdout: raw, stderr: raw, answer: raw, feedback: { team: hostileText, judge: hostileText } }
  const wrong = someTest(`secret/${hostileText}`, 'WA', more)
  const evidence = { ...wrong.evidence, reason: hostileText, refused: [hostileText] }
  return someResult('WA', [{ ...wrong, evidence }, someTest('2', 'RTE', more)], {
    submission: hostileText,
    problem: hostileText,
    reason: hostileText,
    compile: { language: 'c', verdict: 'AC', messages: raw, cached: false },
  })
}

function json(result: GradeResult, format: (typeof reportFormats)[number]): unknown {
  return JSON.parse(writeReport(result, format))
}

describe('JSON', () => {
  test.each([mixed, scored, notCompiled, ours, hostile()])('is as the published schema says', (result) => {
    expect({ valid: isResult(json(result, 'json')), errors: isResult.errors }).toEqual({ valid: true, errors: null })
  })

  test('the schema refuses what it does not know', () => {
    expect(isResult({ ...mixed, verdict: 'OK' })).toBe(false)
    expect(isResult({ ...mixed, more: 1 })).toBe(false)
  })
})

describe('Gradescope', () => {
  test('has points, visibility and verdicts of every test', () => {
    expect(json(mixed, 'gradescope')).toMatchObject({
      score: 0,
      visibility: 'visible',
      stdout_visibility: 'hidden',
      tests: [
        {
          name: 'sample/1',
          status: 'passed',
          score: 25,
          max_score: 25,
          visibility: 'visible',
          tags: ['AC'],
          number: '1',
        },
        { status: 'failed', score: 0, visibility: 'hidden' },
        { tags: ['TLE'] },
        { tags: ['SK'] },
      ],
    })
    expect(json(scored, 'gradescope')).toMatchObject({ score: 30, tests: [{ score: 30 }, { max_score: 70 }] })
  })

  test('has no score where the failure is ours, so that it counts as that of the autograder', () => {
    expect(json(ours, 'gradescope')).not.toHaveProperty('score')
    expect(json(ours, 'gradescope')).not.toHaveProperty('tests')
  })

  test('shows what the compiler said', () => {
    expect(json(notCompiled, 'gradescope')).toMatchObject({ score: 0, output: expect.stringContaining('main.c:1: no') })
  })
})

test('GitHub Classroom gets its step output in base64', () => {
  const value: unknown = JSON.parse(Buffer.from(writeReport(scored, 'github-classroom'), 'base64').toString())
  expect(value).toMatchObject({
    version: 1,
    status: 'fail',
    max_score: 100,
    tests: [
      { name: '1', status: 'pass', score: 30 },
      { name: '2', status: 'fail', score: 0 },
    ],
  })
})

test('Exercism gets version 3, short outputs, and an error with a message where nothing could be compiled', () => {
  const long = captureOf(Buffer.from('x'.repeat(3000)))
  const value = json(someResult('WA', [someTest('1', 'WA', { stdout: long })]), 'exercism') as {
    tests: { output: string }[]
  }
  expect(value).toMatchObject({ version: 3, status: 'fail', tests: [{ name: '1', status: 'fail' }] })
  expect(value.tests[0]?.output.length).toBe(500)
  expect(json(notCompiled, 'exercism')).toMatchObject({
    status: 'error',
    message: expect.stringContaining('main.c:1: no'),
  })
})

test('PrairieLearn gets a share of the points, and no attempt is counted where nothing could be compiled', () => {
  expect(json(scored, 'prairielearn')).toMatchObject({ gradable: true, score: 0.3, tests: [{ max_points: 30 }, {}] })
  expect(json(notCompiled, 'prairielearn')).toMatchObject({
    gradable: false,
    format_errors: [expect.anything(), 'main.c:1: no'],
  })
})

test('Coursera gets a share and feedback', () => {
  expect(json(scored, 'coursera')).toMatchObject({
    fractionalScore: 0.3,
    feedback: expect.stringContaining('2: wrong answer'),
  })
})

test('MarkUs gets a line for each test', () => {
  const lines = writeReport(scored, 'markus')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as object)
  expect(lines).toMatchObject([
    { status: 'pass', marks_earned: 30 },
    { status: 'fail', marks_total: 70 },
  ])
})

test('JUnit tells failures, errors and skipped tests apart', () => {
  const text = writeReport(mixed, 'junit')
  expect(XMLValidator.validate(text)).toBe(true)
  expect(new XMLParser({ ignoreAttributes: false, parseAttributeValue: true }).parse(text)).toMatchObject({
    testsuites: {
      '@_tests': 4,
      '@_failures': 1,
      '@_errors': 1,
      '@_skipped': 1,
      testsuite: {
        testcase: [{ '@_name': 'sample/1', '@_time': 0.013 }, { failure: {} }, { error: {} }, { skipped: {} }],
      },
    },
  })
  expect(writeReport(notCompiled, 'junit')).toContain('main.c:1: no')
})

test('TAP is of version 14', () => {
  const lines = writeReport(mixed, 'tap').split('\n')
  expect(lines.slice(0, 4)).toEqual(['TAP version 14', '1..4', 'ok 1 - sample/1', 'not ok 2 - secret/2'])
  expect(lines.find((line) => line.startsWith('ok 4'))).toBe('ok 4 - secret/4 # SKIP not run')
  expect(writeReport(ours, 'tap')).toBe('TAP version 14\nBail out! could not be judged: infrastructure error\n')
})

test('Markdown has a row for each test, and more of those that failed in sight', () => {
  const seen = someTest('sample/2', 'WA', { answer: captureOf(Buffer.from('3\n')) })
  const text = writeReport(
    someResult('WA', [someTest('1', 'AC'), seen, someTest('3', 'TLE', { hidden: true })]),
    'markdown',
  )
  expect(text.split('\n').filter((line) => line.startsWith('| `'))).toHaveLength(3)
  expect(text).toContain('| ` 1 ` | AC | 33.33 of 33.33 |')
  expect(text).toMatch(/### ` sample\/2 `\n\n```text\n[^]*expected:\n\n```text\n3\n/)
  expect(text).not.toContain('### ` 3 `')
  expect(writeReport(notCompiled, 'markdown')).toContain('```text\nmain.c:1: no\n```')
})

test('the Contest API gets a judgement with its runs', () => {
  const contestStart = new Date('2025-12-31T22:59:58.500Z')
  const value: unknown = JSON.parse(writeReport(mixed, 'ccs', { contestStart }))
  expect(value).toMatchObject({
    judgement: { judgement_type_id: 'WA', start_contest_time: '1:00:01.500', end_time: '2026-01-01T00:00:01.500Z' },
    runs: [
      { ordinal: 1, judgement_type_id: 'AC', run_time: 0.0125, contest_time: '1:00:03.000' },
      {},
      { judgement_type_id: 'TLE' },
    ],
  })
})

test.each(reportFormats.filter((format) => format !== 'json' && format !== 'ccs'))(
  '%s tells students nothing of hidden tests but how they went',
  (format) => {
    const text = writeReport(mixed, format)
    const shown = format === 'github-classroom' ? Buffer.from(text, 'base64').toString() : text
    expect(shown).not.toContain('the secret answer')
    expect(shown).not.toContain('why WA')
    expect(writeReport(mixed, 'html', { audience: 'judge' })).toContain('the secret answer')
  },
)

describe('what a hostile submission prints', () => {
  test.each(reportFormats)('reaches %s with no character in it that a terminal obeys', (format) => {
    const text = writeReport(hostile(), format, { audience: 'judge' })
    // eslint-disable-next-line no-control-regex -- these are what is looked for
    expect(text).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/)
    expect(text).not.toMatch(/\p{Surrogate}/u)
  })

  test.each(
    reportFormats.filter(
      (format) => !['html', 'markdown', 'junit', 'tap', 'github-classroom', 'markus'].includes(format),
    ),
  )('reaches %s as JSON that holds no markup', (format) => {
    const text = writeReport(hostile(), format, { audience: 'judge' })
    expect(() => JSON.parse(text) as unknown).not.toThrow()
    expect(text).not.toMatch(/[<>]/)
  })

  test('cannot end its element in JUnit', () => {
    const text = writeReport(hostile(), 'junit', { audience: 'judge' })
    expect(XMLValidator.validate(text)).toBe(true)
    const parsed = new XMLParser({ ignoreAttributes: false }).parse(text) as {
      testsuites: { testsuite: { testcase: { 'system-out': string }[] } }
    }
    expect(Object.keys(parsed)).toEqual(['?xml', 'testsuites'])
    expect(parsed.testsuites.testsuite.testcase).toHaveLength(2)
    expect(text).not.toContain(']]>')
    expect(text).not.toContain('<script')
  })

  test('cannot forge a line of TAP', () => {
    const lines = writeReport(hostile(), 'tap', { audience: 'judge' }).split('\n')
    expect(lines.filter((line) => /^(?:not )?ok /.test(line))).toHaveLength(2)
    expect(lines.filter((line) => line.startsWith('1..'))).toEqual(['1..2'])
    expect(lines.filter((line) => line === '  ...')).toHaveLength(2)
  })

  test('stands in Markdown within code that it cannot end', () => {
    const nasty = '`` ` | a | @all <b> ![x](http://a)\n```\n# out\n````'
    const capture = captureOf(Buffer.from(nasty))
    const wrong = someTest(nasty, 'WA', { stdout: capture, feedback: { team: nasty } })
    const text = writeReport(
      someResult('WA', [wrong], { problem: nasty, submission: nasty, reason: nasty }),
      'markdown',
    )
    const outside = text.replaceAll(/(`{3,})text\n[^]*?\n\1(?!`)/g, '').replaceAll(/(`+) .*? \1(?!`)/g, '')
    expect(outside).not.toMatch(/[@<!`]|out/)
    expect(
      outside
        .split('\n')
        .find((line) => line.includes('WA |'))
        ?.split('|'),
    ).toHaveLength(6)
  })

  test('stands on the page as text', () => {
    const text = writeReport(hostile(), 'html', { audience: 'judge' })
    expect(text).not.toMatch(/<script|<img|<!\[CDATA/)
    expect(text).toContain('&lt;script&gt;alert(1)&lt;/script&gt;')
    expect(text.match(/<\/body>/g)).toHaveLength(1)
  })

  test('is cut where it is long, and its head and tail are kept', () => {
    const capture = captureOf(Buffer.from(`begin${'x'.repeat(1_000_000)}end`), 100_000_000)
    expect(capture.text.length).toBeLessThan(20_000)
    expect(capture.text).toMatch(/^begin.*\n… 99983616 bytes left out …\n.*end$/s)
    const text = writeReport(someResult('WA', [someTest('1', 'WA', { stdout: capture })]), 'html')
    expect(text.length).toBeLessThan(100_000)
  })
})
