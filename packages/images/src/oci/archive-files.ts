import { lstatSync, readFileSync, statSync } from 'node:fs'
import { join, posix } from 'node:path'
import { documentBytesMax } from '../bounds.ts'
import { refusal } from '../refusal.ts'
import { readArchive } from '../unpack/archive-entries.ts'
import type { Contents } from '../unpack/contents.ts'
import type { Tally } from '../unpack/tally.ts'

/** The files of an OCI layout or of what `docker save` writes; whatever else an archive has is passed over. */
const wanted =
  /^(?:oci-layout|index\.json|manifest\.json|blobs\/sha256\/[\da-f]{64}|[\da-f]{64}\.(?:json|tar)|[\da-f]{64}\/layer\.tar)$/

/** As many links as one file of an archive may be behind. */
const followedMax = 8

/** Where the files of an archive are, by their names in it. */
export interface ArchiveFiles {
  /** Undefined where there is none. */
  path(name: string): string | undefined
}

/** Those of a directory with the layout, or of a tar archive of it, which are kept in `contents`. */
export async function openArchive(path: string, contents: Contents, tally: Tally): Promise<ArchiveFiles> {
  return statSync(path).isDirectory() ? directoryFiles(path) : archiveFiles(path, contents, tally)
}

function directoryFiles(directory: string): ArchiveFiles {
  return {
    path: (name) => {
      const path = join(directory, name)
      const isThere = wanted.test(name) && lstatSync(path, { throwIfNoEntry: false })?.isFile() === true
      return isThere ? path : undefined
    },
  }
}

/** Older `docker save`s have a layer that two images share once as a file, and then as a link to that. */
async function archiveFiles(archive: string, contents: Contents, tally: Tally): Promise<ArchiveFiles> {
  const files = new Map<string, string>()
  const links = new Map<string, string>()
  await readArchive(archive, tally, async (entry) => {
    const { name: given, type, linkname } = entry.header
    const name = posix.normalize(given)
    if (!wanted.test(name)) return
    if (type === 'file') files.set(name, (await contents.keep(entry)).path)
    if (type === 'symlink') links.set(name, posix.join(posix.dirname(name), linkname ?? ''))
    if (type === 'link') links.set(name, posix.normalize(linkname ?? ''))
  })
  return {
    path: (name) => {
      let at = name
      for (let followed = 0; followed < followedMax && !files.has(at); followed++) at = links.get(at) ?? at
      return files.get(at)
    },
  }
}

/** A document of JSON; `undefined` where the archive has none of that name. */
export function readDocument(files: ArchiveFiles, name: string): unknown {
  const path = files.path(name)
  if (path === undefined) return undefined
  const { size } = statSync(path)
  if (size > documentBytesMax) throw refusal(`have documents of at most ${documentBytesMax} bytes`, size)
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as unknown
  } catch {
    throw refusal('have documents of JSON', name)
  }
}
