import { Readable } from 'node:stream'
import { pack, type Header } from 'tar-stream'

/** An entry of a tar archive. */
export interface Told {
  readonly name: string
  readonly content?: string
  readonly type?: Header['type']
  readonly linkname?: string
  readonly mode?: number
  readonly pax?: Readonly<Record<string, string>>
}

/** An archive of these entries. */
export function archiveOf(entries: readonly Told[]): Readable {
  const archive = pack()
  for (const { content = '', ...header } of entries) archive.entry({ mode: 0o644, ...header }, content)
  archive.finalize()
  return Readable.from(archive as AsyncIterable<Uint8Array>)
}
