import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { extractCode, passAtK, readAnswers, readTasks } from '@mayfly/grader'
import { afterEach, describe, expect, test } from 'vitest'
import { codeOf } from '../../src/tasks/evaluate-answers.ts'
import { defines } from '../../src/tasks/extract-code.ts'

const made: string[] = []
afterEach(() => {
  for (const path of made.splice(0)) rmSync(path, { recursive: true })
})

function file(...lines: readonly (object | string)[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'tasks-'))
  made.push(folder)
  const path = join(folder, 'tasks.jsonl')
  writeFileSync(path, lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n'))
  return path
}

const code = 'def add(a, b):\n    return a + b\n'

describe('code in an answer', () => {
  test.each([
    ['no fence at all', code, code],
    ['a fence', `Sure:\n\n\`\`\`python\n${code}\`\`\`\nDone.`, code],
    ['a fence without a language', `\`\`\`\n${code}\`\`\``, code],
    ['a fence that is cut off', `\`\`\`py\n${code}`, code],
    ['Windows line ends', `\`\`\`python\r\n${code.replaceAll('\n', '\r\n')}\`\`\`\r\n`, code],
    ['tildes, and backticks inside', `~~~ python\n${code}x = '\`\`\`'\n~~~`, `${code}x = '\`\`\`'\n`],
    ['a longer fence', `\`\`\`\`python\n\`\`\`\n${code}\`\`\`\`\n`, `\`\`\`\n${code}`],
    ['a list’s indent', `1. here:\n   \`\`\`python\n   def add(a, b):\n       return a + b\n   \`\`\``, code],
    ['braces around the language', `\`\`\`{.python .numberLines}\n${code}\`\`\``, code],
    ['an example of another language', `\`\`\`python\n${code}\`\`\`\n\`\`\`console\n$ python add.py\n\`\`\``, code],
    ['a usage after it', `\`\`\`python\n${code}\`\`\`\n\`\`\`python\nprint(add(1, 2))\n\`\`\``, code],
    [
      'a second thought',
      `\`\`\`python\ndef add(a, b):\n    return a - b\n\`\`\`\nNo:\n\`\`\`python\n${code}\`\`\``,
      code,
    ],
    ['only another language', '```js\nconst add = 1\n```', ''],
  ])('with %s', (_, answer, expected) => {
    expect(extractCode(answer, 'add')).toBe(expected)
  })

  test('in pieces, where nothing is looked for, is taken together', () => {
    expect(extractCode(`\`\`\`python\nimport math\n\`\`\`\n\`\`\`python\n${code}\`\`\``)).toBe(`import math\n\n${code}`)
  })

  test.each([
    ['def add(a):', true],
    ['async  def add(a):', true],
    ['class add:', true],
    ['add = lambda a: a', true],
    ['add: Callable = f', true],
    ['    def add(self):', false],
    ['def adder(a):', false],
    ['add == 1', false],
    ['return add(1)', false],
  ])('%s defines add: %s', (text, expected) => {
    expect(defines(text, 'add')).toBe(expected)
  })
})

test('an answer may hold what some take for the end of a line', async () => {
  const texts: string[] = []
  for await (const { text } of readAnswers(file({ task_id: 'a', solution: `# \u2028\u2029\n${code}` })))
    texts.push(text)
  expect(texts).toEqual([`# \u2028\u2029\n${code}`])
})

describe('pass@k', () => {
  test.each([
    [1, 0, 1, 0],
    [1, 1, 1, 1],
    [10, 3, 1, 0.3],
    [10, 3, 10, 1],
    // 1 - C(7, 2) / C(10, 2) = 1 - 21 / 45
    [10, 3, 2, 8 / 15],
    // 1 - C(195, 100) / C(200, 100): none of the five is among the first hundred
    [200, 5, 100, 1 - (100 * 99 * 98 * 97 * 96) / (200 * 199 * 198 * 197 * 196)],
  ])('of %i answers, %i of them right, for k = %i', (count, right, k, expected) => {
    expect(passAtK(count, right, k)).toBeCloseTo(expected, 6)
  })

  test('of more than there are, or of none, is refused', () => {
    expect(() => passAtK(3, 1, 4)).toThrow('`k` must be no more than the 3 answers to a task, got 4')
    expect(() => passAtK(3, 1, 0)).toThrow('`k` must be a positive integer, got 0')
  })
})

const humanEval = {
  task_id: 'Own/1',
  prompt: 'def add(a, b):\n    """Adds."""\n',
  entry_point: 'add',
  canonical_solution: '    return a + b\n',
  test: 'def check(candidate):\n    assert candidate(1, 2) == 3\n',
}
const mbpp = { task_id: 7, text: 'Write add.', code, test_list: ['assert add(1, 2) == 3'], test_setup_code: '' }

describe('tasks', () => {
  test('of both kinds are read', async () => {
    const tasks = await readTasks(file(humanEval, '', mbpp))
    expect(tasks.map(({ id, entryPoint, canonical }) => [id, entryPoint, canonical])).toEqual([
      ['Own/1', 'add', `${humanEval.prompt}${humanEval.canonical_solution}`],
      ['7', undefined, code],
    ])
  })

  test('an answer that goes on with the prompt is put behind it, one that does not stands alone', async () => {
    const [task] = await readTasks(file(humanEval))
    if (task === undefined) throw new Error('no task')
    expect(codeOf(task, '    return a + b\n')).toBe(task.canonical)
    expect(codeOf(task, `Here:\n\`\`\`python\n${code}\`\`\``)).toBe(code)
  })

  test.each<[string, readonly (object | string)[], string]>([
    ['what is no JSON', ['{'], ':1: is no JSON'],
    ['what is no object', [humanEval, '[]'], ':2: is no JSON object'],
    ['an unknown key', [{ ...humanEval, hint: '' }], ':1: unknown key `hint`; known: task_id, '],
    ['a key that is missing', [{ ...humanEval, test: undefined }], ':1: `test` is required'],
    ['a key of another type', [{ ...humanEval, prompt: 1 }], ':1: `prompt` must be a text'],
    ['an id that was there', [humanEval, mbpp, humanEval], ':3: `task_id` Own/1 was there before'],
    ['input that is no list of lists', [{ ...humanEval, base_input: [1] }], ':1: `base_input` must be a list of lists'],
    ['a tolerance that is none', [{ ...humanEval, base_input: [], atol: '0' }], ':1: `atol` must be a number'],
    ['a list without a test', [{ ...mbpp, test_list: [] }], ':1: `test_list` must hold a test'],
    ['no task at all', [''], ': holds no task'],
  ])('%s is an error with its line', async (_, lines, message) => {
    const path = file(...lines)
    await expect(readTasks(path)).rejects.toThrow(`${path}${message}`)
  })

  test('options are checked', async () => {
    await expect(readTasks(file(mbpp), { timeMs: 0 })).rejects.toThrow('`timeMs` must be a positive number, got 0')
    await expect(readTasks(file(mbpp), { memoryBytes: 0.5 })).rejects.toThrow(
      '`memoryBytes` must be a positive integer',
    )
    await expect(readTasks(file(mbpp), { trust: 'all' as 'shared' })).rejects.toThrow(
      "`trust` must be 'separate' or 'shared'",
    )
  })

  test('answers are read one by one', async () => {
    const path = file({ task_id: 7, completion: code }, { task_id: '7', solution: code }, { task_id: 7 })
    const read = readAnswers(path)
    expect((await read.next()).value).toEqual({ taskId: '7', text: code, whole: false })
    expect((await read.next()).value).toEqual({ taskId: '7', text: code, whole: true })
    await expect(read.next()).rejects.toThrow(`${path}:3: must have one of \`completion\` and \`solution\``)
  })
})
