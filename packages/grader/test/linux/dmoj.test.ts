import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { type GradeResult, loadProblem, type Problem } from '@mayfly/grader'
import { afterEach, describe, expect, test } from 'vitest'
import { submission, useGrader } from './support/use-grader.ts'

const grader = useGrader({ concurrency: 4 })
const made: string[] = []
afterEach(() => {
  for (const path of made.splice(0)) rmSync(path, { recursive: true })
})

async function load(files: Readonly<Record<string, string>>): Promise<Problem> {
  const root = mkdtempSync(join(tmpdir(), 'dmoj-'))
  made.push(root)
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
  }
  return loadProblem(root)
}

const seen = ({ verdict, score, tests }: GradeResult): unknown => [verdict, score, tests.map((each) => each.verdict)]

describe('a generator', () => {
  const init = `generator: {source: make.py, args: [3]}
test_cases:
- {generator: make.py, generator_args: [4, 5], points: 10}
- {points: 20}
- {generator_args: [6], out: six.out, points: 30}
`
  const make = `import sys
print(*sys.argv[1:], end="\\r\\n")
print(sum(map(int, sys.argv[1:])), file=sys.stderr)
`

  test('makes the input by what it prints and the answer by what it says as errors', async () => {
    const problem = await load({ 'init.yml': init, 'make.py': make, 'six.out': '7\n' })
    const sum = submission(
      'a.py',
      'import sys\nassert b"\\r" not in (text := sys.stdin.buffer.read())\nprint(sum(map(int, text.split())))',
    )
    expect(seen(await grader().grade(problem, sum))).toEqual(['PA', 30, ['AC', 'AC', 'WA']])
    const seven = submission('a.sh', 'read -r a b; [ "$a" = 6 ] && echo 7 || echo $((a + b))')
    expect(seen(await grader().grade(problem, seven))).toEqual(['AC', 60, ['AC', 'AC', 'AC']])
  })

  test('that fails is no fault of the submission', async () => {
    const problem = await load({ 'init.yml': init, 'make.py': 'raise SystemExit(3)', 'six.out': '' })
    const result = await grader().grade(problem, submission('a.sh', 'cat'))
    expect(result).toMatchObject({ verdict: 'JE', tests: [{ verdict: 'JE' }, {}, {}] })
    expect(result.reason).toContain('make.py, which makes the test, ended with 3')
  })

  test('runs once for each test, whoever is judged, and is a part of what the problem is', async () => {
    const problem = await load({ 'init.yml': init, 'make.py': 'import time\nprint(time.time_ns())', 'six.out': '' })
    const cat = submission('a.sh', 'cat')
    const [one, other] = [await grader().grade(problem, cat), await grader().grade(problem, cat)]
    expect(one.tests.map(({ stdout }) => stdout.text)).toEqual(other.tests.map(({ stdout }) => stdout.text))
    const changed = await load({ 'init.yml': init, 'make.py': 'print(1)', 'six.out': '' })
    const third = await grader().grade(changed, cat)
    expect(third.provenance.problemDigest).not.toBe(one.provenance.problemDigest)
  })
})

describe('a checker in Python', () => {
  const checker = `from dmoj.result import CheckerResult

print("this is heard by nobody", flush=True)


def check(process_output, judge_output, judge_input, point_value, bonus=0, **kwargs):
    if process_output.split() == judge_output.split():
        return True
    if process_output == b"where\\n":
        return CheckerResult(False, 0, f"{kwargs['case_position']} in {kwargs['batch']}")
    if process_output == b"source\\n":
        return b"echo source" in kwargs["submission_source"] and kwargs["result"].max_memory > 100
    if process_output == b"none\\n":
        return kwargs["none"]
    return CheckerResult(process_output > b"5", point_value / 4 + bonus, "a part")
`
  const init = `checker: {name: check.py, args: {bonus: 1}}
test_cases:
- {in: a.in, out: a.out, points: 8}
- batched: [{in: a.in, out: a.out}]
  points: 4
`

  test.each([
    ['echo 3', 'AC', 12, 'accepted'],
    ['echo 7', 'PA', 5, 'a part'],
    ['echo 1', 'WA', 0, 'a part'],
    ['echo where', 'WA', 0, '0 in 0'],
    ['echo source', 'AC', 12, 'accepted'],
    ['echo none', 'JE', 0, 'KeyError'],
  ])('says what it says of %s in a container of its own', async (script, verdict, score, reason) => {
    const problem = await load({ 'init.yml': init, 'check.py': checker, 'a.in': '1 2\n', 'a.out': '3\n' })
    const result = await grader().grade(problem, submission('a.sh', script))
    expect({ verdict: result.verdict, score: result.score }).toEqual({ verdict, score })
    expect(`${result.reason} ${result.tests[0]?.feedback.judge} ${result.tests[0]?.evidence.reason}`).toContain(reason)
  })
})

describe('an interactor', () => {
  const cases = 'test_cases:\n- {in: a.in, out: a.out, points: 10}\n'
  const files = { 'a.in': '17\n', 'a.out': '' }
  const judge = `from dmoj.graders import InteractiveGrader
from dmoj.result import CheckerResult

print("this would be heard by the submission", flush=True)


class Grader(InteractiveGrader):
    def interact(self, case, interactor):
        secret = int(case.input_data())
        for turn in range(8):
            guess = interactor.readint(1, 100)
            if guess == secret:
                interactor.writeln("yes")
                return turn < 7 or CheckerResult(True, case.points / 2, feedback="slow")
            interactor.writeln("more" if guess < secret else b"less")
        return False
`
  const halves = `low, high = 1, 100
while True:
    middle = (low + high) // 2
    print(middle, flush=True)
    answer = input()
    if answer == "yes": break
    if answer == "more": low = middle + 1
    else: high = middle - 1
`

  test.each([
    [halves, 'AC', 10],
    ['for n in range(10, 18):\n    print(n, flush=True)\n    input()', 'PA', 5],
    ['print(0, flush=True)\ninput()', 'WA', 0],
    ['print("x", flush=True)\ninput()', 'WA', 0],
    ['pass', 'WA', 0],
    ['for n in range(1, 10): print(n, flush=True)', 'WA', 0],
  ])('made from InteractiveGrader talks to %j', async (text, verdict, score) => {
    const problem = await load({ 'init.yml': `custom_judge: judge.py\n${cases}`, 'judge.py': judge, ...files })
    const result = await grader().grade(problem, submission('a.py', text))
    expect({ verdict: result.verdict, score: result.score }).toEqual({ verdict, score })
  })

  test.each([
    ['open("none.txt")\n', ''],
    ['', 'open("none.txt")'],
    ['', 'open("/dev/mem/x")'],
  ])('that is broken itself is no fault of the submission: %j %j', async (atImport, atTalk) => {
    const body = atTalk === '' ? '' : `        ${atTalk}\n`
    const own = `${atImport}${judge.replace('        secret =', `${body}        secret =`)}`
    const problem = await load({ 'init.yml': `custom_judge: judge.py\n${cases}`, 'judge.py': own, ...files })
    expect(await grader().grade(problem, submission('a.py', halves))).toMatchObject({ verdict: 'JE' })
  })

  test('that writes to a submission which hears no more has been left by it', async () => {
    const own = judge.replace('guess = interactor', 'interactor.writeln("x" * 70000)\n            guess = interactor')
    const problem = await load({ 'init.yml': `custom_judge: judge.py\n${cases}`, 'judge.py': own, ...files })
    expect(await grader().grade(problem, submission('a.py', 'pass'))).toMatchObject({ verdict: 'WA' })
  })

  test.each([
    ['read -r n; echo $((n + 1))', 'AC'],
    ['echo 0', 'WA'],
  ])('in any language is given input and answer, and ends with 0 or 1: %j', async (script, verdict) => {
    const talk = 'echo 41; read -r n; [ "$n" = "$(cat "$2")" ] || exit 1; [ $# = 2 ] || exit 5'
    const init = `interactive: {files: talk.sh}\n${cases}`
    const problem = await load({ 'init.yml': init, 'talk.sh': talk, ...files, 'a.out': '42\n' })
    expect(await grader().grade(problem, submission('a.sh', script))).toMatchObject({ verdict })
  })
})

describe('a program that calls functions of the submission', () => {
  const files = {
    'init.yml': 'signature_grader: {entry: main.c, header: sum.h}\ntest_cases:\n- {in: a.in, out: a.out}\n',
    'main.c':
      '#include <stdio.h>\n#include "sum.h"\nint main() { int a, b; scanf("%d %d", &a, &b); printf("%d\\n", sum(a, b)); }',
    'sum.h': 'int sum(int a, int b);\n',
    'a.in': '1 2\n',
    'a.out': '3\n',
  }

  test.each([
    ['a.c', 'int sum(int a, int b) { return a + b; }\nint main() { return 1; }', 'AC'],
    ['a.cpp', 'int sum(int a, int b) { return a - b; }', 'WA'],
    ['a.cpp', 'int sum(int a) { return a; }', 'CE'],
  ])('and %s: %j', async (name, text, verdict) => {
    const result = await grader().grade(await load(files), submission(name, text))
    expect(result).toMatchObject({ verdict })
    expect(result.compile?.messages.text.includes('sum')).toBe(verdict === 'CE')
  })

  test('takes nothing but C and C++', async () => {
    const python = submission('a.py', 'def sum(a, b): return a + b')
    await expect(grader().grade(await load(files), python)).rejects.toMatchObject({ code: 'INVALID_SUBMISSION' })
  })
})
