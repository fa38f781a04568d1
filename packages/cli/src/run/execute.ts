import { open, type FileHandle } from 'node:fs/promises'

import { createSandbox, type RunResult } from '@mayfly/sandbox'

import { say } from '../say.ts'
import { statusOfError, statusOfResult } from './exit-status.ts'
import { describeFailure } from './failure-message.ts'
import { Interruption } from './interruption.ts'
import type { RunRequest } from './options.ts'
import { jsonOfError, jsonOfResult } from './result-json.ts'
import { readInput } from './standard-input.ts'
import { describeVerdict } from './verdict.ts'
import { writeBytes } from '../write-bytes.ts'

/** How this process is to end: with a status, or by the signal that it was asked to end by. */
export type Ending = number | NodeJS.Signals

type Told = { readonly result: RunResult } | { readonly error: unknown }
type Attempt = Told | { readonly interruptedBy: NodeJS.Signals }

/** Runs the command, passes on what it printed, and says how this process is to end. Never throws for what it can say itself. */
export async function execute(request: RunRequest): Promise<Ending> {
  // Opened first, so that a wrong path is told before anything runs.
  const json = request.jsonFile === undefined ? undefined : await open(request.jsonFile, 'w')
  try {
    const attempt = await attemptRun(request)
    if ('interruptedBy' in attempt) {
      await writeJson(json, { error: new Error(`interrupted by ${attempt.interruptedBy}`) })
      return attempt.interruptedBy
    }
    await writeJson(json, attempt)
    return await present(attempt, request.allowMissing)
  } finally {
    await json?.close()
  }
}

/** The run alone. Signals are ours only this long: while output is written, they end the process as usual. */
async function attemptRun(request: RunRequest): Promise<Attempt> {
  using interruption = new Interruption()
  const told = await runOnce(request, interruption.signal)
  return interruption.received === undefined ? told : { interruptedBy: interruption.received }
}

async function runOnce({ argv, env, cwd, limits, allowMissing }: RunRequest, signal: AbortSignal): Promise<Told> {
  try {
    await using sandbox = await createSandbox({ concurrency: 1, warm: { max: 1 }, limits, allowMissing })
    const command = { argv, env, stdin: standardInput(), ...(cwd === undefined ? {} : { cwd }) }
    return { result: await sandbox.run(command, undefined, { signal }) }
  } catch (error) {
    return { error }
  } finally {
    process.stdin.destroy()
  }
}

function standardInput(): AsyncIterable<Uint8Array> {
  if (!process.stdin.isTTY) return readInput(process.stdin)
  let told = false
  return readInput(process.stdin, () => {
    if (!told) say('output is shown when the command has ended; Ctrl-D ends its input')
    told = true
  })
}

async function writeJson(file: FileHandle | undefined, attempt: Told): Promise<void> {
  if (file === undefined) return
  const value = 'result' in attempt ? jsonOfResult(attempt.result) : jsonOfError(attempt.error)
  await file.writeFile(`${JSON.stringify(value, null, 2)}\n`)
}

async function present(attempt: Told, allowMissing: RunRequest['allowMissing']): Promise<number> {
  if ('error' in attempt) {
    say(describeFailure(attempt.error))
    return statusOfError(attempt.error)
  }
  const { result } = attempt
  await writeBytes(process.stdout, result.stdout.bytes)
  await writeBytes(process.stderr, result.stderr.bytes)
  const without = result.missing.filter((feature) => allowMissing.includes(feature))
  if (without.length > 0) say(`ran without ${without.join(', ')}`)
  if (result.status === 'limited') say(describeVerdict(result.limit, result.evidence))
  return statusOfResult(result)
}
