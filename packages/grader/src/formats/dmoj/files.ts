import type { Blob } from '../../problem/problem.ts'
import { unixLines } from '../../problem/unix-lines.ts'
import type { YamlMap } from '../yaml-map.ts'
import { insidePackage } from './inside-package.ts'

/** Where a problem's files are: beside `init.yml`, or in its archive. */
export interface Files {
  readonly root: string
  readonly archive: ReadonlyMap<string, Uint8Array>
}

/** A file that a key names; undefined where there is none. */
export async function findFile(
  { root, archive }: Files,
  name: string,
  map: YamlMap,
  key: string,
  isText: boolean,
): Promise<Blob | undefined> {
  const path = await insidePackage(root, name, map, key)
  if (path !== undefined) return isText ? { path, newlines: 'unix' } : { path }
  const content = archive.get(name)
  return content && { content: isText ? unixLines(content) : content }
}

/** The same, where it must be there. */
export async function requireFile(
  files: Files,
  name: string,
  map: YamlMap,
  key: string,
  isText: boolean,
): Promise<Blob> {
  const found = await findFile(files, name, map, key, isText)
  if (found === undefined) throw map.error(key, `names ${name}, which is neither in the archive nor beside it`)
  return found
}
