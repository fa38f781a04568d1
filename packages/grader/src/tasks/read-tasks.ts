import { MiB } from '@mayfly/sandbox'
import { defaultLimits, plainProblem } from '../formats/defaults.ts'
import { invalidOption, packageError } from '../errors.ts'
import type { Problem } from '../problem/problem.ts'
import { knownOf } from './evalplus.ts'
import { type JsonLine, jsonLines } from './json-lines.ts'
import { type PythonTests, resultFile, runner, testsFile } from './python-tests.ts'
import type { CodeAnswer, CodeTask, CodeTaskOptions } from './task.ts'

const standardTimeMs = 3000
const standardMemoryBytes = 512 * MiB
const codeBytesMax = MiB
const harnessMemoryBytes = 1024 * MiB
/** Of all calls together, which are limited one by one as well. */
const callsPerTask = 20

const humanEvalKeys = ['task_id', 'prompt', 'entry_point', 'canonical_solution', 'test']
const inputKeys = ['contract', 'assertion', 'base_input', 'plus_input', 'atol']
const mbppKeys = [
  ...['task_id', 'text', 'prompt', 'code', 'source_file', 'test_imports', 'test_list'],
  ...['test_setup_code', 'challenge_test_list', 'test'],
]

/**
 * Reads tasks, one JSON object a line, as HumanEval writes them (`task_id`, `prompt`, `entry_point`,
 * `canonical_solution`, `test`) or MBPP (`task_id`, `text` or `prompt`, `code`, `test_list`, `test_setup_code` or
 * `test_imports`, `challenge_test_list`), and as EvalPlus writes either: `test` beside `test_list`, or `base_input` and
 * `plus_input` in place of `test`, which are judged by `canonical_solution`, with `atol`. Throws `INVALID_PACKAGE` with
 * file and line for an unknown key, one that is missing, and an id that was there before.
 */
export async function readTasks(path: string, options: CodeTaskOptions = {}): Promise<readonly CodeTask[]> {
  checkOptions(options)
  const tasks = new Map<string, CodeTask>()
  for await (const line of jsonLines(path)) {
    const task = line.has('test_list') ? mbppTask(line, path, options) : humanEvalTask(line, path, options)
    if (tasks.has(task.id)) throw line.error(`\`task_id\` ${task.id} was there before`)
    tasks.set(task.id, task)
  }
  if (tasks.size === 0) throw packageError(path, 'holds no task')
  return [...tasks.values()]
}

/** Reads answers, one JSON object a line: `task_id` with `completion`, or with `solution`, which is a whole program. */
export async function* readAnswers(path: string): AsyncGenerator<CodeAnswer, void> {
  for await (const line of jsonLines(path)) {
    line.refuseOthers(['task_id', 'completion', 'solution', '_identifier'])
    const [completion, solution] = [line.text('completion'), line.text('solution')]
    if ((completion === undefined) === (solution === undefined))
      throw line.error('must have one of `completion` and `solution`')
    yield { taskId: line.name('task_id'), text: completion ?? solution ?? '', whole: solution !== undefined }
  }
}

function checkOptions({ timeMs = standardTimeMs, memoryBytes = standardMemoryBytes, trust }: CodeTaskOptions): void {
  if (!(timeMs > 0 && Number.isFinite(timeMs))) throw invalidOption('timeMs', 'be a positive number', timeMs)
  if (!Number.isSafeInteger(memoryBytes) || memoryBytes < 1)
    throw invalidOption('memoryBytes', 'be a positive integer', memoryBytes)
  if (trust !== undefined && trust !== 'separate' && trust !== 'shared')
    throw invalidOption('trust', "be 'separate' or 'shared'", trust)
}

function humanEvalTask(line: JsonLine, path: string, options: CodeTaskOptions): CodeTask {
  line.refuseOthers([...humanEvalKeys, ...inputKeys])
  const [prompt, entryPoint] = ['prompt', 'entry_point'].map((key) => required(line, key))
  const canonical = line.text('canonical_solution')
  const tests: Omit<PythonTests, 'shared'> = {
    // A prompt is the beginning of a program, and ends where an answer goes on
    setUp: prompt?.trim() === '' ? [] : [`${prompt}${canonical ?? '\n    pass\n'}`],
    ...(line.has('base_input') ? testsByInput(line) : { check: required(line, 'test') }),
    statements: [],
    entryPoint,
  }
  return {
    id: line.name('task_id'),
    prompt: prompt ?? '',
    entryPoint,
    canonical: canonical === undefined ? undefined : `${prompt}${canonical}`,
    problem: problemOf(line.name('task_id'), path, tests, options),
  }
}

/** What the author's own solution returns is right. */
function testsByInput(line: JsonLine): Pick<PythonTests, 'inputs' | 'absoluteTolerance'> {
  required(line, 'canonical_solution')
  const names = ['base', 'plus'].filter((name) => line.has(`${name}_input`))
  for (const name of names) line.requireLists(`${name}_input`)
  const keys = Object.fromEntries(names.map((name) => [name, `${name}_input`]))
  const known = knownOf(line.name('task_id'), required(line, 'entry_point'))
  return { inputs: { task: line.raw, keys, ...known }, absoluteTolerance: line.number('atol') ?? 0 }
}

function mbppTask(line: JsonLine, path: string, options: CodeTaskOptions): CodeTask {
  line.refuseOthers(mbppKeys)
  const statements = [...line.texts('test_list'), ...line.texts('challenge_test_list')]
  if (statements.length === 0) throw line.error('`test_list` must hold a test')
  const prompt = line.text('prompt') ?? line.text('text')
  if (prompt === undefined) throw line.error('`text` or `prompt` is required')
  const setUp = [...line.texts('test_imports'), line.text('test_setup_code') ?? '']
  const id = line.name('task_id')
  return {
    id,
    prompt,
    entryPoint: undefined,
    canonical: line.text('code'),
    problem: problemOf(id, path, { setUp, statements, ...scriptOf(line), entryPoint: undefined }, options),
  }
}

function scriptOf(line: JsonLine): Pick<PythonTests, 'script'> {
  const script = line.text('test')
  return script === undefined ? {} : { script }
}

function required(line: JsonLine, key: string): string {
  const text = line.text(key)
  if (text === undefined) throw line.error(`\`${key}\` is required`)
  return text
}

function problemOf(
  id: string,
  path: string,
  tests: Omit<PythonTests, 'shared'>,
  { timeMs = standardTimeMs, memoryBytes = standardMemoryBytes, trust = 'separate' }: CodeTaskOptions,
): Problem {
  const content: PythonTests = { ...tests, shared: trust === 'shared' }
  const files = { 'runner.py': runner, [testsFile]: JSON.stringify(content) }
  return {
    ...plainProblem,
    format: 'code-task',
    name: id,
    path,
    limits: { ...defaultLimits, timeMs, memoryBytes, codeBytes: codeBytesMax },
    languages: ['python3'],
    harness: {
      files: Object.fromEntries(Object.entries(files).map(([name, text]) => [name, Buffer.from(text)])),
      run: ['python3', 'runner.py'],
      resultFile,
      format: 'mayfly',
      trust,
      wallTimeMs: trust === 'shared' ? timeMs : callsPerTask * timeMs,
      memoryBytes: trust === 'shared' ? memoryBytes : harnessMemoryBytes,
    },
    warnings: trust === 'shared' ? ['tests and answer share a process: results can be forged'] : [],
  }
}
