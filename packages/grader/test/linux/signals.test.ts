import { readdirSync, readFileSync } from 'node:fs'
import { GraderError, loadProblem, type Problem } from '@mayfly/grader'
import { SandboxError } from '@mayfly/sandbox'
import { describe, expect, test, vi } from 'vitest'
import { testsOf } from '../../src/problem/problem.ts'
import { problems, submission, useGrader } from './support/use-grader.ts'

/** Its compiler takes as long as the first line says, and so does looking for it. */
const slow = {
  id: 'slow',
  name: 'Slow',
  extensions: ['slow'],
  needs: ['sh'],
  probe: ['sleep', '1.625'],
  version: ['echo', '1'],
  compile: () => ['sh', '-c', 'read -r _ time <a.slow; sleep "$time"; cp a.slow program'],
  run: () => ['sh', 'program'],
}
const grader = useGrader({}, { languages: [slow] })
const right = 'read -r a b; echo $((a + b))'

async function plain(): Promise<Problem> {
  return loadProblem(`${problems}plain`)
}

async function untilItRuns(word: string): Promise<void> {
  await vi.waitFor(() => expect(isRunning(word)).toBe(true), { timeout: 20_000 })
}

/** Whether a process of this host was started with such a word. */
function isRunning(word: string): boolean {
  return readdirSync('/proc').some((name) => {
    try {
      return /^\d+$/.test(name) && readFileSync(`/proc/${name}/cmdline`, 'latin1').split('\0').includes(word)
    } catch {
      return false
    }
  })
}

describe('a signal ends', () => {
  const lower = {
    expectations: [{ source: 'accepted/', permitted: ['AC' as const] }],
    useForTimeLimit: 'lower' as const,
  }

  test('a time limit that is being computed, once nobody waits for it any more', async () => {
    const problem = await plain()
    const waits = { ...submission('waits.sh', 'read -r a b; sleep 51.25; echo $((a + b))'), ...lower }
    const unlimited = { ...problem, limits: { ...problem.limits, timeMs: undefined }, submissions: [waits] }
    const [first, second] = [new AbortController(), new AbortController()]
    const verified = grader().verify(unlimited, { signal: first.signal })
    const graded = grader().grade(unlimited, waits, { signal: second.signal })
    await untilItRuns('51.25')
    first.abort(new Error('enough'))
    await expect(verified).rejects.toThrow('enough')
    expect(isRunning('51.25')).toBe(true)
    second.abort(new Error('enough too'))
    await expect(graded).rejects.toThrow('enough too')
    await vi.waitFor(() => expect(isRunning('51.25')).toBe(false), { timeout: 20_000 })
    const third = new AbortController()
    const again = grader().calibrate(unlimited, { signal: third.signal })
    await untilItRuns('51.25')
    third.abort(new Error('enough again'))
    await expect(again).rejects.toThrow('enough again')
  })

  test('no time limit that others wait for', async () => {
    const problem = await plain()
    const program = { ...submission('right.sh', right), ...lower }
    const unlimited = { ...problem, limits: { ...problem.limits, timeMs: undefined }, submissions: [program] }
    const controller = new AbortController()
    const given = grader().calibrate(unlimited, { signal: controller.signal })
    const kept = grader().calibrate(unlimited)
    controller.abort(new Error('enough'))
    await expect(given).rejects.toThrow('enough')
    expect((await kept).slowestAccepted).toBe('right.sh')
  })

  test('a validator that looks at the inputs', async () => {
    const problem = await plain()
    const inputValidators = [submission('waits.sh', 'sleep 52.25; exit 42')]
    const controller = new AbortController()
    const verified = grader().verify({ ...problem, inputValidators, submissions: [] }, { signal: controller.signal })
    await untilItRuns('52.25')
    controller.abort(new Error('enough'))
    await expect(verified).rejects.toThrow('enough')
    await vi.waitFor(() => expect(isRunning('52.25')).toBe(false), { timeout: 20_000 })
  })

  test('a checker that looks at an output', async () => {
    const problem = await plain()
    const programs = [submission('waits.sh', 'sleep 553.25')]
    const compare = { kind: 'program' as const, protocol: 'exit-code' as const, programs }
    const controller = new AbortController()
    const limits = { ...problem.limits, validationTimeMs: 600_000 }
    const program = submission('right.sh', right)
    const graded = grader().grade({ ...problem, limits, compare }, program, { signal: controller.signal })
    await untilItRuns('553.25')
    controller.abort(new Error('enough'))
    await expect(graded).rejects.toThrow('enough')
    await vi.waitFor(() => expect(isRunning('553.25')).toBe(false), { timeout: 20_000 })
  })
})

describe('a signal of one leaves to others', () => {
  test('whether a language is there', async () => {
    const program = submission('a.slow', `# 0\n${right}`)
    const controller = new AbortController()
    const first = grader().grade(await plain(), program, { signal: controller.signal })
    await untilItRuns('1.625')
    controller.abort(new Error('enough'))
    await expect(first).rejects.toThrow('enough')
    expect(await grader().grade(await plain(), program)).toMatchObject({ verdict: 'AC' })
  })

  test('what is compiled, though its reason is an error of another sandbox', async () => {
    const program = submission('a.slow', `# 1.375\n${right}`)
    const problem = await plain()
    const controller = new AbortController()
    const first = grader().grade(problem, program, { signal: controller.signal })
    const second = grader().grade(problem, program)
    await untilItRuns('1.375')
    controller.abort(new SandboxError('CONTAINER_FAILED', 'another failed'))
    await expect(first).rejects.toThrow('another failed')
    expect(await second).toMatchObject({ verdict: 'AC' })
  })

  test('what is compiled, where it only waits for it', async () => {
    const program = submission('a.slow', `# 54.25\n${right}`)
    const problem = await plain()
    const [first, second] = [new AbortController(), new AbortController()]
    const compiled = grader().grade(problem, program, { signal: first.signal })
    await untilItRuns('54.25')
    const waits = grader().grade(problem, program, { signal: second.signal })
    second.abort(new Error('enough'))
    await expect(waits).rejects.toThrow('enough')
    expect(isRunning('54.25')).toBe(true)
    first.abort(new Error('enough too'))
    await expect(compiled).rejects.toThrow('enough too')
  })

  test('the tests that a program makes', async () => {
    const problem = await plain()
    const [first] = testsOf(problem.tests)
    if (first === undefined) throw new Error('the fixture has no tests')
    const generator = { program: submission('g.sh', 'sleep 1.875; echo 1 2; echo 3 >&2'), args: [] }
    const generated = { ...problem, tests: { ...problem.tests, parts: [{ ...first, generator }] } }
    const program = submission('right.sh', right)
    const controller = new AbortController()
    const given = grader().grade(generated, program, { signal: controller.signal })
    const kept = grader().grade(generated, program)
    await untilItRuns('1.875')
    controller.abort(new Error('enough'))
    await expect(given).rejects.toThrow('enough')
    expect(await kept).toMatchObject({ verdict: 'AC' })
  })
})

test('a signal whose reason is an error of ours is no verdict on what was not judged yet', async () => {
  const promise = {
    expectations: [{ source: 'accepted/', permitted: ['AC' as const] }],
    useForTimeLimit: false as const,
  }
  const submissions = [
    { ...submission('waits.sh', 'sleep 55.25'), ...promise },
    { ...submission('wrong.sh', 'exit 1'), ...promise },
  ]
  const limits = { ...(await plain()).limits, timeMs: 60_000 }
  const controller = new AbortController()
  const options = { signal: controller.signal, controls: [] }
  const verified = grader().verify({ ...(await plain()), limits, submissions }, options)
  await untilItRuns('55.25')
  controller.abort(new GraderError('NOT_INSTALLED', 'another is not installed'))
  await expect(verified).rejects.toThrow('another is not installed')
})
