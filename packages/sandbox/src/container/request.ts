import { invalidOption } from '../errors.ts'
import type { Limits } from '../limits.ts'
import { newFrame } from '../supervisor/frames.ts'
import { viewOf, writeUint32, writeUint64 } from '../supervisor/integers.ts'
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
  if (collectBytes > collectBytesMax) {
    throw invalidOption('command.collect', `take at most ${collectBytesMax} bytes`, collectBytes)
  }
  const out = new Filler(newFrame(frameType.RUN, 0, runRequestLayout.size + execBytes + collectBytes + stdin.length))
  writeHead(out, request, execBytes, collectBytes)
  writeExec(out, request, strings, stringsBytes)
  if (collectBytes > 0) writeCollect(out, paths, request.limits)
  out.bytes(stdin)
  return out.frame
}

/** A frame that is filled from the front: structs by their offsets from `at`, then `at` goes past them. */
class Filler {
  readonly frame: Buffer
  readonly view: DataView
  at: number = frameHeader.size

  constructor(frame: Buffer) {
    this.frame = frame
    this.view = viewOf(frame)
  }

  uint32(value: number, offset: number): void {
    writeUint32(this.view, value, this.at + offset)
  }

  uint64(value: number, offset: number): void {
    writeUint64(this.view, value, this.at + offset)
  }

  bytes(bytes: Uint8Array): void {
    this.frame.set(bytes, this.at)
    this.at += bytes.length
  }

  /** NUL-terminated. */
  strings(strings: readonly string[]): void {
    for (const string of strings) {
      this.at += this.frame.write(string, this.at)
      this.view.setUint8(this.at++, 0)
    }
  }
}

function bytesOf(strings: readonly string[]): number {
  let bytes = 0
  for (const string of strings) bytes += Buffer.byteLength(string) + 1
  return bytes
}

function writeHead(out: Filler, request: RunRequest, execBytes: number, collectBytes: number): void {
  const { limits, stdin, stdinFollows, files } = request
  const flags = (stdinFollows ? runFlag.STDIN_FOLLOWS : 0) | (files.length > 0 ? runFlag.HAS_FILES : 0)
  writeLimits(out.view, limits, out.at + runRequestLayout.limits)
  out.uint32(execBytes, runRequestLayout.exec_bytes)
  out.uint32(collectBytes, runRequestLayout.collect_bytes)
  out.uint32(stdin.length, runRequestLayout.stdin_bytes)
  out.uint32(flags, runRequestLayout.flags)
  out.at += runRequestLayout.size
}

function writeExec(out: Filler, request: RunRequest, strings: readonly string[], stringsBytes: number): void {
  const { command, files, resourceLimits } = request
  out.uint32(resourceLimits.length, execRequestLayout.rlimit_count)
  out.uint32(command.argv.length, execRequestLayout.argc)
  out.uint32(command.environment.length, execRequestLayout.envc)
  out.uint32(stringsBytes, execRequestLayout.strings_bytes)
  out.uint32(files.length, execRequestLayout.file_count)
  out.uint32(0, execRequestLayout.reserved)
  out.at += execRequestLayout.size
  for (const { resource, value } of resourceLimits) {
    out.uint64(resource, execRlimitLayout.resource)
    out.uint64(value, execRlimitLayout.value)
    out.at += execRlimitLayout.size
  }
  out.strings(strings)
  for (const file of files) writeFile(out, file)
}

function writeFile(out: Filler, { path, mode, content }: PlacedFile): void {
  const pathBytes = out.frame.write(path, out.at + execFileLayout.size)
  out.uint32(mode, execFileLayout.mode)
  out.uint32(pathBytes, execFileLayout.path_bytes)
  out.uint64(content.length, execFileLayout.content_bytes)
  out.at += execFileLayout.size + pathBytes
  out.bytes(content)
}

function writeCollect(out: Filler, paths: readonly string[], limits: Limits): void {
  out.uint32(paths.length, collectRequestLayout.path_count)
  out.uint32(bytesOf(paths), collectRequestLayout.strings_bytes)
  out.uint64(Math.min(limits.diskBytes, collectedBytesMax), collectRequestLayout.total_bytes_max)
  out.at += collectRequestLayout.size
  out.strings(paths)
}
