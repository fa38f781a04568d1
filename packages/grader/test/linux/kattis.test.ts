import { existsSync } from 'node:fs'
import { loadProblem, type GradeResult, type VerifyReport } from '@mayfly/grader'
import { expect, test } from 'vitest'
import { modern, packageOf } from '../unit/package-of.ts'
import { submission, useGrader } from './support/use-grader.ts'

const grader = useGrader()

const cat = submission('cat.sh', 'cat')
const limited = `${modern}limits: {time_limit: 2}\n`
const scoring = `${limited}type: scoring\n`
const tests = {
  'data/secret/1.in': 'one\n',
  'data/secret/1.ans': 'one\n',
  'data/secret/2.in': 'two\n',
  'data/secret/2.ans': 'two\n',
}

async function grade(files: Readonly<Record<string, string>>, program = cat): Promise<GradeResult> {
  return grader().grade(packageOf({ ...tests, ...files }), program, { timeMs: 2000 })
}

async function verify(files: Readonly<Record<string, string>>): Promise<VerifyReport> {
  return grader().verify(packageOf({ ...tests, ...files }), { controls: [] })
}

const why = (text: string): object => ({ reason: expect.stringContaining(text) as string })
const validator = (lines: string): string => `cat >/dev/null\n${lines}\n`

test.each([
  ['points beyond what a test is worth', 'echo 51 >$3/score.txt; exit 42', 'JE', why('wrote 51 to score.txt')],
  ['points below none', 'echo -1 >$3/score.txt; exit 42', 'JE', why('points are never negative')],
  ['points for what it rejects', 'echo 1 >$3/score.txt; exit 43', 'JE', why('rejects, and wrote score.txt')],
  ['points within what a test is worth', 'echo 20 >$3/score.txt; exit 42', 'PA', { score: 40 }],
  ['a part of the points', 'echo 0.5 >$3/score_multiplier.txt; exit 42', 'PA', { score: 50 }],
])('a validator that gives %s is held to the format', async (_, lines, verdict, said) => {
  const result = await grade({ 'problem.yaml': scoring, 'output_validator/run': validator(lines) })
  expect(result).toMatchObject({ verdict, ...said })
})

test.each([
  ['max_score: unbounded', 'exit 42', 'wrote no score.txt'],
  ['max_score: unbounded', 'echo 1 >$3/score_multiplier.txt; exit 42', 'wrote no score.txt'],
  ['score_aggregation: pass-fail', 'echo 1 >$3/score.txt; exit 42', 'all or nothing'],
])('with %s a validator is held to what that means', async (group, lines, reason) => {
  const result = await grade({
    'problem.yaml': scoring,
    'output_validator/run': validator(lines),
    'data/secret/test_group.yaml': group,
  })
  expect(result).toMatchObject({ verdict: 'JE', reason: expect.stringContaining(reason) })
})

test('points without a bound add up, and those of samples are looked at by nobody', async () => {
  const result = await grade({
    'problem.yaml': scoring,
    'output_validator/run': validator('echo 70 >$3/score.txt; exit 42'),
    'data/secret/test_group.yaml': 'max_score: unbounded',
    'data/sample/1.in': 'one\n',
    'data/sample/1.ans': 'one\n',
  })
  expect(result).toMatchObject({ verdict: 'AC', score: 140 })
})

test('groups that come to more than the whole may are an error of the package', async () => {
  const files = Object.fromEntries(Object.entries(tests).map(([path, text]) => [path.replace('/1', '/g/1'), text]))
  const root = packageOf({
    'problem.yaml': scoring,
    'data/secret/g/1.in': files['data/secret/g/1.in'] ?? '',
    'data/secret/g/1.ans': files['data/secret/g/1.ans'] ?? '',
    'data/secret/g/test_group.yaml': 'max_score: 101',
  })
  expect(await grader().grade(root, cat, { timeMs: 2000 })).toMatchObject({ verdict: 'JE' })
})

test('a validator of a legacy package says a score only where the package announces it', async () => {
  const files = {
    'output_validators/v/run': validator('echo 3 >$3/score.txt; exit 42'),
    'data/testdata.yaml': 'range: 0 10\n',
  }
  const announced = await grade({ ...files, 'problem.yaml': 'type: scoring\nvalidation: custom score\n' })
  expect(announced).toMatchObject({ verdict: 'PA', score: 6 })
  const silent = await grade({ ...files, 'problem.yaml': 'type: scoring\nvalidation: custom\n' })
  expect(silent).toMatchObject({ verdict: 'JE', reason: expect.stringContaining('says nothing of a score') })
  // Others judge by the same validator, and take no notice of its points.
  expect(await grade({ ...files, 'data/testdata.yaml': '', 'problem.yaml': 'validation: custom\n' })).toMatchObject({
    verdict: 'AC',
  })
})

const least = 'type: scoring\nvalidation: custom score\ngrading: {objective: min}\n'
const length = validator('wc -c <$1 >$3/score.txt; exit 42')

test('points that are the better the fewer they are', async () => {
  const files = { 'problem.yaml': least, 'output_validators/v/run': length }
  expect(await grade(files)).toMatchObject({ verdict: 'AC', score: 8 })
  const ranged = { ...files, 'data/testdata.yaml': 'range: 4 inf\ngrader_flags: max\n' }
  expect(await grade(ranged)).toMatchObject({ verdict: 'AC', score: 4 })
  expect(await grade({ ...ranged, 'data/secret/3.in': 'three\n', 'data/secret/3.ans': '' })).toMatchObject({
    verdict: 'PA',
    score: 6,
  })
  const report = await verify({
    ...ranged,
    'problem.yaml': `${least}limits: {time_limit: 2}\n`,
    'data/secret/3.in': 'three\n',
    'data/secret/3.ans': '',
    'submissions/partially_accepted/a.sh': 'cat',
    'submissions/accepted/b.sh': 'cat',
  })
  expect(report.submissions.map(({ name, differences }) => [name, differences])).toEqual([
    ['accepted/b.sh', ['accepted/: got PA, expected AC']],
    ['partially_accepted/a.sh', []],
  ])
})

test('a submission that is rejected as a whole has no points of a legacy package', async () => {
  const result = await grade({ 'problem.yaml': 'type: scoring\n', 'data/secret/2.ans': 'three\n' })
  expect(result).toMatchObject({ verdict: 'WA', score: 0 })
})

const looks = 'import sys\nassert sys.argv[1] == "bash" and sys.argv[2] == "a.sh", sys.argv\n'

test('a static validator looks at the source for a group, is told its arguments, and gives it points', async () => {
  const files = {
    'problem.yaml': scoring,
    'static_validator/look.py': `${looks}open(sys.argv[3] + "score_multiplier.txt", "w").write(sys.argv[4])
text = open("a.sh").read()
sys.exit(42 if "cat" in text and len(sys.argv) == 5 else 43)`,
    'data/secret/test_group.yaml': 'static_validation_score: 20\nstatic_validator_args: ["0.5"]\n',
  }
  const result = await grade(files, submission('a.sh', 'cat'))
  expect(result).toMatchObject({ verdict: 'PA', score: 90, maxScore: 100 })
  expect(result.tests.map(({ id, verdict, score }) => [id, verdict, score])).toEqual([
    ['secret/static_validation', 'PA', 10],
    ['secret/1', 'AC', 40],
    ['secret/2', 'AC', 40],
  ])
})

test('a source that a static validator rejects fails its group, and no other', async () => {
  const files = {
    'problem.yaml': scoring,
    'static_validator/look.py': `${looks}sys.exit(43)`,
    'data/sample/test_group.yaml': '',
    'data/secret/a/1.in': 'one\n',
    'data/secret/a/1.ans': 'one\n',
    'data/secret/a/test_group.yaml': 'max_score: 60',
    'data/secret/b/test_group.yaml': 'max_score: 40\nstatic_validation_score: pass-fail',
  }
  const problem = await loadProblem(packageOf(files))
  const result = await grader().grade(problem, submission('a.sh', 'cat'), { timeMs: 2000 })
  expect(result).toMatchObject({ verdict: 'PA', score: 60 })
  expect(result.groups).toMatchObject([
    { id: '' },
    { id: 'sample' },
    { id: 'secret' },
    { id: 'secret/a', verdict: 'AC', score: 60 },
    { id: 'secret/b', verdict: 'WA', score: 0 },
  ])
})

test('files put beside a submission take the place of its own, and one may be what starts it', async () => {
  const files = {
    'problem.yaml': limited,
    'include/python3/main.py': 'import answer\nprint(answer.solve(input()))',
    'include/python3/helper.py': 'def same(text): return text',
  }
  const own = { 'answer.py': 'import helper\ndef solve(text): return helper.same(text)' }
  const bytes = (texts: Readonly<Record<string, string>>): Readonly<Record<string, Uint8Array>> =>
    Object.fromEntries(Object.entries(texts).map(([path, text]) => [path, Buffer.from(text)]))
  expect(await grade(files, { name: 'good', files: bytes(own) })).toMatchObject({ verdict: 'AC' })
  const forged = { ...own, 'main.py': 'print("forged")', 'helper.py': 'raise SystemExit(3)' }
  expect(await grade(files, { name: 'forged', files: bytes(forged) })).toMatchObject({ verdict: 'AC' })
})

test('an input validator that cannot be run is told, and stops nobody', async () => {
  const report = await verify({
    'problem.yaml': limited,
    'input_validators/grammar.viva': 'EOF',
    'input_validators/other.zzz': '',
    'input_validators/mine.py': 'import sys\nsys.exit(42 if sys.stdin.read() in ("one\\n", "two\\n") else 1)',
    'data/invalid_input/1.in': 'three\n',
    'submissions/accepted/a.sh': 'cat',
  })
  expect(report).toMatchObject({ ok: true, problems: [] })
  expect(report.warnings).toEqual([
    'input_validators/grammar.viva was not run: VIVA is not supported',
    expect.stringContaining('input_validators/other.zzz was not run: '),
  ])
})

test('a grammar of checktestdata is run where that is installed, and told where not', async () => {
  const files = {
    'problem.yaml': limited,
    'input_validators/grammar.ctd': 'STRING("one") NEWLINE EOF',
    'submissions/accepted/a.sh': 'cat',
  }
  const isThere = ['/usr/local/bin', '/usr/bin', '/bin'].some((path) => existsSync(`${path}/checktestdata`))
  const told = isThere ? [] : ['input_validators/grammar.ctd was not run: there is no checktestdata here']
  expect((await verify(files)).warnings).toEqual(told)
})

test('any end of an input validator but 42 is a rejection, also of a case that it is to reject', async () => {
  const report = await verify({
    'problem.yaml': limited,
    'input_validators/mine.py': 'import sys\nassert sys.stdin.read() == "one\\n", "not one"\nsys.exit(42)',
    'data/invalid_input/bad.in': 'three\n',
    'data/invalid_input/good.in': 'one\n',
    'submissions/accepted/a.sh': 'cat',
  })
  expect(report.problems).toEqual([
    expect.stringMatching(/^secret\/2: input_validators\/mine\.py ended with 1: Traceback/),
    'invalid_input/good: every input validator takes it for valid',
  ])
})

test('input validators get their own arguments, then the arguments and the files of the test', async () => {
  const report = await verify({
    'problem.yaml': limited,
    'input_validators/one.py':
      'import sys\nassert sys.argv[1:] == ["own", "arg"] and open("f.txt").read() == "beside"\nsys.exit(42)',
    'input_validators/two.py': 'import sys\nassert sys.argv[1:] == ["arg"]\nsys.exit(42)',
    'data/secret/test_group.yaml': 'args: [arg]\ninput_validator_args: {one: [own]}\n',
    'data/secret/1.files/f.txt': 'beside',
    'data/secret/2.files/f.txt': 'beside',
    'submissions/accepted/a.sh': 'cat',
  })
  expect(report.problems).toEqual([])
})

test('the answer of a sample must be right by the validator of its package', async () => {
  const report = await verify({
    'problem.yaml': limited,
    'output_validator/run': validator('grep -q one $2 && exit 42; exit 43'),
    'data/secret/2.ans': 'one\n',
    'data/sample/1.in': '',
    'data/sample/1.ans': 'zero\n',
    'submissions/rejected/a.sh': 'cat',
  })
  expect(report.problems).toEqual([expect.stringMatching(/^sample\/1: its own answer is not accepted/)])
})

test('of a legacy package the verdict in the end counts, and so do the words of its format', async () => {
  const slowLater = 'read -r word; [ $word = one ] || exit 3; echo zero'
  const crashesLater = 'read -r word; [ $word = two ] && exit 3; echo "$word"'
  const report = await verify({
    'problem.yaml': 'limits: {time_limit: 2}\n',
    'submissions/wrong_answer/stops.sh': slowLater,
    'submissions/run_time_error/later.sh': `${crashesLater}x`,
    'submissions/run_time_error/none.sh': 'cat',
    'submissions/accepted/cat.sh': 'cat',
  })
  expect(report.submissions.map(({ name, verdict, differences }) => [name, verdict, differences])).toEqual([
    ['accepted/cat.sh', 'AC', []],
    ['run_time_error/later.sh', 'WA', []],
    ['run_time_error/none.sh', 'AC', ['run_time_error/: got AC, expected RTE']],
    ['wrong_answer/stops.sh', 'WA', []],
  ])
})

test('a submission in a language of which nothing is known stops nobody, one that is too long differs', async () => {
  const report = await verify({
    'problem.yaml': `${modern}limits: {time_limit: 2, code: 1}\n`,
    'submissions/accepted/a.sh': 'cat',
    'submissions/accepted/b.zzz': '(cat)',
    'submissions/accepted/c.sh': `cat # ${'long'.repeat(500)}`,
    'submissions/accepted/d.py': '#!/usr/bin/env python2\nprint raw_input()\n',
  })
  expect(report.submissions.map(({ name, verdict, differences }) => [name, verdict, differences.length])).toEqual([
    ['accepted/a.sh', 'AC', 0],
    ['accepted/b.zzz', 'not installed', 0],
    ['accepted/c.sh', 'not judged', 1],
    ['accepted/d.py', 'not installed', 0],
  ])
  expect(report.ok).toBe(false)
})

test('a time limit is computed from all that must be in time, on the tests that they must be in time on', async () => {
  const work = (count: number): string => `i=0; while [ $i -lt ${count} ]; do i=$((i + 1)); done`
  const { computed } = await verify({
    'problem.yaml': `${modern}limits: {time_resolution: 0.01}\n`,
    'submissions/accepted/a.sh': 'cat',
    'submissions/accepted/unknown.zzz': 'cat',
    'submissions/wrong_answer/hangs.sh': 'while :; do :; done',
    'submissions/wrong_answer/b.sh': `${work(20_000)}; echo zero`,
    'submissions/mixed/c.sh': `read -r word; [ $word = one ] || { ${work(60_000)}; }; echo "$word"`,
    'submissions/submissions.yaml': 'mixed:\n  secret/1:\n    permitted: [AC]\n',
  })
  expect(computed?.slowestAccepted).toBe('wrong_answer/b.sh')
})

test('a time limit that leaves less room than the package asks for is told', async () => {
  const work = 'i=0; while [ $i -lt 20000 ]; do i=$((i + 1)); done; cat'
  const report = await verify({
    'problem.yaml': `${modern}limits: {time_limit: 2, time_multipliers: {ac_to_time_limit: 1000}}\n`,
    'submissions/accepted/a.sh': work,
  })
  expect(report.warnings).toEqual([expect.stringContaining('leaves less than 1000 times what the slowest takes')])
})
