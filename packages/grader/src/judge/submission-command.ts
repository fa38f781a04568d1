import type { Command, FileSource } from '@mayfly/sandbox'
import type { Test } from '../problem/problem.ts'
import type { Job } from './job.ts'

/** What a submission's container starts with: its program, and what the test hands out. Answers stay away. */
export async function submissionCommand(
  job: Job,
  test: Test,
  stdin: Uint8Array | undefined,
  memoryBytes: number,
): Promise<Command> {
  const { program, workshop } = job
  const start = program.start()
  const files: Record<string, FileSource> = { ...start.files }
  for (const [path, blob] of Object.entries(test.files)) files[path] = await workshop.blobs.read(blob)
  return {
    argv: [...program.argv(memoryBytes), ...test.args],
    env: program.env,
    ...start,
    files,
    ...(stdin === undefined ? {} : { stdin }),
  }
}
