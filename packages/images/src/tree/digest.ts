import { createHash } from 'node:crypto'
import type { ImageConfig } from '@mayfly/sandbox'
import type { DirectoryNode, ImageNode } from './nodes.ts'

/** An image's digest, and what it comes to. */
export interface TreeSum {
  readonly digest: string
  readonly bytes: number
  readonly entryCount: number
}

/**
 * Over every path with its kind, and a file's mode and content or a link's target, in the order of names, and over the
 * configuration. Times, owners and who is a hard link of whom are not in it.
 */
export function sumTree(root: DirectoryNode, config: ImageConfig): TreeSum {
  const hash = createHash('sha256')
  let [bytes, entryCount] = [0, 0]
  const line = (...words: readonly unknown[]): void => {
    hash.update(`${JSON.stringify(words)}\n`)
  }
  const visit = (directory: DirectoryNode, path: string): void => {
    for (const [name, node] of sorted(directory)) {
      const below = `${path}/${name}`
      entryCount += 1
      if (node.kind === 'symlink') line(below, 'symlink', node.target)
      if (node.kind === 'directory') line(below, 'directory')
      if (node.kind === 'file') {
        line(below, node.isExecutable ? 'program' : 'file', node.content.digest)
        bytes += node.content.bytes
      }
      if (node.kind === 'directory') visit(node, below)
    }
  }
  visit(root, '')
  const { command, env, workingDirectory, user } = config
  const variables = Object.entries(env).sort(([a], [b]) => (a < b ? -1 : 1))
  line(
    'config',
    command,
    variables,
    workingDirectory ?? null,
    user === undefined ? null : [user.id, user.groupId, user.name],
  )
  return { digest: `sha256:${hash.digest('hex')}`, bytes, entryCount }
}

/** By code units, whatever the language of whoever builds. */
export function sorted({ children }: DirectoryNode): readonly (readonly [string, ImageNode])[] {
  return [...children].sort(([a], [b]) => (a < b ? -1 : 1))
}
