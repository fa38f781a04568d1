import { createReadStream } from 'node:fs'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { extract } from 'tar-stream'
import { SandboxError } from '@mayfly/sandbox'
import { recordCountMax } from '../bounds.ts'
import { refusal } from '../refusal.ts'
import { checkExpansion, decoderOf, Meter } from './decoder.ts'
import type { Entry } from './entry.ts'
import type { Tally } from './tally.ts'

/** The digests of an archive's file, and of what that unpacks to. */
export interface ArchiveDigests {
  readonly packed: string
  readonly plain: string
}

/** Calls `take` for each entry of a tar archive, which may be compressed, one after the other. */
export async function readArchive(
  path: string,
  tally: Tally,
  take: (entry: Entry) => Promise<void>,
): Promise<ArchiveDigests> {
  const packed = new Meter()
  const plain = new Meter((bytes) => {
    tally.addBytes(bytes)
    checkExpansion(packed.bytes, plain.bytes)
  })
  const decoder = await decoderOf(path)
  const extractor = extract()
  const stages = [createReadStream(path), packed, ...decoder, plain, extractor as unknown as NodeJS.WritableStream]
  const flow = pipeline(stages as unknown as [Readable, NodeJS.WritableStream])
  const reading = (async () => {
    for await (const entry of extractor as unknown as AsyncIterable<Entry>) {
      tally.addEntry()
      checkRecords(entry.header)
      await take(entry)
      entry.resume()
    }
  })()
  // Either one ends the other; what the reading fails with is the reason.
  const [read, flowed] = await Promise.allSettled([reading, flow])
  for (const result of [read, flowed]) if (result.status === 'rejected') throw toldOf(result.reason)
  return { packed: packed.digest(), plain: plain.digest() }
}

/** Records for all entries that are too many cost more with each entry: the first one is refused. */
function checkRecords({ name, pax }: Entry['header']): void {
  if (Object.keys(pax ?? {}).length > recordCountMax)
    throw refusal(`have at most ${recordCountMax} attributes and other records of a file`, name)
}

/** What zlib, tar-stream and streams throw is the archive's fault; what the disk does is not. */
function toldOf(reason: unknown): unknown {
  if (reason instanceof SandboxError) return reason
  const { code, message, syscall } = reason as NodeJS.ErrnoException
  if (syscall !== undefined && code !== undefined) return reason
  return refusal('be an archive that can be unpacked', message, reason)
}
