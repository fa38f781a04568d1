import { invalidOption } from '../errors.ts'
import type { Limits } from '../limits.ts'
import { newFrame } from '../supervisor/frames.ts'
import { writeUint64 } from '../supervisor/integers.ts'
import { writeLimits } from '../supervisor/limits-layout.ts'
import {
  collectBytesMax,
  collectRequestLayout,
  execFileLayout,
  execRequestLayout,
  execRlimitLayout,
  frameHeader,
  frameType,
  runFlag,
  runRequestLayout,
} from '../supervisor/protocol.ts'
import { MiB } from '../units.ts'
import type { ResolvedCommand } from './command.ts'
import type { PlacedFile } from './files.ts'
import type { ResourceLimit } from './rlimits.ts'

/** What a run hands over at once, files included; larger inputs come in by standard input. */
export const requestBytesMax = 64 * MiB

/** Both streams at their largest, and these, fit one frame. */
const collectedBytesMax = 127 * MiB

/** A run, with everything that it takes. */
export interface RunRequest {
  readonly command: ResolvedCommand
  readonly files: readonly PlacedFile[]
  readonly limits: Limits
  readonly resourceLimits: readonly ResourceLimit[]
  /** The first bytes of standard input. */
  readonly stdin: Uint8Array
  readonly stdinFollows: boolean
}

/** Writes FRAME_RUN, its run number left open, into one buffer. */
export function encodeRequest(request: RunRequest): Buffer {
  const { command, files, stdin } = request
  const strings = [...command.argv, ...command.environment, command.workingDirectory]
  const stringsBytes = bytesOf(strings)
  const execBytes =
    execRequestLayout.size +
    request.resourceLimits.length * execRlimitLayout.size +
    stringsBytes +
    files.reduce((sum, file) => sum + execFileLayout.size + Buffer.byteLength(file.path) + file.content.length, 0)
  if (execBytes > requestBytesMax) throw invalidOption('command', `take at most ${requestBytesMax} bytes`, execBytes)
  const paths = command.collect.map(({ path }) => path)
  const collectBytes = paths.length === 0 ? 0 : collectRequestLayout.size + bytesOf(paths)
  if (collectBytes > collectBytesMax)
    throw invalidOption('command.collect', `take at most ${collectBytesMax} bytes`, collectBytes)
  const bodyBytes = runRequestLayout.size + execBytes + collectBytes + stdin.length
  const frame = newFrame(frameType.RUN, 0, bodyBytes)
  let at = writeRunRequest(frame, frameHeader.size, request, { execBytes, collectBytes })
  at = writeExec(frame, at, request, strings, stringsBytes)
  if (collectBytes > 0) at = writeCollect(frame, at, paths, request.limits)
  frame.set(stdin, at)
  return frame
}

function bytesOf(strings: readonly string[]): number {
  let bytes = 0
  for (const string of strings) bytes += Buffer.byteLength(string) + 1
  return bytes
}

function writeRunRequest(
  frame: Buffer,
  at: number,
  { limits, stdin, stdinFollows, files }: RunRequest,
  { execBytes, collectBytes }: { readonly execBytes: number; readonly collectBytes: number },
): number {
  writeLimits(frame, limits, at + runRequestLayout.limits)
  frame.writeUInt32LE(execBytes, at + runRequestLayout.exec_bytes)
  frame.writeUInt32LE(collectBytes, at + runRequestLayout.collect_bytes)
  frame.writeUInt32LE(stdin.length, at + runRequestLayout.stdin_bytes)
  const flags = (stdinFollows ? runFlag.STDIN_FOLLOWS : 0) | (files.length > 0 ? runFlag.HAS_FILES : 0)
  frame.writeUInt32LE(flags, at + runRequestLayout.flags)
  return at + runRequestLayout.size
}

function writeExec(
  frame: Buffer,
  start: number,
  request: RunRequest,
  strings: readonly string[],
  bytes: number,
): number {
  const { command, files, resourceLimits } = request
  frame.writeUInt32LE(resourceLimits.length, start + execRequestLayout.rlimit_count)
  frame.writeUInt32LE(command.argv.length, start + execRequestLayout.argc)
  frame.writeUInt32LE(command.environment.length, start + execRequestLayout.envc)
  frame.writeUInt32LE(bytes, start + execRequestLayout.strings_bytes)
  frame.writeUInt32LE(files.length, start + execRequestLayout.file_count)
  frame.writeUInt32LE(0, start + execRequestLayout.reserved)
  let at = start + execRequestLayout.size
  for (const { resource, value } of resourceLimits) {
    writeUint64(frame, resource, at + execRlimitLayout.resource)
    writeUint64(frame, value, at + execRlimitLayout.value)
    at += execRlimitLayout.size
  }
  at = writeStrings(frame, at, strings)
  for (const file of files) at = writeFile(frame, at, file)
  return at
}

function writeStrings(frame: Buffer, start: number, strings: readonly string[]): number {
  let at = start
  for (const string of strings) {
    at += frame.write(string, at)
    at = frame.writeUInt8(0, at)
  }
  return at
}

function writeFile(frame: Buffer, at: number, { path, mode, content }: PlacedFile): number {
  const pathAt = at + execFileLayout.size
  const pathBytes = frame.write(path, pathAt)
  frame.writeUInt32LE(mode, at + execFileLayout.mode)
  frame.writeUInt32LE(pathBytes, at + execFileLayout.path_bytes)
  writeUint64(frame, content.length, at + execFileLayout.content_bytes)
  frame.set(content, pathAt + pathBytes)
  return pathAt + pathBytes + content.length
}

function writeCollect(frame: Buffer, at: number, paths: readonly string[], limits: Limits): number {
  frame.writeUInt32LE(paths.length, at + collectRequestLayout.path_count)
  frame.writeUInt32LE(bytesOf(paths), at + collectRequestLayout.strings_bytes)
  writeUint64(frame, Math.min(limits.diskBytes, collectedBytesMax), at + collectRequestLayout.total_bytes_max)
  return writeStrings(frame, at + collectRequestLayout.size, paths)
}
