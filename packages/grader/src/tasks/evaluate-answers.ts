import { availableParallelism } from 'node:os'
import { GraderError, invalidOption } from '../errors.ts'
import type { Grader } from '../grader/grader.ts'
import type { GradeResult } from '../judge/result.ts'
import type { ProgramSource } from '../problem/problem.ts'
import { isOurs, type Verdict } from '../verdict/verdict.ts'
import { defines, extractCode } from './extract-code.ts'
import { AnswerJournal } from './answer-journal.ts'
import { passAtK } from './pass-at-k.ts'
import { answerFile } from './python-tests.ts'
import type { CodeAnswer, CodeTask } from './task.ts'

/** What is said of an evaluation. */
export interface EvaluateOptions {
  /** For which `k` pass@k is computed, where every task has as many answers. Default 1, 10 and 100. */
  readonly k?: readonly number[]
  /** Answers that are judged at once. Default: `os.availableParallelism()`. */
  readonly parallel?: number
  readonly signal?: AbortSignal
  /**
   * A file to which every verdict is added as it is given, with its result, one JSON text a line. Answers that it
   * already holds are not judged again, nor told by `onAnswer`: what was judged stays judged, also through a kill.
   */
  readonly journal?: string
  /** Hears of each answer as it is judged, in no order. */
  readonly onAnswer?: (judged: JudgedAnswer) => void
}

/** An answer, and what became of it. */
export interface JudgedAnswer {
  readonly taskId: string
  /** Counted from 0 among the answers to its task. */
  readonly index: number
  readonly result: GradeResult
}

/** What became of all answers. */
export interface Evaluation {
  /** In the order of the tasks. `broken`: not judged by a fault that is not theirs; they count as answers to nothing. */
  readonly tasks: readonly {
    readonly id: string
    readonly count: number
    readonly right: number
    readonly broken: number
  }[]
  /** The mean over all tasks that have answers; of those `k` alone for which every such task has enough. */
  readonly passAtK: Readonly<Record<number, number>>
  /** Tasks without an answer: they are in no mean. */
  readonly unanswered: readonly string[]
}

interface Tally {
  count: number
  right: number
  broken: number
  seen: number
}

/**
 * Judges answers to tasks, and computes pass@k. Answers may come from a stream: no more are held than are judged at
 * once. Rejects with `INVALID_SUBMISSION` for an answer to no task, and with the signal's reason if it is aborted.
 */
export async function evaluateAnswers(
  grader: Grader,
  tasks: readonly CodeTask[],
  answers: Iterable<CodeAnswer> | AsyncIterable<CodeAnswer>,
  options: EvaluateOptions = {},
): Promise<Evaluation> {
  const { k = [1, 10, 100], parallel = availableParallelism() } = options
  for (const each of k) passAtK(each, 0, each)
  if (!Number.isSafeInteger(parallel) || parallel < 1)
    throw invalidOption('parallel', 'be a positive integer', parallel)
  const byId = new Map(tasks.map((task) => [task.id, task]))
  const tallies = new Map<string, Tally>(tasks.map(({ id }) => [id, { count: 0, right: 0, broken: 0, seen: 0 }]))
  const journal = options.journal === undefined ? undefined : await AnswerJournal.open(options.journal)
  const judge = async ({ task, answer, index }: Numbered): Promise<void> => {
    const program = programOf(task, answer)
    const tally = tallyOf(tallies, task.id)
    const key = await journal?.keyOf(task, program)
    const known = key === undefined ? undefined : journal?.known(key)
    if (known !== undefined) return enter(tally, known)
    const result = await grader.grade(task.problem, program, options.signal && { signal: options.signal })
    enter(tally, result.verdict)
    if (key !== undefined) journal?.add(key, task.id, result)
    options.onAnswer?.({ taskId: task.id, index, result })
  }
  try {
    await inParallel(numbered(answers, byId, tallies), parallel, judge)
  } finally {
    await journal?.close()
  }
  return summarise(tasks, tallies, k)
}

function enter(tally: Tally, verdict: Verdict): void {
  if (isOurs(verdict)) tally.broken++
  else tally.count++
  if (verdict === 'AC') tally.right++
}

interface Numbered {
  readonly task: CodeTask
  readonly answer: CodeAnswer
  readonly index: number
}

async function* numbered(
  answers: Iterable<CodeAnswer> | AsyncIterable<CodeAnswer>,
  tasks: ReadonlyMap<string, CodeTask>,
  tallies: ReadonlyMap<string, Tally>,
): AsyncGenerator<Numbered, void> {
  for await (const answer of answers) {
    const task = tasks.get(answer.taskId)
    if (task === undefined) throw new GraderError('INVALID_SUBMISSION', `there is no task ${answer.taskId}`)
    yield { task, answer, index: tallyOf(tallies, task.id).seen++ }
  }
}

function tallyOf(tallies: ReadonlyMap<string, Tally>, id: string): Tally {
  const tally = tallies.get(id)
  if (tally === undefined) throw new Error(`no tally of ${id}`)
  return tally
}

/** Takes from the source only what there is room for; what is under way is waited for, also where one fails. */
async function inParallel<Item>(
  source: AsyncIterator<Item, void>,
  count: number,
  work: (item: Item) => Promise<void>,
): Promise<void> {
  const state = { over: false }
  const worker = async (): Promise<void> => {
    try {
      while (!state.over) {
        const next = await source.next()
        if (next.done === true) return
        await work(next.value)
      }
    } finally {
      state.over = true
    }
  }
  const ended = await Promise.allSettled(Array.from({ length: count }, worker))
  for (const each of ended) if (each.status === 'rejected') throw each.reason
}

/** The program that an answer is: as it stands, what is taken out of Markdown, or what the prompt goes on with. */
function programOf(task: CodeTask, { text, whole = false }: CodeAnswer): ProgramSource {
  return {
    name: answerFile,
    language: 'python3',
    files: { [answerFile]: Buffer.from(whole ? text : codeOf(task, text)) },
  }
}

/** An answer that does not define the function goes on where the prompt ends. */
export function codeOf({ prompt, entryPoint }: CodeTask, text: string): string {
  const code = extractCode(text, entryPoint)
  return entryPoint === undefined || defines(code, entryPoint) ? code : `${prompt}${code}`
}

function summarise(tasks: readonly CodeTask[], tallies: ReadonlyMap<string, Tally>, ks: readonly number[]): Evaluation {
  const counted = tasks.map(({ id }) => {
    const { count, right, broken } = tallyOf(tallies, id)
    return { id, count, right, broken }
  })
  const answered = counted.filter(({ count }) => count > 0)
  const least = Math.min(...answered.map(({ count }) => count))
  const means = ks
    .filter((k) => answered.length > 0 && k <= least)
    .map((k) => [k, answered.reduce((sum, { count, right }) => sum + passAtK(count, right, k), 0) / answered.length])
  return {
    tasks: counted,
    passAtK: Object.fromEntries(means) as Record<number, number>,
    unanswered: counted.filter(({ count, broken }) => count + broken === 0).map(({ id }) => id),
  }
}
