import type { Writable } from 'node:stream'

import { MiB, type Output, type RunningCommand, type RunResult } from '@mayfly/sandbox'

import { writeBytes } from '../write-bytes.ts'
import type { OwnTerminal } from './own-terminal.ts'

/** So much of each stream goes into `--json`; as much as a result of the library's `run` carries. */
const keptBytesMax = 64 * MiB

/**
 * Passes on what a command writes, as it comes, until it is over; with a terminal also what is typed. `keeps`: the
 * result then has what was passed on.
 */
export async function attend(
  running: RunningCommand,
  terminal: OwnTerminal | undefined,
  keeps: boolean,
): Promise<RunResult> {
  if (terminal !== undefined) joinTerminal(running, terminal)
  const [stdout, stderr, result] = await Promise.all([
    passOn(running.stdout, process.stdout, keeps),
    passOn(running.stderr, process.stderr, keeps),
    running.result,
  ])
  if (!keeps) return result
  return { ...result, stdout: keptOf(stdout, result.stdout), stderr: keptOf(stderr, result.stderr) }
}

function joinTerminal(running: RunningCommand, terminal: OwnTerminal): void {
  process.stdin.pipe(running.stdin)
  // Ended by the command's end, which is no failure of the pipe's.
  running.stdin.on('error', () => {})
  terminal.onResize((size) => running.resize(size))
}

async function passOn(source: AsyncIterable<Uint8Array>, to: Writable, keeps: boolean): Promise<Buffer> {
  const kept: Uint8Array[] = []
  let keptBytes = 0
  for await (const chunk of source) {
    await writeBytes(to, chunk)
    if (!keeps || keptBytes === keptBytesMax) continue
    const part = chunk.subarray(0, keptBytesMax - keptBytes)
    kept.push(part)
    keptBytes += part.length
  }
  return Buffer.concat(kept)
}

function keptOf(bytes: Buffer, { totalBytes }: Output): Output {
  return { bytes, totalBytes, truncated: bytes.length < totalBytes, toString: () => bytes.toString() }
}
