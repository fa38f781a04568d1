import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { evaluateAnswers, readTasks } from '@mayfly/grader'
import { afterEach, describe, expect, test } from 'vitest'
import { evaluateTask } from './support/evaluate-task.ts'
import { useGrader } from './support/use-grader.ts'

const grader = useGrader({ concurrency: 8 })
const made: string[] = []
afterEach(() => {
  for (const path of made.splice(0)) rmSync(path, { recursive: true })
})

const kinds = {
  task_id: 2,
  prompt: '"What there is of each."',
  entry_point: 'similar_elements',
  canonical_solution: '\ndef similar_elements(a, b):\n    return (*sorted(set(a) & set(b)), type(a).__name__)\n',
  base_input: [
    [
      [3, 4, 5],
      [5, 4],
    ],
  ],
  atol: 0,
  contract: '',
  assertion: '',
}

describe('answers to tasks of EvalPlus', () => {
  test('are given what their authors mean, and may be right in another way', async () => {
    const results = await evaluateTask(grader(), kinds, [
      'def similar_elements(a, b):\n    return ["tuple", 5, 4]\n',
      'def similar_elements(a, b):\n    return (4, 5, "list")\n',
    ])
    expect(results.map(({ verdict }) => verdict)).toEqual(['AC', 'WA'])
    const root = { ...kinds, task_id: 'HumanEval/32', entry_point: 'find_zero', base_input: [[[-4, 0, 1]]], atol: 1e-4 }
    const author = { ...root, canonical_solution: '\ndef find_zero(xs):\n    return 2.0\n' }
    const texts = ['-2.0', '2', '1.9'].map((value) => `def find_zero(xs):\n    return ${value}\n`)
    const found = await evaluateTask(grader(), author, texts)
    expect(found.map(({ verdict }) => verdict)).toEqual(['AC', 'AC', 'WA'])
  })

  test('are called with the numbers that stand in the file, whatever they are elsewhere', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'tasks-'))
    made.push(folder)
    const { base_input: _, ...said } = { ...kinds, task_id: 'HumanEval/0', entry_point: 'same' }
    const text = JSON.stringify({ ...said, canonical_solution: '\ndef same(x):\n    return x, repr(x)\n' })
    const inputs = '"base_input":[[12345678901234567891],[1.0],[1e400],[-Infinity],[NaN],["NaN"]]'
    writeFileSync(join(folder, 'tasks.jsonl'), `${text.slice(0, -1)},${inputs}}`)
    const tasks = await readTasks(join(folder, 'tasks.jsonl'))
    const seen: (readonly string[])[] = []
    const answers = [
      'def same(x):\n    return x, repr(x)\n',
      'def same(x):\n    return (float("nan") if x != x else x), repr(x)\n',
      'def same(x):\n    return float("inf"), repr(x)\n',
      'def same(x):\n    return x, repr(float(x) if isinstance(x, int) else x)\n',
    ].map((answer) => ({ taskId: 'HumanEval/0', text: answer }))
    await evaluateAnswers(grader(), tasks, answers, {
      onAnswer: ({ index, result }) => (seen[index] = result.tests.map(({ verdict }) => verdict)),
    })
    expect(seen).toEqual([['AC'], ['AC'], ['WA'], ['WA']])
  })

  test('are not to blame where the author’s own solution fails', async () => {
    const broken = { ...kinds, canonical_solution: '\ndef similar_elements(a, b):\n    assert False\n' }
    const [result] = await evaluateTask(grader(), broken, ['def similar_elements(a, b): return 1'])
    expect(result).toMatchObject({ verdict: 'JE', reason: expect.stringContaining('own solution fails') as string })
  })
})
