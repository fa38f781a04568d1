import { existsSync } from 'node:fs'
import { loadProblem } from '@mayfly/grader'
import { needs } from '@mayfly/test-support'
import { expect, test } from 'vitest'
import { problems, submission, useGrader } from './support/use-grader.ts'

const grader = useGrader()

test.each(['area', 'divisor', 'two-passes', 'points', 'points-legacy'])(
  'every submission of %s gets what is promised of it, and no control is accepted',
  async (name) => {
    const report = await grader().verify(`${problems}${name}`)
    expect(report.submissions.flatMap(({ differences }) => differences)).toEqual([])
    expect(report.controls.filter(({ accepted }) => accepted)).toEqual([])
    expect(report).toMatchObject({ ok: true, problems: [] })
    expect(report.submissions.length).toBeGreaterThan(2)
  },
)

test('every submission of an interactive problem gets what is promised of it, and no control is accepted', async () => {
  const problem = await loadProblem(`${problems}guess`)
  // One that waits for ever takes its time: it is judged with the others by `npm run test:problems`.
  const submissions = problem.submissions.filter(({ name }) => !name.startsWith('time'))
  const report = await grader().verify({ ...problem, submissions }, { controls: ['exit', 'endless', 'random'] })
  expect(report.submissions.flatMap(({ differences }) => differences)).toEqual([])
  expect(report).toMatchObject({ ok: true })
  expect(report.submissions.length).toBeGreaterThan(4)
})

test('what cheats in a contest gets the verdict that it deserves, on every test', async () => {
  const problem = await loadProblem(`${problems}sum`)
  const cheats = problem.submissions.filter(({ name }) => /cheats|fill_disk/.test(name))
  const seen: Record<string, readonly string[]> = {}
  for (const cheat of cheats) {
    const { tests } = await grader().grade(problem, cheat, { timeMs: 2000, evaluate: 'all' })
    seen[cheat.name.replace(/^.*\//, '')] = [...new Set(tests.map(({ verdict }) => verdict))]
  }
  expect(seen).toEqual({
    'cheats_exit.py': ['NO'],
    'cheats_forged_result.py': ['WA'],
    'cheats_fork_and_leave.py': ['NO'],
    'cheats_print_verdict.py': ['WA'],
    'cheats_read_answers.py': ['WA'],
    'fill_disk.py': [expect.stringMatching(/^(?:OLE|MLE)$/)],
  })
})

test('a checker that breaks has rejected no control', async () => {
  const problem = await loadProblem(`${problems}plain`)
  const broken = { kind: 'program' as const, protocol: 'exit-code' as const, programs: [submission('c.sh', 'exit 9')] }
  const report = await grader().verify({ ...problem, submissions: [], compare: broken }, { controls: ['empty'] })
  expect(report).toMatchObject({ ok: false, controls: [{ name: 'empty', verdict: 'JE', accepted: false, ok: false }] })
})

test('a promise that is not kept is told, and a checker that accepts anything is found out', async (context) => {
  needs(context, existsSync('/usr/bin/python3'), 'python3 is not installed')
  const problem = await loadProblem(`${problems}divisor`)
  const [first] = problem.submissions
  if (first === undefined) throw new Error('the fixture has no submissions')
  const wrong = { ...first, expectations: [{ source: 'test', required: ['TLE' as const] }] }
  const blind = { ...problem, submissions: [wrong], compare: { kind: 'function' as const, check: () => true } }
  const report = await grader().verify(blind, { controls: ['empty', 'endless'] })
  expect(report.ok).toBe(false)
  expect(report.submissions[0]?.differences).toEqual(['test: no test got TLE'])
  expect(report.controls).toMatchObject([
    { name: 'empty', accepted: true, ok: false },
    { name: 'endless', accepted: false, ok: true, verdict: 'OLE' },
  ])
  expect(report.problems).toContain('invalid_output/one: the output validator accepts it')
})

test('a submission whose verdicts differ from one time to the next is told as flaky', async () => {
  const problem = await loadProblem(`${problems}plain`)
  let count = 0
  const compare = { kind: 'function' as const, check: () => ++count % 4 < 2 }
  const echo = {
    name: 'echo.sh',
    files: { 'echo.sh': Buffer.from('cat') },
    expectations: [],
    useForTimeLimit: false as const,
  }
  const report = await grader().verify({ ...problem, compare, submissions: [echo] }, { repeat: 2, controls: [] })
  expect(report.submissions).toMatchObject([{ name: 'echo.sh', flaky: true }])
  expect(report.ok).toBe(false)
})

test('a time limit is computed from the slowest accepted submission as the format says', async () => {
  const problem = await loadProblem(`${problems}plain`)
  const submissions = ['i=0; while [ $i -lt 3000 ]; do i=$((i + 1)); done', ':'].map((work, index) => ({
    name: `accepted/${index}.sh`,
    files: { [`${index}.sh`]: Buffer.from(`read -r a b; ${work}; echo $((a + b))`) },
    expectations: [{ source: 'accepted/', permitted: ['AC' as const] }],
    useForTimeLimit: 'lower' as const,
  }))
  const timing = { resolutionMs: 10, acceptedToLimit: 3, limitToExceeded: 2 }
  const limits = { ...problem.limits, timeMs: undefined }
  const { computed } = await grader().verify({ ...problem, limits, timing, submissions }, { controls: [] })
  expect(computed?.slowestAccepted).toBe('accepted/0.sh')
  const slowest = computed?.slowestAcceptedMs ?? 0
  expect(computed?.timeMs).toBe(Math.ceil((slowest * 3) / 10) * 10)
})

test('a time limit is computed without those that cannot be judged here, and they are told', async () => {
  const problem = await loadProblem(`${problems}plain`)
  const lower = {
    expectations: [{ source: 'accepted/', permitted: ['AC' as const] }],
    useForTimeLimit: 'lower' as const,
  }
  const submissions = [
    { name: 'accepted/a.unknown', files: { 'a.unknown': Buffer.from('') }, ...lower },
    { name: 'accepted/b.sh', files: { 'b.sh': Buffer.from('read -r a b; echo $((a + b))') }, ...lower },
  ]
  const limits = { ...problem.limits, timeMs: undefined }
  const {
    computed,
    submissions: judged,
    warnings,
  } = await grader().verify({ ...problem, limits, submissions }, { controls: [] })
  expect(computed?.slowestAccepted).toBe('accepted/b.sh')
  expect(judged.map(({ verdict }) => verdict)).toEqual(['not installed', 'AC'])
  expect(warnings.join()).toContain('accepted/a.unknown was not judged')
})
