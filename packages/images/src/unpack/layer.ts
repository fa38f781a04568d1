import { refusal } from '../refusal.ts'
import type { ImageTree } from '../tree/image-tree.ts'
import { readArchive, type ArchiveDigests } from './archive-entries.ts'
import type { Contents } from './contents.ts'
import type { Entry } from './entry.ts'
import type { Tally } from './tally.ts'

/** What is left out of layers. */
export type IsUnwanted = (path: string) => boolean

/** Lays a layer, a tar archive, over a tree. */
export async function unpackLayer(
  path: string,
  tree: ImageTree,
  contents: Contents,
  tally: Tally,
  isUnwanted: IsUnwanted = () => false,
): Promise<ArchiveDigests> {
  tree.startLayer()
  return readArchive(path, tally, async (entry) => {
    const { header } = entry
    countAttributes(header, tally)
    if (isUnwanted(header.name) || tree.hide(header.name)) return
    await add(entry, tree, contents, tally)
  })
}

async function add(entry: Entry, tree: ImageTree, contents: Contents, tally: Tally): Promise<void> {
  const { name, linkname, type, mode, mtime } = entry.header
  switch (type) {
    case 'directory':
      tree.addDirectory(name)
      return
    case 'symlink':
      tree.addLink(name, linkname ?? '')
      return
    case 'link':
      tree.addHardLink(name, linkname ?? '')
      return
    case 'file':
    case 'contiguous-file':
      refuseSparse(entry.header)
      tree.addFile(name, {
        content: await contents.keep(entry),
        isExecutable: (mode & 0o111) !== 0,
        modifiedSeconds: secondsOf(mtime),
      })
      return
    case 'character-device':
    case 'block-device':
    case 'fifo':
      tally.leftOut.specialFileCount += 1
      return
    case null:
    default:
      throw refusal('have entries of known kinds', name)
  }
}

/** Its content would be a map of holes, and then what lies between them. */
function refuseSparse({ name, pax }: Entry['header']): void {
  if (Object.keys(pax ?? {}).some((key) => key.startsWith('GNU.sparse.'))) throw refusal('have no sparse files', name)
}

/** None is kept: capabilities would give no rights, and what overlays go by is nothing for an archive to say. */
function countAttributes({ pax }: Entry['header'], tally: Tally): void {
  const attributes = Object.keys(pax ?? {}).filter((key) =>
    /^(?:SCHILY\.(?:xattr|acl)\.|LIBARCHIVE\.xattr\.|RHT\.)/.test(key),
  )
  tally.leftOut.attributeCount += attributes.length
}

/** From 1970 to 2106. */
function secondsOf(time: Date | undefined): number {
  const seconds = Math.floor((time?.getTime() ?? 0) / 1000)
  return Number.isFinite(seconds) ? Math.min(Math.max(seconds, 0), 0xffff_ffff) : 0
}
