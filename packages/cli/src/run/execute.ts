import { open, writeFile, type FileHandle } from 'node:fs/promises'

import { createSandbox, type RunResult, type Sandbox } from '@mayfly/sandbox'

import { say } from '../say.ts'
import { statusOfError, statusOfResult } from './exit-status.ts'
import { attend } from './attend.ts'
import { describeFailure } from './failure-message.ts'
import { Interruption } from './interruption.ts'
import type { RunRequest } from './options.ts'
import { jsonOfError, jsonOfResult } from './result-json.ts'
import { OwnTerminal } from './own-terminal.ts'
import { learntDefinition, resolvePolicy } from './policy-file.ts'
import { readInput } from './standard-input.ts'
import { describeViolations } from './violation-lines.ts'
import { describeVerdict } from './verdict.ts'

/** How this process is to end: with a status, or by the signal that it was asked to end by. */
export type Ending = number | NodeJS.Signals

type Told = { readonly result: RunResult } | { readonly error: unknown }
type Attempt = Told | { readonly interruptedBy: NodeJS.Signals }

/** Runs the command, passes on what it prints, and says how this process is to end. Never throws for what it can say itself. */
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
    return present(attempt, request)
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

async function runOnce(request: RunRequest, signal: AbortSignal): Promise<Told> {
  const { limits, allowMissing, bootTime, image, network, proc } = request
  try {
    const policy = await resolvePolicy(request.policyFiles)
    const made = { network, proc, policy, ...(image === undefined ? {} : { image }) }
    const options = { concurrency: 1, warm: { max: 1 }, limits, allowMissing, bootTime, ...made }
    await using sandbox = await createSandbox(options)
    const result = await runAttended(sandbox, request, signal)
    await learn(result, request.policyFiles)
    return { result }
  } catch (error) {
    return { error }
  } finally {
    process.stdin.destroy()
  }
}

async function runAttended(sandbox: Sandbox, request: RunRequest, signal: AbortSignal): Promise<RunResult> {
  const { argv, env, cwd, mounts, jsonFile } = request
  const command = { ...(argv.length === 0 ? {} : { argv }), mounts, ...(cwd === undefined ? {} : { cwd }) }
  const keeps = jsonFile !== undefined
  if (!OwnTerminal.isThere) {
    const stdin = readInput(process.stdin)
    await using running = await sandbox.spawn({ ...command, env, stdin }, undefined, { signal })
    return await attend(running, undefined, keeps)
  }
  const type = process.env['TERM']
  const onTerminal = { ...command, env: type === undefined ? env : { TERM: type, ...env } }
  await using running = await sandbox.spawn(onTerminal, undefined, { signal, terminal: OwnTerminal.size })
  using terminal = new OwnTerminal()
  return await attend(running, terminal, keeps)
}

/** Written before we say anything, so that who sees the command's end has the file. */
async function learn(result: RunResult, { learnFile }: RunRequest['policyFiles']): Promise<void> {
  if (learnFile !== undefined) await writeFile(learnFile, learntDefinition(result))
}

async function writeJson(file: FileHandle | undefined, attempt: Told): Promise<void> {
  if (file === undefined) return
  const value = 'result' in attempt ? jsonOfResult(attempt.result) : jsonOfError(attempt.error)
  await file.writeFile(`${JSON.stringify(value, null, 2)}\n`)
}

function present(attempt: Told, { allowMissing, policyFiles }: RunRequest): number {
  if ('error' in attempt) {
    say(describeFailure(attempt.error))
    return statusOfError(attempt.error)
  }
  const { result } = attempt
  const without = result.missing.filter((feature) => allowMissing.includes(feature))
  if (without.length > 0) say(`ran without ${without.join(', ')}`)
  // Under --learn nothing was refused: what is told of is what was made.
  if (policyFiles.learnFile === undefined) describeViolations(result).forEach(say)
  if (result.status === 'limited') say(describeVerdict(result.limit, result.evidence))
  return statusOfResult(result)
}
