import { createHash } from 'node:crypto'
import { JournalFile } from '../grader/journal-file.ts'
import { digestOfProblem, digestOfProgram } from '../grader/digest.ts'
import type { GradeResult } from '../judge/result.ts'
import type { ProgramSource } from '../problem/problem.ts'
import { isOurs, verdicts, type Verdict } from '../verdict/verdict.ts'
import type { CodeTask } from './task.ts'

/** Verdicts on answers, in a file that outlives the one who wrote it; with each stands the whole result. */
export class AnswerJournal {
  readonly #file: JournalFile
  readonly #known: ReadonlyMap<string, Verdict>
  readonly #tasks = new Map<CodeTask, Promise<string>>()

  private constructor(file: JournalFile, known: ReadonlyMap<string, Verdict>) {
    this.#file = file
    this.#known = known
  }

  static async open(path: string): Promise<AnswerJournal> {
    const known = new Map<string, Verdict>()
    const file = await JournalFile.open(path, ({ answer, verdict }) => {
      // A failure of ours is worth another try.
      if (typeof answer === 'string' && isVerdict(verdict) && !isOurs(verdict)) known.set(answer, verdict)
    })
    return new AnswerJournal(file, known)
  }

  /** A name for an answer to a task: the same answer to the same tests has the same. */
  async keyOf(task: CodeTask, program: ProgramSource): Promise<string> {
    const ofTask = this.#tasks.get(task) ?? digestOfProblem(task.problem)
    this.#tasks.set(task, ofTask)
    return createHash('sha256')
      .update(JSON.stringify([await ofTask, digestOfProgram(program)]))
      .digest('hex')
  }

  known(key: string): Verdict | undefined {
    return this.#known.get(key)
  }

  add(key: string, taskId: string, result: GradeResult): void {
    this.#file.add({ answer: key, taskId, verdict: result.verdict, result })
  }

  async close(): Promise<void> {
    await this.#file.close()
  }
}

function isVerdict(value: unknown): value is Verdict {
  return typeof value === 'string' && Object.hasOwn(verdicts, value)
}
