import { realpath } from 'node:fs/promises'
import { join, sep } from 'node:path'
import { packageError } from '../../errors.ts'

/**
 * The path of what a package names. One that leads out of it, by itself or by a link, is an error: whoever grades would
 * read files of the host for whoever wrote the package.
 */
export async function insideOf(root: string, name: string): Promise<string> {
  const path = join(root, name)
  const [target, within] = await Promise.all([realpath(path).catch(() => undefined), realpath(root)])
  if (target === undefined) throw packageError(path, 'is not there')
  if (!target.startsWith(`${within}${sep}`)) throw packageError(path, 'leads out of the package')
  return path
}
