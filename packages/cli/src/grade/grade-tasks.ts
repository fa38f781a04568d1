import { writeFile } from 'node:fs/promises'
import type { Evaluation, JudgedAnswer } from '@mayfly/grader'
import { createSandbox } from '@mayfly/sandbox'

import { invalidOption } from '../invalid-option.ts'
import { parseCount } from '../parse/number.ts'
import { parseTime } from '../parse/time.ts'
import { exitStatus } from '../run/exit-status.ts'
import { writeBytes } from '../write-bytes.ts'
import { runsAtOnce } from './concurrency.ts'
import { tableRow } from './table.ts'

/** The options of `mayfly grade` that are heeded for tasks. */
interface TaskWords {
  readonly timeLimit?: string
  readonly k?: string
  readonly trust?: string
  readonly json?: string
  readonly journal?: string
}

const widths = [32, 4]

/** Judges the answers of a model to tasks, both files of JSON texts, one a line. The status is 0 if all are right. */
export async function gradeTasks(tasksPath: string, answersPath: string, words: TaskWords): Promise<number> {
  const k = (words.k ?? '1').split(',').map((each) => parseCount('--k', each))
  const options = {
    trust: parseTrust(words.trust ?? 'separate'),
    ...(words.timeLimit === undefined ? {} : { timeMs: parseTime('--time-limit', words.timeLimit) }),
  }
  const { createGrader, evaluateAnswers, readAnswers, readTasks, visibleLine } = await import('@mayfly/grader')
  const tasks = await readTasks(tasksPath, options)
  await using sandbox = await createSandbox({ concurrency: runsAtOnce })
  await using grader = createGrader({ sandbox })
  const onAnswer = ({ taskId, index, result }: JudgedAnswer): void =>
    print(`${tableRow([`${visibleLine(taskId)} #${index}`, result.verdict, visibleLine(result.reason)], widths)}\n`)
  const journal = words.journal === undefined ? {} : { journal: words.journal }
  const evaluation = await evaluateAnswers(grader, tasks, readAnswers(answersPath), { k, onAnswer, ...journal })
  print(describe(evaluation))
  if (words.json !== undefined) await writeFile(words.json, `${JSON.stringify(evaluation, null, 2)}\n`)
  if (evaluation.tasks.some(({ broken }) => broken > 0)) return exitStatus.failed
  return evaluation.tasks.every(({ count, right }) => count === right) ? 0 : 1
}

function parseTrust(text: string): 'separate' | 'shared' {
  if (text === 'separate' || text === 'shared') return text
  throw invalidOption('--trust', 'must be separate or shared', text)
}

function describe({ tasks, passAtK, unanswered }: Evaluation): string {
  const sum = (key: 'count' | 'right' | 'broken'): number => tasks.reduce((total, task) => total + task[key], 0)
  const means = Object.entries(passAtK).map(([k, mean]) => `pass@${k} ${mean.toFixed(4)}`)
  const broken = sum('broken') === 0 ? [] : [`${sum('broken')} could not be judged`]
  const without = unanswered.length === 0 ? [] : [`${unanswered.length} tasks without an answer`]
  return `${[`${sum('right')} of ${sum('count')} answers are right`, ...means, ...broken, ...without].join(', ')}\n`
}

function print(text: string): void {
  void writeBytes(process.stdout, new TextEncoder().encode(text))
}
