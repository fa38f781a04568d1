import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type GradeResult, loadProblem } from '@mayfly/grader'
import { afterEach, describe, expect, test } from 'vitest'
import { submission, useGrader } from './support/use-grader.ts'

const grader = useGrader({ concurrency: 8 })
const course = fileURLToPath(new URL('../../../../fixtures/courses/javascript', import.meta.url))
const made: string[] = []
afterEach(() => {
  for (const path of made.splice(0)) rmSync(path, { recursive: true })
})

function assignment(tests: Readonly<Record<string, string>>, harness = '  built-in: javascript\n'): string {
  const root = mkdtempSync(join(tmpdir(), 'assignment-'))
  made.push(root)
  writeFileSync(join(root, 'assignment.yaml'), `harness:\n${harness}`)
  for (const [path, text] of Object.entries(tests)) {
    mkdirSync(dirname(join(root, 'tests', path)), { recursive: true })
    writeFileSync(join(root, 'tests', path), text)
  }
  return root
}

const imports = `import { run, submission } from 'mayfly'\nimport { beforeAll, describe, expect, test } from 'mayfly/test'\n`

async function grade(tests: string, source: string): Promise<GradeResult> {
  const problem = await loadProblem(assignment({ 'a.test.js': `${imports}${tests}` }))
  return grader().grade(problem, submission('a.js', source))
}

test('every submission of a course in JavaScript, and every cheat, gets what it deserves', async () => {
  const report = await grader().verify(course)
  expect(report.submissions.flatMap(({ name, differences }) => differences.map((text) => `${name}: ${text}`))).toEqual(
    [],
  )
  expect(report.submissions.length).toBeGreaterThan(10)
})

describe('the tests that are built in', () => {
  test('tell the student of hidden ones only how they went', async () => {
    const { tests } = await grade(
      `test('a', { meta: { hidden: true } }, () => expect(submission.a()).toBe(2))`,
      'exports.a = () => 1',
    )
    expect(tests).toMatchObject([{ id: 'a', verdict: 'WA', hidden: true }])
  })

  test('that break at their start are not the fault of the submission', async () => {
    const result = await grade('throw new Error("oh no")', '')
    expect(result).toMatchObject({ verdict: 'JE', reason: expect.stringContaining('oh no') as string })
  })

  test('that are set up in vain by their author are broken, by the submission they are not', async () => {
    const tests = `describe('g', () => { beforeAll(() => { submission.start() }); test('a', () => {}); test('b', () => {}) })`
    expect(await grade(tests, 'exports.start = () => { throw new Error("no") }')).toMatchObject({
      verdict: 'RTE',
      tests: [{ id: 'g > a', verdict: 'RTE' }, { verdict: 'RTE' }],
    })
    expect(await grade(tests.replace('submission.start()', 'throw new Error("mine")'), '')).toMatchObject({
      verdict: 'JE',
      reason: expect.stringContaining('mine') as string,
    })
  })

  test('hear of a promise that was broken before they wait for it, and may never wait', async () => {
    const tests = `test('later', async () => {
      const given = submission.a()
      await new Promise(setImmediate)
      await expect(given).rejects.toThrow('no')
    })
    test('never', () => expect(submission.a()).toBe(1))`
    const result = await grade(tests, 'exports.a = async () => { throw new Error("no") }')
    expect(result.tests.map(({ verdict }) => verdict)).toEqual(['AC', 'WA'])
  })

  test('of which one is left alone by `only` are refused: the others would be dropped', async () => {
    const tests = `test.only('a', () => {}); test('b', () => expect(1).toBe(2))`
    expect(await grade(tests, '')).toMatchObject({ verdict: 'JE' })
  })

  test('count assertions where a test says how many it makes', async () => {
    const tests = `test('a', () => { expect.assertions(1) }); test('b', () => { expect.hasAssertions(); expect(1).toBe(1) })`
    const result = await grade(tests, '')
    expect(result.tests.map(({ verdict }) => verdict)).toEqual(['WA', 'AC'])
  })

  test('cannot call functions of a submission in another language, but can run it', async () => {
    const tests = `test('run', () => expect(run(['a']).stdout).toBe('a\\n'))\ntest('call', () => expect(submission.a()).toBe(1))`
    const problem = await loadProblem(assignment({ 'a.test.js': imports + tests }))
    const result = await grader().grade(problem, submission('a.sh', 'echo "$1"'))
    expect(result.tests.map(({ verdict }) => verdict)).toEqual(['AC', 'RTE'])
    expect(result.tests[1]?.evidence.reason).toContain('in bash has no functions')
  })
})

test.each([
  [{ 'a.js': '' }, undefined, 'holds no *.test.js'],
  [{ 'a.test.js': '' }, '  built-in: javascript\n  trust: shared\n', '`trust` cannot be chosen'],
  [{ 'a.test.js': '' }, '  built-in: ruby\n', '`built-in` must be one of javascript'],
])('an assignment for the built-in tests with %j and %j is refused', async (tests, harness, message) => {
  await expect(loadProblem(assignment(tests, harness))).rejects.toThrow(message)
})

test('tests in JavaScript of an own making call the submission too', async () => {
  const script = `import { writeFileSync } from 'node:fs'
import { submission } from 'mayfly'
const status = submission.twice(21) === 42 ? 'pass' : 'fail'
writeFileSync('results.json', JSON.stringify({ tests: [{ name: 'twice', status }] }))`
  const problem = await loadProblem(assignment({ 'own.mjs': script }, '  run: [node, own.mjs]\n'))
  const right = submission('a.js', 'export const twice = (value) => value * 2')
  expect(await grader().grade(problem, right)).toMatchObject({ verdict: 'AC', tests: [{ id: 'twice' }] })
})
