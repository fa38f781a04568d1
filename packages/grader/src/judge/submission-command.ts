import type { Command, FileSource } from '@mayfly/sandbox'
import type { Test } from '../problem/problem.ts'
import type { Job } from './job.ts'

/** Makes links, by name and target up to an empty word, and becomes the program. */
const withLinks = ['sh', '-ec', 'while [ "$1" ]; do ln -s -- "$2" "$1"; shift 2; done; shift; exec "$@"', 'sh']

/** What a submission's container starts with: its program, and what the test hands out. Answers stay away. */
export async function submissionCommand(
  job: Job,
  test: Test,
  stdin: Uint8Array | undefined,
  memoryBytes: number,
): Promise<Command> {
  const { program, workshop, problem } = job
  const { links = {} } = test
  const start = program.start()
  const files: Record<string, FileSource> = { ...start.files }
  for (const [path, blob] of Object.entries(test.files)) files[path] = await workshop.blobs.read(blob)
  const argv = [...program.argv(memoryBytes), ...test.args]
  const linked = Object.keys(links).length === 0 ? argv : [...withLinks, ...Object.entries(links).flat(), '', ...argv]
  return {
    argv: problem.unbuffered === true ? ['stdbuf', '-o0', ...linked] : linked,
    env: problem.unbuffered === true ? { ...program.env, PYTHONUNBUFFERED: '1' } : program.env,
    ...start,
    files,
    ...(stdin === undefined ? {} : { stdin }),
  }
}
