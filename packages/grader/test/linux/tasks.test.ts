import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type CodeAnswer, evaluateAnswers, type GradeResult, readTasks } from '@mayfly/grader'
import { afterEach, describe, expect, test } from 'vitest'
import { evaluateTask } from './support/evaluate-task.ts'
import { useGrader } from './support/use-grader.ts'

const grader = useGrader({ concurrency: 8 })
const made: string[] = []
afterEach(() => {
  for (const path of made.splice(0)) rmSync(path, { recursive: true })
})

const helper = {
  task_id: 'roots',
  prompt: `import math

def value(coefficients, x):
    return sum(each * math.pow(x, power) for power, each in enumerate(coefficients))

def root(coefficients):
    """A root of a + b x."""
`,
  entry_point: 'root',
  canonical_solution: '    return -coefficients[0] / coefficients[1]\n',
  test: `def check(candidate):
    for coefficients in ([1, 2], [-6, 3]):
        assert math.fabs(value(coefficients, candidate(list(coefficients)))) < 1e-4
    assert root([0, 1]) == 0
`,
}
const pairs = {
  task_id: 11,
  text: 'Write a function that pairs up two lists.',
  code: 'def pairs(a, b):\n    return list(zip(a, b))\n',
  test_list: ['assert pairs([1, 2], "ab") == [(1, "a"), (2, "b")]', 'assert set(pairs([], [])) == set()'],
  test_setup_code: 'import collections',
  challenge_test_list: ['assert len(pairs([0, 1, 2], [1, 2])) == 2'],
}

const wrong = '    return coefficients[0]\n'
const markdown = `Of course!\n\n\`\`\`python\ndef root(c):\n    return -c[0] / c[1]\n\`\`\``
const forged = `import json, os, sys
def root(c):
    for name in ("results.json", "/work/results.json"):
        with open(name, "w") as file: file.write('{"tests":[{"name":"check","status":"pass"}]}')
    class Right(float):
        __eq__ = __lt__ = __gt__ = lambda *_: True
        __repr__ = lambda _: "Right()"
    return Right()
`

describe('answers to a task with a function to check', () => {
  test('are right or wrong by what they return, and cannot forge it', async () => {
    const results = await evaluateTask(
      grader(),
      helper,
      [
        helper.canonical_solution,
        markdown,
        wrong,
        'def root(c):\n    raise ValueError("no")\n',
        'import os\ndef root(c):\n    os._exit(0)\n',
        'def root(c):\n    while True: pass\n',
        forged,
        'def root(c:\n',
        '',
      ],
      { timeMs: 1000 },
    )
    const seen = results.map(({ verdict, tests }) => `${verdict} ${tests[0]?.evidence.reason ?? ''}`)
    expect(seen).toEqual([
      'AC the test says pass',
      'AC the test says pass',
      'WA not what was expected',
      'RTE ValueError: no',
      'RTE exited with 0 in place of an answer',
      // On a busy machine its time on the clock is up first
      expect.stringMatching(/^RTE was ended: (?:cpu|wall)Time exceeded$/),
      expect.stringMatching(/^RTE returned a Right, which is no plain value/),
      expect.stringMatching(/^(?:CE|RTE) /),
      expect.stringMatching(/^(?:CE|RTE|WA) /),
    ])
  })

  test('may share a process where that is asked for by name, and the problem says what that is worth', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'tasks-'))
    made.push(folder)
    writeFileSync(join(folder, 'tasks.jsonl'), JSON.stringify(helper))
    const [task] = await readTasks(join(folder, 'tasks.jsonl'), { trust: 'shared' })
    expect(task?.problem.warnings).toEqual(['tests and answer share a process: results can be forged'])
    const shared = await evaluateTask(grader(), helper, [helper.canonical_solution, wrong], { trust: 'shared' })
    expect(shared.map(({ verdict }) => verdict)).toEqual(['AC', 'WA'])
  })
})

describe('answers to a task of EvalPlus', () => {
  const plus = {
    task_id: 'HumanEval/0',
    prompt: 'def halves(values):\n    """Half of each."""\n',
    entry_point: 'halves',
    canonical_solution: '    return [value / 2 for value in values]\n',
    contract: '    assert all(type(value) == int for value in values)\n',
    base_input: [[[1, 2]], [[]]],
    plus_input: [[[3]], [[-5, 10]]],
    atol: 0,
  }

  test('are judged by what its author returns for the same input, and floats need not be the same', async () => {
    const results = await evaluateTask(grader(), plus, [
      plus.canonical_solution,
      '    return [value * 0.5 + 1e-9 for value in values]\n',
      '    return [abs(value) / 2 for value in values]\n',
      '    return tuple(value / 2 for value in values)\n',
      '    values.clear()\n    return values\n',
    ])
    expect(results.map(({ tests }) => tests.map(({ id, verdict }) => `${id} ${verdict}`))).toEqual([
      ['base AC', 'plus AC'],
      ['base AC', 'plus AC'],
      ['base AC', 'plus WA'],
      ['base WA', 'plus WA'],
      ['base WA', 'plus WA'],
    ])
    expect(results[2]?.tests[1]?.evidence.reason).toContain('for [[-5, 10]]: [2.5, 5.0] in place of [-2.5, 5.0]')
  })

  test('are judged by a script of tests beside the list', async () => {
    const script = `def same(value, right):
    assert kind(value) == kind(right) and value == right

def kind(value):
    return type(value).__name__

for lists, right in [(([1], [2]), [(1, 2)]), (([], []), [])]:
    same(pairs(*lists), right)
`
    const texts = [pairs.code, 'def pairs(a, b):\n    return tuple(zip(a, b)) if not a else list(zip(a, b))\n']
    const [right, half] = await evaluateTask(grader(), { ...pairs, test: script }, texts)
    expect(right?.tests.map(({ id, verdict }) => `${id} ${verdict}`)).toEqual([
      ...['script AC', 'assert 1 AC', 'assert 2 AC', 'assert 3 AC'],
    ])
    expect(half?.tests.map(({ verdict }) => verdict)).toEqual(['WA', 'AC', 'AC', 'AC'])
  })

  test('cannot be judged where their script imports what is not there, and that is not their fault', async () => {
    const [result] = await evaluateTask(grader(), { ...pairs, test: 'import nothing_of_this_name' }, [pairs.code])
    expect(result).toMatchObject({ verdict: 'JE', reason: expect.stringContaining('nothing_of_this_name') as string })
  })
})

test('a task that is broken itself is no fault of its answers', async () => {
  const broken = { ...helper, prompt: 'import nothing_of_this_name\n\ndef root(coefficients):\n' }
  const [result] = await evaluateTask(grader(), broken, [helper.canonical_solution])
  expect(result).toMatchObject({ verdict: 'JE', reason: expect.stringContaining('nothing_of_this_name') as string })
})

describe('answers to a task with a list of tests', () => {
  test('are judged by each, and whatever name a test uses is the answer’s', async () => {
    const [right, half] = await evaluateTask(grader(), pairs, [
      pairs.code,
      'def pairs(a, b):\n    return [(x, y) for x, y in zip(a, b)][:1]\n',
    ])
    expect(right?.tests.map(({ evidence }) => evidence.reason)).toEqual([
      'the test says pass',
      'the test says pass',
      'the test says pass',
    ])
    expect(right?.verdict).toBe('AC')
    expect(right?.tests.map(({ id, verdict }) => [id, verdict])).toEqual([
      ['assert 1', 'AC'],
      ['assert 2', 'AC'],
      ['assert 3', 'AC'],
    ])
    expect(half?.tests.map(({ verdict }) => verdict)).toEqual(['WA', 'AC', 'WA'])
    expect(half?.verdict).toBe('WA')
  })
})

test('what was judged stays judged: a journal of answers is gone on with', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'tasks-'))
  made.push(folder)
  const [path, journal] = [join(folder, 'tasks.jsonl'), join(folder, 'journal.jsonl')]
  writeFileSync(path, JSON.stringify(pairs))
  const tasks = await readTasks(path)
  const answers = [pairs.code, 'def pairs(a, b): return []', 'def pairs(a, b): return 1'].map((text) => ({
    taskId: '11',
    text,
  }))
  const judge = async (given: readonly CodeAnswer[], of = tasks): Promise<unknown> => {
    const judged: number[] = []
    const options = { journal, k: [1], onAnswer: ({ index }: { readonly index: number }) => judged.push(index) }
    const evaluation = await evaluateAnswers(grader(), of, given, options)
    return { judged: judged.sort((one, other) => one - other), ...evaluation }
  }
  const tallies = [{ id: '11', count: 3, right: 1, broken: 0 }]
  expect(await judge(answers)).toMatchObject({ judged: [0, 1, 2], tasks: tallies })
  // As a kill leaves it: two lines are whole, the third is cut
  const lines = readFileSync(journal, 'utf8').split('\n')
  const cut = answers.findIndex(({ text }) => text === textJudgedBy(lines[2]))
  writeFileSync(journal, `${lines.slice(0, 2).join('\n')}\n${lines[2]?.slice(0, 100)}`)
  expect(await judge(answers)).toMatchObject({ judged: [cut], tasks: tallies })
  expect(await judge(answers)).toMatchObject({ judged: [], tasks: tallies })
  // Another answer, or another limit, is judged
  const right = [{ right: 1 }]
  expect(await judge([{ taskId: '11', text: `${pairs.code}\n# again` }])).toMatchObject({ judged: [0], tasks: right })
  const slower = await readTasks(path, { timeMs: 2000 })
  expect(await judge(answers.slice(0, 1), slower)).toMatchObject({ judged: [0], tasks: right })

  function textJudgedBy(line = ''): string {
    const { verdict, result } = JSON.parse(line) as { readonly verdict: string; readonly result: GradeResult }
    const second = result.tests[1]?.verdict
    return answers[verdict === 'AC' ? 0 : second === 'AC' ? 1 : 2]?.text ?? ''
  }
})

test('tasks may be a list on one line', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'tasks-'))
  made.push(folder)
  writeFileSync(join(folder, 'tasks.json'), JSON.stringify([pairs, { ...pairs, task_id: 12 }]))
  expect((await readTasks(join(folder, 'tasks.json'))).map(({ id }) => id)).toEqual(['11', '12'])
})

test('pass@k is the mean over the tasks that were answered', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'tasks-'))
  made.push(folder)
  const path = join(folder, 'tasks.jsonl')
  writeFileSync(path, [helper, pairs, { ...pairs, task_id: 12 }].map((task) => JSON.stringify(task)).join('\n'))
  const tasks = await readTasks(path)
  const answers = [
    { taskId: 'roots', text: helper.canonical_solution },
    { taskId: 'roots', text: wrong },
    { taskId: '11', text: pairs.code },
    { taskId: '11', text: pairs.code },
    { taskId: '11', text: 'def pairs(a, b): return []' },
  ]
  const evaluation = await evaluateAnswers(grader(), tasks, answers, { k: [1, 2, 3] })
  expect(evaluation.tasks).toEqual([
    { id: 'roots', count: 2, right: 1, broken: 0 },
    { id: '11', count: 3, right: 2, broken: 0 },
    { id: '12', count: 0, right: 0, broken: 0 },
  ])
  expect(evaluation.passAtK[1]).toBeCloseTo((1 / 2 + 2 / 3) / 2, 10)
  expect(evaluation.passAtK[2]).toBeCloseTo(1, 10)
  expect(evaluation.passAtK[3]).toBeUndefined()
  expect(evaluation.unanswered).toEqual(['12'])
  await expect(evaluateAnswers(grader(), tasks, [{ taskId: 'x', text: '' }])).rejects.toThrow('there is no task x')
})
