import { describe, expect, test } from 'vitest'
import { evaluateTask } from './support/evaluate-task.ts'
import { useGrader } from './support/use-grader.ts'

const grader = useGrader({ concurrency: 8 })

test('answers of EvalPlus are near to nothing but itself where the right one is infinite or no number', async () => {
  const limits = {
    task_id: 'HumanEval/1',
    contract: '',
    atol: 0,
    prompt: 'def limit(of):\n    """Where it leads."""\n',
    entry_point: 'limit',
    canonical_solution: '    return float(of)\n',
    base_input: [['inf'], ['-inf']],
    plus_input: [['nan'], ['1e300']],
  }
  const texts = [
    limits.canonical_solution,
    '    return 5.0\n',
    '    return -float(of)\n',
    '    return 10 ** 400\n',
    '    return float("nan")\n',
    '    return float("inf") if of[-3:] == "inf" else float(of)\n',
    '    return 10 ** 300 if of == "1e300" else float(of)\n',
  ]
  // Values that no container but the tests' own needs to write down
  const results = await evaluateTask(grader(), limits, texts, { trust: 'shared', timeMs: 20_000 })
  expect(results.map(({ tests }) => tests.map(({ verdict }) => verdict))).toEqual([
    ['AC', 'AC'],
    ['WA', 'WA'],
    ['WA', 'WA'],
    ['WA', 'WA'],
    ['WA', 'WA'],
    ['WA', 'AC'],
    ['AC', 'AC'],
  ])
  expect(results[3]?.tests[0]?.evidence.reason).not.toContain('Overflow')
})

describe('an answer by which the set-up of a task fails', () => {
  const nodes = {
    task_id: 12,
    text: 'Write a class that has a value.',
    code: 'class Node:\n    def __init__(self, value): self.value = value\n',
    test_list: ['assert root.value == 1'],
    test_setup_code: 'root = Node(1)\nroot.value += 0',
    challenge_test_list: [],
  }

  test.each([
    ['separate', 'def Node(value): return 5', 'WA'],
    ['separate', 'def other(): pass', 'RTE'],
    ['shared', nodes.code, 'AC'],
    ['shared', 'def Node(value): return 5', 'WA'],
    ['shared', 'def other(): pass', 'WA'],
    ['shared', 'import nothing_of_this_name', 'RTE'],
  ] as const)('is wrong, where they are %s: %j', async (trust, text, verdict) => {
    const [result] = await evaluateTask(grader(), nodes, [text], { trust, timeMs: 20_000 })
    expect(result).toMatchObject({ verdict, tests: [{ id: 'assert 1', verdict }] })
  })

  test.each(['separate', 'shared'] as const)(
    'has no part in what fails before it is asked, where they are %s',
    async (trust) => {
      const [result] = await evaluateTask(
        grader(),
        { ...nodes, test_setup_code: 'root = nowhere.root' },
        [nodes.code],
        { trust },
      )
      expect(result).toMatchObject({ verdict: 'JE' })
    },
  )
})
