import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  type CodeAnswer,
  type CodeTaskOptions,
  evaluateAnswers,
  type Grader,
  type GradeResult,
  readTasks,
} from '@mayfly/grader'

/** Judges answers to one task, which is read from a file as anybody's is. */
export async function evaluateTask(
  grader: Grader,
  task: object,
  texts: readonly string[],
  options: CodeTaskOptions = {},
): Promise<readonly GradeResult[]> {
  const folder = await mkdtemp(join(tmpdir(), 'tasks-'))
  try {
    await writeFile(join(folder, 'tasks.jsonl'), JSON.stringify(task))
    const tasks = await readTasks(join(folder, 'tasks.jsonl'), options)
    const results: GradeResult[] = []
    const answers = texts.map((text): CodeAnswer => ({ taskId: tasks[0]?.id ?? '', text }))
    await evaluateAnswers(grader, tasks, answers, { onAnswer: ({ index, result }) => (results[index] = result) })
    return results
  } finally {
    await rm(folder, { recursive: true })
  }
}
