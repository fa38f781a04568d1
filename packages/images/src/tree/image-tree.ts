import { depthMax, pathBytesMax } from '../bounds.ts'
import { refusal } from '../refusal.ts'
import { pathParts } from './names.ts'
import type { DirectoryNode, FileNode, ImageNode } from './nodes.ts'

/** As many as the kernel follows (path_resolution(7)). */
const followedMax = 40

/** Names of a path, those of links that it leads through included: looking it up takes no longer than that. */
const stepsMax = 4096

const whiteout = '.wh.'
const opaqueWhiteout = '.wh..wh..opq'

/**
 * An image's files as its layers come to them, in memory: no path of an archive is ever a path of the host's. Links that
 * lead through parents of a path are followed here, below the image's own root, as they would be in a container.
 */
export class ImageTree {
  readonly root: DirectoryNode
  readonly #countMax: number
  #layer = 0
  #count = 0

  constructor(countMax: number) {
    this.#countMax = countMax
    this.root = { kind: 'directory', children: new Map(), depth: 0, pathBytes: 0, layer: 0 }
  }

  /** What comes from here on is of the next layer, and lies over all before. */
  startLayer(): void {
    this.#layer += 1
  }

  get layer(): number {
    return this.#layer
  }

  /** A directory, with what is there already. */
  addDirectory(path: string): void {
    const parts = pathParts(path)
    const directory = this.#enter(parts.slice(0, -1), path)
    const name = parts.at(-1)
    if (name === undefined) return
    const found = directory.children.get(name)
    if (found?.kind === 'directory') found.layer = this.#layer
    else this.#makeDirectory(directory, name, path)
  }

  addFile(path: string, file: Omit<FileNode, 'kind' | 'layer'>): void {
    this.#put(path, { kind: 'file', ...file, layer: this.#layer })
  }

  addLink(path: string, target: string): void {
    if (/[\0\u{FFFD}]/u.test(target) || target === '') throw refusal('have links to names that are UTF-8', target)
    if (Buffer.byteLength(target) > pathBytesMax)
      throw refusal(`have links of at most ${pathBytesMax} bytes`, Buffer.byteLength(target))
    this.#put(path, { kind: 'symlink', target, layer: this.#layer })
  }

  /** Another name of a file or a link that is there already. */
  addHardLink(path: string, target: string): void {
    const parts = pathParts(target)
    const found = this.#enter(parts.slice(0, -1), target, false).children.get(parts.at(-1) ?? '')
    if (found === undefined || found.kind === 'directory')
      throw refusal('have hard links to files only that it has', `${path} to ${target}`)
    this.#put(path, { ...found, layer: this.#layer })
  }

  /** Whether a path hides what is below this layer (image-spec/layer.md), which is then done. */
  hide(path: string): boolean {
    const parts = pathParts(path)
    const name = parts.at(-1) ?? ''
    if (!name.startsWith(whiteout)) return false
    const directory = this.#find(parts.slice(0, -1), path)
    if (directory?.kind !== 'directory') return true
    if (name === opaqueWhiteout) this.#prune(directory)
    else this.#hideChild(directory, name.slice(whiteout.length))
    return true
  }

  /** What stands at a path, links in it and at its end followed; undefined where nothing does. */
  find(path: string): ImageNode | undefined {
    return this.#find(pathParts(path), path)
  }

  #put(path: string, node: ImageNode): void {
    const parts = pathParts(path)
    const name = parts.at(-1)
    if (name === undefined) throw refusal('have a directory as its root', path)
    const directory = this.#enter(parts.slice(0, -1), path)
    this.#check(directory, name, path)
    directory.children.set(name, node)
  }

  #makeDirectory(parent: DirectoryNode, name: string, path: string): DirectoryNode {
    this.#check(parent, name, path)
    const [depth, pathBytes] = [parent.depth + 1, parent.pathBytes + 1 + Buffer.byteLength(name)]
    if (depth > depthMax) throw refusal(`have at most ${depthMax} directories below each other`, path)
    const made: DirectoryNode = { kind: 'directory', children: new Map(), depth, pathBytes, layer: this.#layer }
    parent.children.set(name, made)
    return made
  }

  #check(parent: DirectoryNode, name: string, path: string): void {
    // Said once more where every name passes: what is written below a directory is below it.
    if (name === '' || name === '.' || name === '..' || name.includes('/'))
      throw refusal('have names that are some', path)
    this.#count += 1
    if (this.#count > this.#countMax) throw refusal(`have at most ${this.#countMax} files`, path)
    if (parent.pathBytes + 1 + Buffer.byteLength(name) > pathBytesMax)
      throw refusal(`have paths of at most ${pathBytesMax} bytes`, path)
  }

  /** The directory of these parts, made where it is missing. */
  #enter(parts: readonly string[], path: string, makes = true): DirectoryNode {
    const entered = this.#walk(parts, path, makes)
    if (entered?.kind !== 'directory') throw refusal('have directories above its files', path)
    return entered
  }

  #find(parts: readonly string[], path: string): ImageNode | undefined {
    return this.#walk(parts, path, false)
  }

  /** As path_resolution(7) has it, with the image's root as the root: `..` of it is itself. */
  #walk(parts: readonly string[], path: string, makes: boolean): ImageNode | undefined {
    const above: DirectoryNode[] = []
    const left = reversed(parts)
    let at: ImageNode = this.root
    let [followed, steps] = [0, 0]
    for (let part = left.pop(); part !== undefined; part = left.pop()) {
      steps += 1
      if (steps > stepsMax) throw refusal(`lead through at most ${stepsMax} names`, path)
      if (at.kind !== 'directory') return undefined
      if (part === '' || part === '.') continue
      if (part === '..') {
        at = above.pop() ?? this.root
        continue
      }
      const found: ImageNode | undefined =
        at.children.get(part) ?? (makes ? this.#makeDirectory(at, part, path) : undefined)
      if (found?.kind === 'symlink') {
        followed += 1
        if (followed > followedMax) throw refusal(`lead through at most ${followedMax} links`, path)
        left.push(...reversed(found.target.split('/')))
        if (found.target.startsWith('/')) {
          above.length = 0
          at = this.root
        }
        continue
      }
      if (found === undefined) return undefined
      above.push(at)
      at = found
    }
    return at
  }

  #hideChild(directory: DirectoryNode, name: string): void {
    const child = directory.children.get(name)
    if (child === undefined) return
    if (child.kind === 'directory' && this.#prune(child)) return
    if (child.layer < this.#layer) directory.children.delete(name)
  }

  /** Leaves of a directory what is of this layer; whether that, or the directory itself, is anything. */
  #prune(directory: DirectoryNode): boolean {
    if (directory.prunedLayer !== this.#layer)
      for (const name of [...directory.children.keys()]) this.#hideChild(directory, name)
    directory.prunedLayer = this.#layer
    return directory.layer === this.#layer || directory.children.size > 0
  }
}

/** What is taken from the end then comes in order. */
function reversed(parts: readonly string[]): string[] {
  return parts.map((_, index) => parts[parts.length - 1 - index] ?? '')
}
