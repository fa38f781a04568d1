import { loadProblem } from '@mayfly/grader'
import { expect, test } from 'vitest'
import { problems, submission, useGrader } from './support/use-grader.ts'

const grader = useGrader()

test('a package of Polygon keeps its promises', async () => {
  const report = await grader().verify(`${problems}polygon-sum`)
  expect(report.submissions.map(({ verdict, score }) => [verdict, score])).toEqual([
    ['AC', 100],
    ['WA', 0],
    ['PE', 0],
  ])
  expect(report.ok).toBe(true)
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
