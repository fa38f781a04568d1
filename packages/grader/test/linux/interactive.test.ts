import { createGrader, loadProblem, type Problem } from '@mayfly/grader'
import { createSandbox } from '@mayfly/sandbox'
import { expect, test } from 'vitest'
import { problems, submission, useGrader } from './support/use-grader.ts'

const grader = useGrader()

async function guess(script?: string): Promise<Problem> {
  const problem = await loadProblem(`${problems}guess`)
  if (script === undefined) return problem
  return { ...problem, interactor: { program: submission('interact.sh', script), protocol: 'kattis' } }
}

const polite = submission('polite.sh', 'echo hello; read -r answer; [ "$answer" = fine ]')

test('both sides are told of: who ended first, and what they said', async () => {
  const problem = await guess('read -r word; echo fine; cat >/dev/null; exit 42')
  const result = await grader().grade(problem, polite)
  expect(result).toMatchObject({ verdict: 'AC', tests: [{ evidence: { exitedFirst: 'submission' } }, {}, {}] })
  expect(result.tests[0]?.stdout.text).toBe('> hello\n< fine')
})

test('an interactor that rejects and ends first is right, whatever the submission does then', async () => {
  const problem = await guess('read -r word; echo "I do not like this" > $3/judgemessage.txt; exit 43')
  const stubborn = submission('stubborn.sh', 'echo hello; read -r answer; exit 3')
  const result = await grader().grade(problem, stubborn)
  expect(result).toMatchObject({ verdict: 'WA', tests: [{ evidence: { exitedFirst: 'interactor' } }, {}, {}] })
  expect(result.reason).toContain('I do not like this')
})

test('one that was rejected and goes on for ever is not run again for its time', async () => {
  const problem = await guess('read -r word; exit 43')
  await using sandbox = await createSandbox()
  await using doubting = createGrader({ sandbox, nearLimit: 1 })
  const endless = submission('endless.sh', 'echo hello; while :; do :; done')
  const { verdict, tests } = await doubting.grade(problem, endless, { timeMs: 100, evaluate: 'first-failure' })
  expect({ verdict, first: tests[0] }).toMatchObject({ verdict: 'WA', first: { evidence: { rerunCount: 0 } } })
  const waiting = await guess('read -r word; cat >/dev/null; exit 43')
  const late = await doubting.grade(waiting, endless, { timeMs: 100, evaluate: 'first-failure' })
  expect(late).toMatchObject({ verdict: 'TLE', tests: [{ evidence: { rerunCount: 2 } }, {}, {}] })
})

test('a submission that crashes first has crashed, though the interactor rejects it for that', async () => {
  const problem = await guess('read -r word || exit 43; read -r word || exit 43; exit 42')
  const crashing = submission('crashing.sh', 'echo hello; exit 3')
  expect(await grader().grade(problem, crashing)).toMatchObject({
    verdict: 'RTE',
    tests: [{ evidence: { exitCode: 3 } }, {}, {}],
  })
})

test('an interactor that goes on writing to one who has left ends by its own verdict', async () => {
  const problem = await guess('cat >/dev/null; for i in 1 2 3; do echo $i || exit 1; done; exit 43')
  expect(await grader().grade(problem, submission('leaves.sh', 'echo 1'))).toMatchObject({ verdict: 'WA' })
})

test.each(['exit 0', 'exit 1', 'kill -SEGV $$', 'echo x > $3/nextpass.in; exit 43'])(
  'an interactor that does %j is broken',
  async (script) => {
    expect(await grader().grade(await guess(script), polite)).toMatchObject({ verdict: 'JE', big: null })
  },
)

test('an interactor made with testlib is called as testlib has it', async () => {
  const program = submission(
    'interact.sh',
    'read -r word; echo fine; echo "$word" > $2; test -e $1 -a -e $3 && exit 0; exit 3',
  )
  const problem: Problem = { ...(await guess()), interactor: { program, protocol: 'testlib' } }
  const checker = submission('check.sh', 'test "$(cat $2)" = hello')
  const compare = { kind: 'program' as const, protocol: 'testlib' as const, programs: [checker] }
  expect(await grader().grade({ ...problem, compare }, polite)).toMatchObject({ verdict: 'AC' })
})
