import { invalidOption } from '../errors.ts'
import type { Limits } from '../limits.ts'
import { newFrame } from '../supervisor/frames.ts'
import { remembered, viewOf, writeUint32, writeUint64 } from '../supervisor/integers.ts'
import { encodedLimits } from '../supervisor/limits-layout.ts'
import {
  collectBytesMax,
  execFileLayout,
  execFlag,
  execRequestLayout,
  execRlimitLayout,
  frameHeader,
  frameType,
  runFlag,
  runRequestLayout,
  terminalSizeLayout,
} from '../supervisor/protocol.ts'
import { blobPlaceLayout } from '../supervisor/protocol-store.ts'
import { relayRequestLayout } from '../supervisor/protocol-relay.ts'
import { collectFlag, collectKind, collectRequestLayout } from '../supervisor/protocol-files.ts'
import { MiB } from '../units.ts'
import { collectBounds, distinctPatterns, type CollectBounds } from './collect.ts'
import type { ResolvedCommand } from './command.ts'
import type { PlacedFile } from './files.ts'
import type { ResourceLimit } from './rlimits.ts'

/** What a run hands over at once, ... */
const requestBytesMax = 64 * MiB

/** ... and what of it may be content of files: what is larger follows. */
export const fileBytesMax = MiB

const pathSign = String.fromCodePoint(collectKind.PATH)
const globSign = String.fromCodePoint(collectKind.GLOB)

/** A run, with everything that it takes. */
export interface RunRequest {
  readonly command: ResolvedCommand
  readonly files: readonly PlacedFile[]
  /** Whether others follow. */
  readonly filesFollow: boolean
  readonly limits: Limits
  readonly resourceLimits: readonly ResourceLimit[]
  /** The first bytes of standard input. */
  readonly stdin: Uint8Array
  readonly stdinFollows: boolean
  /** The number of the blob whose file is its standard input; 0: there is none. */
  readonly inputBlob?: number
  /** Where it is spawned: what else joins it to its caller. */
  readonly attachment?: Attachment
  /** The layer that the working directory stands on; 0: none. */
  readonly layer: number
  readonly freeze: boolean
  /** Nothing is executed: a packed tree comes by standard input. */
  readonly unpacks?: boolean
  /** Where it is one of a pair: which one of which. */
  readonly pair?: PairPlace
  /** Where it runs in a container that is kept open. */
  readonly inside?: Inside | undefined
  /** Whether it is itself such a container. */
  readonly keptOpen?: boolean
}

/** Where in a container that is kept open a run stands. */
export interface Inside {
  /** The number of the run that the container is of. */
  readonly host: number
  /** What all in there may use together. */
  readonly limits: Limits
  /** Its files are placed, in place of those that are there, or collected, and no command is executed. */
  readonly filesOnly?: boolean
}

/** Where a run stands in a pair of runs that are connected. */
export interface PairPlace {
  /** The same for the three of them. */
  readonly number: number
  /** One of `pairPart`. */
  readonly part: number
  /** Of the one that carries what the two others write. */
  readonly relay?: { readonly bytesMax: readonly [left: number, right: number]; readonly transcriptBytes: number }
}

/** What joins a command that is spawned to its caller, beside its output as it comes. */
export interface Attachment {
  readonly terminal: { readonly columns: number; readonly rows: number } | undefined
  readonly channelCount: number
}

/** Writes FRAME_RUN, its run number left open, into one buffer. */
export function encodeRequest(request: RunRequest): Buffer {
  const { command, files, stdin } = request
  const strings = terminated([...command.argv, ...command.environment, command.workingDirectory])
  const stringsBytes = Buffer.byteLength(strings)
  const execBytes =
    execRequestLayout.size +
    request.resourceLimits.length * execRlimitLayout.size +
    stringsBytes +
    (request.pair?.relay === undefined ? 0 : relayRequestLayout.size) +
    files.reduce((sum, file) => sum + execFileLayout.size + Buffer.byteLength(file.path) + file.content.length, 0)
  if (execBytes > requestBytesMax) throw invalidOption('command', `take at most ${requestBytesMax} bytes`, execBytes)
  const patterns = distinctPatterns(command.collect?.patterns ?? [])
  const texts = terminated(patterns.map(({ kind, text }) => `${kind === 'path' ? pathSign : globSign}${text}`))
  const collectBytes = command.collect === undefined ? 0 : collectRequestLayout.size + Buffer.byteLength(texts)
  if (collectBytes > collectBytesMax) {
    throw invalidOption('command.collect', `take at most ${collectBytesMax} bytes`, collectBytes)
  }
  const blobBytes = files.reduce((sum, { path, blob }) => sum + (blob === undefined ? 0 : blobPlaceBytes(path)), 0)
  const sections = execBytes + collectBytes + blobBytes
  const out = new Filler(newFrame(frameType.RUN, 0, runRequestLayout.size + sections + stdin.length))
  writeHead(out, request, { execBytes, collectBytes, blobBytes })
  writeExec(out, request, strings, stringsBytes)
  if (collectBytes > 0) writeCollect(out, patterns.length, texts, request)
  if (blobBytes > 0) writeBlobs(out, files)
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

  text(text: string): void {
    this.at += this.frame.write(text, this.at)
  }
}

/** It is as large as it is: what takes it says how fast it comes. */
const packedBounds: CollectBounds = { entryCountMax: 0, bytesMax: 2 ** 50 }

/** Each with its NUL; in one, since every call of Buffer costs more than the bytes. */
function terminated(strings: readonly string[]): string {
  return strings.length === 0 ? '' : `${strings.join('\0')}\0`
}

function flagsOf({
  command,
  stdinFollows,
  files,
  filesFollow,
  attachment,
  freeze,
  keptOpen = false,
}: RunRequest): number {
  return (
    (command.collect?.changes === true ? runFlag.CHANGES : 0) |
    (stdinFollows ? runFlag.STDIN_FOLLOWS : 0) |
    (files.length > 0 || filesFollow ? runFlag.HAS_FILES : 0) |
    (filesFollow ? runFlag.FILES_FOLLOW : 0) |
    (attachment === undefined ? 0 : runFlag.STREAMS) |
    (attachment?.terminal === undefined ? 0 : runFlag.TERMINAL) |
    (freeze ? runFlag.FREEZE : 0) |
    (keptOpen ? runFlag.KEPT_OPEN : 0)
  )
}

interface SectionSizes {
  readonly execBytes: number
  readonly collectBytes: number
  readonly blobBytes: number
}

function writeHead(out: Filler, request: RunRequest, { execBytes, collectBytes, blobBytes }: SectionSizes): void {
  const { limits, stdin, attachment, layer } = request
  out.frame.set(encodedLimits(limits), out.at + runRequestLayout.limits)
  out.uint32(execBytes, runRequestLayout.exec_bytes)
  out.uint32(collectBytes, runRequestLayout.collect_bytes)
  out.uint32(stdin.length, runRequestLayout.stdin_bytes)
  out.uint32(flagsOf(request), runRequestLayout.flags)
  out.uint32(attachment?.channelCount ?? 0, runRequestLayout.channel_count)
  out.uint32(layer, runRequestLayout.layer)
  out.uint32(attachment?.terminal?.columns ?? 0, runRequestLayout.terminal + terminalSizeLayout.columns)
  out.uint32(attachment?.terminal?.rows ?? 0, runRequestLayout.terminal + terminalSizeLayout.rows)
  out.uint32(request.pair?.number ?? 0, runRequestLayout.pair)
  out.uint32(request.pair?.part ?? 0, runRequestLayout.part)
  out.uint32(blobBytes, runRequestLayout.blob_bytes)
  out.uint32(request.inside?.host ?? 0, runRequestLayout.host)
  out.uint32(request.inputBlob ?? 0, runRequestLayout.input_blob)
  out.uint32(0, runRequestLayout.reserved)
  out.at += runRequestLayout.size
}

function writeExec(out: Filler, request: RunRequest, strings: string, stringsBytes: number): void {
  const { command, files, resourceLimits, attachment, pair } = request
  out.uint32(resourceLimits.length, execRequestLayout.rlimit_count)
  out.uint32(command.argv.length, execRequestLayout.argc)
  out.uint32(command.environment.length, execRequestLayout.envc)
  out.uint32(stringsBytes, execRequestLayout.strings_bytes)
  out.uint32(files.length, execRequestLayout.file_count)
  out.uint32(execFlags(request), execRequestLayout.flags)
  out.uint32(attachment?.channelCount ?? pipeCount(pair), execRequestLayout.channel_count)
  out.uint32(0, execRequestLayout.reserved)
  out.at += execRequestLayout.size
  out.bytes(encodedResourceLimits(resourceLimits))
  out.text(strings)
  if (pair?.relay !== undefined) writeRelay(out, pair.relay)
  for (const file of files) writeFile(out, file)
}

function execFlags({ command, filesFollow, inputBlob = 0, attachment, pair, unpacks, inside }: RunRequest): number {
  if (unpacks === true) return execFlag.UNPACK
  if (inside?.filesOnly === true) return execFlag.NOTHING | execFlag.REPLACE | (filesFollow ? execFlag.FILES_FOLLOW : 0)
  const input = inputBlob === 0 ? 0 : execFlag.INPUT
  const isAlone = attachment === undefined && pair === undefined && command.collect?.changes !== true && input === 0
  const waits = (isAlone ? 0 : execFlag.WAITS) | (filesFollow ? execFlag.FILES_FOLLOW : 0) | input
  const terminal = attachment?.terminal === undefined ? 0 : execFlag.TERMINAL
  if (pair === undefined) return waits | terminal
  return waits | terminal | (pair.relay === undefined ? execFlag.PIPES : execFlag.RELAY)
}

/** Descriptors that come with the word to go on: a command has two pipes, a relay two to each. */
function pipeCount(pair: PairPlace | undefined): number {
  if (pair === undefined) return 0
  return pair.relay === undefined ? 2 : 4
}

function writeRelay(out: Filler, { bytesMax, transcriptBytes }: NonNullable<PairPlace['relay']>): void {
  for (const [index, bytes] of bytesMax.entries()) out.uint64(bytes, relayRequestLayout.bytes_max + 8 * index)
  out.uint64(transcriptBytes, relayRequestLayout.transcript_bytes)
  out.at += relayRequestLayout.size
}

const encodedResourceLimits = remembered((limits: readonly ResourceLimit[]): Buffer => {
  const bytes = Buffer.alloc(limits.length * execRlimitLayout.size)
  const view = viewOf(bytes)
  for (const [index, { resource, value }] of limits.entries()) {
    writeUint64(view, resource, index * execRlimitLayout.size + execRlimitLayout.resource)
    writeUint64(view, value, index * execRlimitLayout.size + execRlimitLayout.value)
  }
  return bytes
})

function writeFile(out: Filler, { path, mode, content }: PlacedFile): void {
  const pathBytes = out.frame.write(path, out.at + execFileLayout.size)
  out.uint32(mode, execFileLayout.mode)
  out.uint32(pathBytes, execFileLayout.path_bytes)
  out.uint64(content.length, execFileLayout.content_bytes)
  out.at += execFileLayout.size + pathBytes
  out.bytes(content)
}

function blobPlaceBytes(path: string): number {
  return blobPlaceLayout.size + Buffer.byteLength(path)
}

function writeBlobs(out: Filler, files: readonly PlacedFile[]): void {
  for (const [index, { path, blob }] of files.entries()) {
    if (blob === undefined) continue
    out.uint32(blob, blobPlaceLayout.blob)
    out.uint32(Buffer.byteLength(path), blobPlaceLayout.path_bytes)
    out.uint32(index, blobPlaceLayout.file)
    out.uint32(0, blobPlaceLayout.reserved)
    out.at += blobPlaceLayout.size
    out.text(path)
  }
}

function writeCollect(out: Filler, count: number, texts: string, { command, limits }: RunRequest): void {
  const { entryCountMax, bytesMax } = command.collect?.packed === true ? packedBounds : collectBounds(limits)
  out.uint32(count, collectRequestLayout.pattern_count)
  out.uint32(Buffer.byteLength(texts), collectRequestLayout.strings_bytes)
  out.uint64(bytesMax, collectRequestLayout.data_bytes_max)
  out.uint32(entryCountMax, collectRequestLayout.entry_count_max)
  const whole = command.collect?.to === undefined ? collectFlag.WHOLE : 0
  const changes = command.collect?.changes === true ? collectFlag.CHANGES : 0
  const packed = command.collect?.packed === true ? collectFlag.PACKED : 0
  const names = command.collect?.namesOnly === true ? collectFlag.NAMES : 0
  out.uint32(whole | changes | packed | names, collectRequestLayout.flags)
  out.at += collectRequestLayout.size
  out.text(texts)
}
