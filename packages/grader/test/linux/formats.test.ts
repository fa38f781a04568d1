import { loadProblem, type Test } from '@mayfly/grader'
import { expect, test } from 'vitest'
import { testsOf } from '../../src/problem/problem.ts'
import { problems, submission, useGrader } from './support/use-grader.ts'

const grader = useGrader()

test('a package of Polygon keeps its promises', async () => {
  const report = await grader().verify(`${problems}polygon-sum`)
  expect(report.submissions.map(({ verdict, score }) => [verdict, score])).toEqual([
    ['AC', 100],
    ['WA', 0],
    ['PE', 0],
    ['WA', 0],
  ])
  expect(report).toMatchObject({ problems: [], ok: true })
})

test('a package of Polygon whose own programs are wrong about what they were tried with is told so', async () => {
  const problem = await loadProblem(`${problems}polygon-sum`)
  const swapped = {
    valid_input: 'invalid_input',
    invalid_input: 'valid_input',
    valid_output: 'invalid_output',
    invalid_output: 'valid_output',
  } as const
  const probes = problem.probes.map((probe) => ({ ...probe, kind: swapped[probe.kind] }))
  const { problems: found } = await grader().verify({ ...problem, probes, submissions: [] }, { controls: [] })
  expect(found.map((text) => text.split(':')[0])).toEqual(probes.map(({ test: { id } }) => id))
})

test('a submission may read the file that a package of Polygon names, and write the other', async () => {
  const problem = await loadProblem(`${problems}polygon-sum`)
  const named: Test[] = []
  for (const each of testsOf(problem.tests))
    named.push({ ...each, files: { 'in.txt': each.input }, links: { 'out.txt': '/dev/stdout' } })
  const changed = { ...problem, tests: { ...problem.tests, parts: named } }
  const text = 'with open("in.txt") as i, open("out.txt", "w") as o: print(sum(map(int, i.read().split())), file=o)'
  expect(await grader().grade(changed, submission('a.py', text))).toMatchObject({ verdict: 'AC', score: 100 })
})

test.each([
  ['a=input().split()\nprint(sum(map(float if "." in a[0] else int,a)))', 'AC', 100],
  ['a=input().split()\nprint(sum(map(lambda x: int(float(x)),a)))', 'PA', 90],
  ['a=input().split()\nprint(abs(sum(map(float if "." in a[0] else int,a))))', 'PA', 10],
  ['print(0)', 'WA', 0],
])('the batches and dependencies of DMOJ give %j its points', async (text, verdict, score) => {
  const problem = await loadProblem(`${problems}dmoj-sum`)
  expect(await grader().grade(problem, submission('a.py', text))).toMatchObject({ verdict, score, maxScore: 100 })
})
