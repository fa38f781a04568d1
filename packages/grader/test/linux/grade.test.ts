import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadProblem, type GradeEvent, type Problem } from '@mayfly/grader'
import { describe, expect, test } from 'vitest'
import { problems, submission, useGrader } from './support/use-grader.ts'

const grader = useGrader()
const sum = submission('sum.sh', 'read -r a b; echo $((a + b))')

async function plain(): Promise<Problem> {
  return loadProblem(`${problems}plain`)
}

describe('a verdict', () => {
  test('comes with what it rests on', async () => {
    const endless = submission('endless.sh', 'while :; do :; done')
    const result = await grader().grade(await plain(), endless, { timeMs: 100 })
    const [first, second] = result.tests
    expect(result).toMatchObject({ verdict: 'TLE', big: 'TLE', partial: true })
    expect(first).toMatchObject({ verdict: 'TLE', evidence: { exitCode: null, run: { source: 'cpu', limit: 110 } } })
    expect(first?.evidence.cpuShare).toBeGreaterThan(1)
    expect(second).toMatchObject({ verdict: 'SK', evidence: { reason: '1 failed' } })
    expect(result.cost.coreSeconds).toBeGreaterThan(0.1)
  })

  test('names who a result came from, and what by', async () => {
    const { provenance } = await grader().grade(await plain(), sum)
    expect(provenance.problemDigest).toMatch(/^sha256:[0-9a-f]{64}$/)
    expect(provenance.toolchain['bash']).toContain('bash')
    const again = await grader().grade(await plain(), sum)
    expect(again.provenance).toMatchObject({
      problemDigest: provenance.problemDigest,
      submissionDigest: provenance.submissionDigest,
      limits: provenance.limits,
    })
  })

  test('on an interpreted program that is none is a compile error, with what the interpreter says', async () => {
    const result = await grader().grade(await plain(), submission('broken.sh', 'if then'))
    expect(result).toMatchObject({ verdict: 'CE', tests: [], compile: { verdict: 'CE' } })
    expect(result.compile?.messages.text).toContain('syntax error')
  })

  test('that says nothing is none: a submission that only fails is no compile error', async () => {
    expect(await grader().grade(await plain(), submission('fails.sh', 'exit 3'))).toMatchObject({ verdict: 'RTE' })
  })
})

test('a time limit that is missed by a little is tried again alone, and what ran in time is not', async () => {
  const problem = await plain()
  // Uses its processor until it has used this much of it.
  const uses = (milliseconds: number): string =>
    `import time\nwhile time.process_time() < ${milliseconds / 1000}: pass\nprint(sum(map(int, input().split())))`
  const close = await grader().grade(problem, submission('close.py', uses(1020)), { timeMs: 1000 })
  expect(close.tests[0]).toMatchObject({ verdict: 'TLE', evidence: { rerunCount: 2 } })
  const inTime = await grader().grade(problem, submission('in_time.py', uses(500)), { timeMs: 1000 })
  expect(inTime).toMatchObject({ verdict: 'AC', tests: [{ evidence: { rerunCount: 0 } }, {}] })
})

test('events come in order as things happen, and the last one has the result', async () => {
  const events: GradeEvent[] = []
  for await (const event of grader().stream(await plain(), sum)) events.push(event)
  expect(events.map(({ type }) => type)).toEqual(['compiling', 'compiled', 'test', 'test', 'group', 'done'])
})

test('leaving the stream ends the judging', async () => {
  const waits = submission('waits.sh', 'sleep 60')
  for await (const event of grader().stream(await plain(), waits)) if (event.type === 'compiled') break
  expect(await grader().grade(await plain(), sum)).toMatchObject({ verdict: 'AC' })
})

test('what was judged stays judged: a journal is gone on with', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'journal-'))
  try {
    const journal = join(folder, 'journal.jsonl')
    let count = 0
    const counted = { ...(await plain()), compare: { kind: 'function' as const, check: () => ++count > 0 } }
    await grader().grade(counted, sum, { journal })
    expect(count).toBe(2)
    // As a kill leaves it: the first test is whole, the second is cut.
    const lines = readFileSync(journal, 'utf8').split('\n')
    const first = lines.findIndex((line) => line.includes('"type":"test"'))
    writeFileSync(journal, `${lines.slice(0, first + 1).join('\n')}\n${lines[first + 1]?.slice(0, 40)}`)
    expect(await grader().grade(counted, sum, { journal })).toMatchObject({ verdict: 'AC', tests: [{}, {}] })
    expect(count).toBe(3)
    await grader().grade(counted, submission('other.sh', 'cat'), { journal })
    expect(count).toBe(5)
  } finally {
    rmSync(folder, { recursive: true })
  }
})

test('a result can be judged again: the same verdicts, or what differs', async () => {
  const problem = await plain()
  const earlier = await grader().grade(problem, sum, { timeMs: 1500, evaluate: 'all' })
  const again = await grader().replay(earlier, problem, sum)
  expect(again).toMatchObject({ same: true, differences: [], changed: [] })
  expect(again.result.provenance).toMatchObject({ limits: { cpuTimeMs: 1500 }, evaluate: 'all' })
  const forged = {
    ...earlier,
    verdict: 'WA' as const,
    provenance: { ...earlier.provenance, toolchain: { bash: 'older' } },
  }
  const { same, differences, changed } = await grader().replay(forged, problem, sum)
  expect({ same, differences }).toEqual({ same: false, differences: [{ what: 'the whole', before: 'WA', now: 'AC' }] })
  expect(changed).toMatchObject([{ what: 'bash', before: 'older' }])
  await expect(grader().replay(earlier, problem, submission('sum.sh', 'cat'))).rejects.toMatchObject({
    code: 'INVALID_OPTION',
  })
})

test('the same source is compiled once', async () => {
  const source = submission(
    'sum.c',
    '#include <stdio.h>\nint main(void){int a,b;scanf("%d%d",&a,&b);printf("%d",a+b);}',
  )
  expect((await grader().grade(await plain(), source)).compile).toMatchObject({ cached: false })
  expect((await grader().grade(await plain(), source)).compile).toMatchObject({ cached: true, verdict: 'AC' })
})

describe('a checker', () => {
  test('that breaks is its own fault, not that of the submission', async () => {
    const programs = [submission('checker.sh', 'exit 0')]
    const compare = { kind: 'program' as const, protocol: 'kattis' as const, programs }
    const result = await grader().grade({ ...(await plain()), compare }, sum)
    expect(result).toMatchObject({ verdict: 'JE', big: null })
    expect(result.reason).toContain('neither 42 nor 43')
  })

  test.each([
    ['testlib', 'test "$(cat $2)" = "$(cat $3)" || exit 1', 'AC'],
    ['testlib', 'echo wrong answer >&2; exit 1', 'WA'],
    ['testlib', 'exit 2', 'PE'],
    ['testlib', 'exit 3', 'JE'],
    ['testlib', 'exit 80', 'PA'],
    ['cms', 'grep -q 3 $3; echo 0.5; echo translate:partial >&2', 'PA'],
    ['cms', 'echo 1', 'AC'],
    ['cms', 'echo much', 'JE'],
    ['coci', 'echo partial 1/4 >&2; exit 7', 'PA'],
    ['peg', 'printf "1\\n2\\n"; exit 1', 'PA'],
    ['peg', 'exit 1', 'WA'],
    ['hustoj', 'cmp -s $2 $3', 'AC'],
    ['exit-code', 'cmp -s $2 $3', 'AC'],
    ['exit-code', 'exit 5', 'JE'],
  ] as const)('of %s that runs %j gives %s', async (protocol, script, verdict) => {
    const compare = { kind: 'program' as const, protocol, programs: [submission('checker.sh', script)] }
    expect(await grader().grade({ ...(await plain()), compare }, sum)).toMatchObject({ verdict })
  })
})

test('a language that is not installed is no compile error', async () => {
  const languages = await grader().languages()
  const missing = languages.find(({ installed }) => !installed)
  if (missing === undefined) return
  const source = submission(`a.${missing.extensions[0]}`, '')
  const named = { ...source, language: missing.id }
  await expect(grader().grade(await plain(), named)).rejects.toMatchObject({ code: 'NOT_INSTALLED' })
})

test('of a program of several files none may be no program, though no run looks at it', async () => {
  const problem = await loadProblem(`${problems}plain`)
  const main = Buffer.from('read -r a b; echo $((a + b))')
  const verdictBeside = async (other: string): Promise<readonly unknown[]> => {
    const files = { 'main.sh': main, 'other.sh': Buffer.from(other) }
    const { verdict, compile } = await grader().grade(problem, { name: 'two', files })
    return [verdict, compile?.messages.text.includes('syntax error')]
  }
  expect(await verdictBeside('echo')).toEqual(['AC', false])
  expect(await verdictBeside('if')).toEqual(['CE', true])
})
