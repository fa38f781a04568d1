import { realpath } from 'node:fs/promises'
import { join, sep } from 'node:path'
import type { YamlMap } from '../yaml-map.ts'

/**
 * The path of what a key names; undefined where the package has no such thing. A link on the way that leads out of the
 * package is an error: whoever grades would read files of the host for whoever wrote the package.
 */
export async function insidePackage(
  root: string,
  name: string,
  map: YamlMap,
  key: string,
): Promise<string | undefined> {
  const path = join(root, name)
  if (!path.startsWith(`${root}${sep}`)) return undefined
  const [target, within] = await Promise.all([realpath(path).catch(() => undefined), realpath(root)])
  if (target === undefined) return undefined
  if (!target.startsWith(`${within}${sep}`)) throw map.error(key, `names ${name}, which leads out of the package`)
  return path
}

/** The same, where it must be there. */
export async function requiredInside(root: string, name: string, map: YamlMap, key: string): Promise<string> {
  const path = await insidePackage(root, name, map, key)
  if (path === undefined) throw map.error(key, `names ${name}, which is not there`)
  return path
}
