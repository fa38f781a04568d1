import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { loadProblem } from '@mayfly/grader'
import { afterEach, describe, expect, test } from 'vitest'
import { readResults } from '../../src/course/results.ts'
import { submission, useGrader } from './support/use-grader.ts'

const grader = useGrader({ concurrency: 8 })
const course = fileURLToPath(new URL('../../../../examples/course', import.meta.url))
const made: string[] = []
afterEach(() => {
  for (const path of made.splice(0)) rmSync(path, { recursive: true })
})

function assignment(files: Readonly<Record<string, string>>): string {
  const root = mkdtempSync(join(tmpdir(), 'assignment-'))
  made.push(root)
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
  }
  return root
}

test('every submission of the example, and every cheat, gets what it deserves', async () => {
  const report = await grader().verify(course)
  expect(report.submissions.flatMap(({ name, differences }) => differences.map((text) => `${name}: ${text}`))).toEqual(
    [],
  )
  expect(report.submissions.length).toBeGreaterThan(10)
})

const own = { 'assignment.yaml': 'harness:\n  run: [sh, test.sh]\n  result: out.tap\n  format: tap\n' }

describe('tests in a shell', () => {
  test('call the submission by mayfly-run', async () => {
    const script = `echo 1..2 > out.tap
[ "$(printf '1 2' | ./mayfly-run 2>/dev/null)" = 3 ] && echo ok 1 - sum >> out.tap || echo not ok 1 - sum >> out.tap
./mayfly-run fail; [ $? = 7 ] && echo ok 2 - status >> out.tap || echo not ok 2 - status >> out.tap`
    const problem = await loadProblem(assignment({ ...own, 'tests/test.sh': script }))
    const right = submission('a.sh', '[ "$1" = fail ] && exit 7; read -r a b; echo $((a + b))')
    expect(await grader().grade(problem, right)).toMatchObject({
      verdict: 'AC',
      tests: [{ id: 'sum' }, { id: 'status' }],
    })
    const wrong = submission('a.sh', 'echo ok 1 - sum')
    expect(await grader().grade(problem, wrong)).toMatchObject({
      verdict: 'WA',
      tests: [{ verdict: 'WA' }, { verdict: 'WA' }],
    })
  })

  test('that break are not the fault of the submission', async () => {
    const problem = await loadProblem(assignment({ ...own, 'tests/test.sh': 'echo oh no >&2; exit 3' }))
    const { verdict, reason } = await grader().grade(problem, submission('a.sh', ''))
    expect({ verdict, reason }).toEqual({ verdict: 'JE', reason: 'the tests ended with 3 and left no out.tap: oh no' })
  })

  test('that tell of fewer tests than they planned are broken', async () => {
    const problem = await loadProblem(assignment({ ...own, 'tests/test.sh': 'printf "1..2\\nok 1\\n" > out.tap' }))
    expect(await grader().grade(problem, submission('a.sh', ''))).toMatchObject({ verdict: 'JE' })
  })
})

test('tests that share a process with the submission are asked for by name, and the result says that it can be forged', async () => {
  const yaml = 'harness:\n  run: [sh, test.sh]\n  trust: shared\n'
  const forging = submission('a.sh', `echo '{"tests": [{"name": "all", "status": "pass"}]}' > results.json; kill $PPID`)
  const problem = await loadProblem(assignment({ 'assignment.yaml': yaml, 'tests/test.sh': 'sh a.sh' }))
  expect(problem.warnings).toEqual(['tests and submission share a process: results can be forged'])
  expect(await grader().grade(problem, forging)).toMatchObject({ verdict: 'AC', forgeable: true })
})

test.each([
  ['harness:\n  run: sh\n  tset: 1\n', 'assignment.yaml:3: `tset` is not a key'],
  ['name: N\n', '`harness` is required'],
  ['harness:\n  run: sh\nsubmissions:\n  a.py: AC\n', 'names a.py, which is not in submissions/'],
])('an assignment that says %j is refused', async (text, message) => {
  await expect(loadProblem(assignment({ 'assignment.yaml': text, 'tests/a': '' }))).rejects.toThrow(message)
})

describe('results', () => {
  test('of JUnit are read, nested suites too', () => {
    const text = `<testsuites><testsuite><testcase classname="a" name="b"/><testcase name="c"><failure message="no">more</failure></testcase></testsuite>
<testsuite><testcase name="d"><error message="x"/></testcase><testcase name="e"><skipped/></testcase></testsuite></testsuites>`
    expect(readResults('junit', Buffer.from(text)).map(({ name, status, message }) => [name, status, message])).toEqual(
      [
        ...[
          ['a.b', 'pass', ''],
          ['c', 'fail', 'no\nmore'],
          ['d', 'error', 'x'],
          ['e', 'skip', ''],
        ],
      ],
    )
  })

  test('of Gradescope are read by status or score', () => {
    const tests = [
      { name: 'a', score: 2, max_score: 2 },
      { name: 'b', score: 1, max_score: 2, visibility: 'hidden', output: 'hm' },
    ]
    expect(readResults('gradescope', Buffer.from(JSON.stringify({ tests })))).toMatchObject([
      { status: 'pass', hidden: false },
      { status: 'fail', hidden: true, message: 'hm', score: 1 },
    ])
  })

  test.each([
    ['junit', '<a>'],
    ['mayfly', '{}'],
    ['mayfly', '{"tests":[]}'],
    ['mayfly', '{"tests":[{"name":"a"}]}'],
    ['tap', 'Bail out! no'],
  ] as const)('of %s that are none are refused: %s', (format, text) => {
    expect(() => readResults(format, Buffer.from(text))).toThrow(/./)
  })
})
