import type { Problem } from '../problem/problem.ts'

/** A task of a benchmark for models that write code: what they are asked, and how answers are tested. */
export interface CodeTask {
  readonly id: string
  /** The code that an answer goes on with, or words. */
  readonly prompt: string
  /** The function that tests call; undefined where they name it themselves. */
  readonly entryPoint: string | undefined
  /** The author's own answer, a whole program. */
  readonly canonical: string | undefined
  /** Its tests, as a problem that any submission in Python can be judged by. */
  readonly problem: Problem
}

/** A model's answer to a task. */
export interface CodeAnswer {
  readonly taskId: string
  /** As the model gave it: code, its continuation, or Markdown with code in it. */
  readonly text: string
  /** It is a program as it stands: nothing is taken out, and no prompt is put before it. Default false. */
  readonly whole?: boolean
}

/** What the files do not say themselves. */
export interface CodeTaskOptions {
  /** CPU time of one call of an answer's function; of all of it where both share a process. Default 3,000. */
  readonly timeMs?: number
  /** Default 512 MiB. */
  readonly memoryBytes?: number
  /**
   * Where answers are called. `separate`, the default: in a container of their own, by values that can be written down
   * (numbers, texts, lists, tuples, dictionaries, sets, None). `shared`: in the process of the tests, as the authors of
   * these benchmarks do; an answer can then forge its result, and the problem's warnings say so.
   */
  readonly trust?: 'separate' | 'shared'
}
