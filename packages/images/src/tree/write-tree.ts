import { chmodSync, linkSync, lutimesSync, mkdirSync, renameSync, symlinkSync, utimesSync } from 'node:fs'
import { join } from 'node:path'
import { sorted } from './digest.ts'
import type { Content, DirectoryNode, FileNode } from './nodes.ts'

const [directoryMode, programMode, fileMode] = [0o755, 0o755, 0o644]

/**
 * Writes a tree to the directory `path`, which must not be there, and takes its contents from the staging directory.
 * Everything is made new below directories that were just made here: there is no link that a path could lead through.
 * Everybody may read everything, and owners are not kept: a command is nobody in particular to its image.
 */
export function writeTree(root: DirectoryNode, path: string): void {
  const placed = new Map<Content, string>()
  const write = (directory: DirectoryNode, at: string): void => {
    mkdirSync(at)
    chmodSync(at, directoryMode)
    for (const [name, node] of sorted(directory)) {
      const below = join(at, name)
      if (node.kind === 'directory') write(node, below)
      if (node.kind === 'symlink') symlinkSync(node.target, below)
      if (node.kind === 'symlink') lutimesSync(below, 0, 0)
      if (node.kind === 'file') place(node, below, placed)
    }
    utimesSync(at, 0, 0)
  }
  write(root, path)
}

function place({ content, isExecutable, modifiedSeconds }: FileNode, path: string, placed: Map<Content, string>): void {
  const earlier = placed.get(content)
  if (earlier !== undefined) {
    linkSync(earlier, path)
    return
  }
  placed.set(content, path)
  chmodSync(content.path, isExecutable ? programMode : fileMode)
  utimesSync(content.path, modifiedSeconds, modifiedSeconds)
  renameSync(content.path, path)
}
