import type { Duplex } from 'node:stream'
import type { Limits, RunResult } from '@mayfly/sandbox'
import type { Job } from '../judge/job.ts'
import { runWithin } from '../judge/workshop.ts'
import { linesOf } from './lines.ts'
import { StudentModule, type Call } from './student.ts'

const lineBytesMax = 64 * 1024 * 1024

/** What a harness may ask for, one JSON text a line. */
type Request =
  | {
      readonly do: 'run'
      readonly arguments: readonly string[]
      readonly stdin: string
      readonly files: Readonly<Record<string, string>>
    }
  | ({ readonly do: 'call' } & Call)

/** Answers a harness until it closes its channel: runs the submission, or calls its functions, each in other containers. */
export async function serveHarness(job: Job, entry: string, channel: Duplex, limits: Partial<Limits>): Promise<void> {
  const student = new StudentModule(job, entry, limits)
  channel.on('error', () => {})
  try {
    for await (const line of linesOf(channel, lineBytesMax)) {
      const request = JSON.parse(line) as Request
      const { do: what, ...asked } = request
      const reply = request.do === 'run' ? await runOnce(job, request, limits) : await student.call(asked as Call)
      channel.write(`${JSON.stringify(what === 'run' || what === 'call' ? reply : { error: 'unknown' })}\n`)
    }
  } finally {
    await student.close()
  }
}

async function runOnce(
  { workshop, program, cost }: Job,
  request: Extract<Request, { do: 'run' }>,
  limits: Partial<Limits>,
): Promise<object> {
  const placed = Object.entries(request.files).map(([path, content]) => [path, Buffer.from(content, 'base64')] as const)
  const start = program.start()
  const command = {
    argv: [...program.argv(limits.memoryBytes ?? 0), ...request.arguments],
    env: program.env,
    ...start,
    files: { ...start.files, ...Object.fromEntries(placed) },
    stdin: Buffer.from(request.stdin, 'base64'),
  }
  const result = await runWithin(workshop, command, limits)
  if ('infrastructure' in result) throw new Error(result.infrastructure)
  if ('cannotStart' in result)
    return { status: 'error', stdout: '', stderr: Buffer.from(result.cannotStart).toString('base64') }
  cost.add(result.usage)
  return { ...endOf(result), stdout: base64(result.stdout.bytes), stderr: base64(result.stderr.bytes) }
}

function endOf(result: RunResult): object {
  if (result.status === 'exited') return { status: 'exited', exitCode: result.exitCode }
  if (result.status === 'signaled') return { status: 'signaled', signal: result.signal }
  return { status: 'limited', limit: result.limit }
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64')
}
