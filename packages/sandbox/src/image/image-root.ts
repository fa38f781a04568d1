import { invalidOption } from '../errors.ts'
import { MiB } from '../units.ts'
import { ownEtcFiles } from './etc.ts'
import { ImageDirectory, type ImageEntry } from './image-directory.ts'
import type { ImageUser } from './image-config.ts'
import { planOwnDirectories } from './host-root.ts'
import { directory, symlink, type RootEntry } from './root-entry.ts'

/** Always ours, and `sys`, which is nowhere. */
const ours: ReadonlySet<string> = new Set(['dev', 'etc', 'proc', 'run', 'sys', 'tmp', 'work'])

/** As many as a container can have inodes of its own for (native/src/image.h), but for /etc. */
const partsMax = 31

/** What is copied: of /etc, and the files at the top. */
const copiedBytesMax = 8 * MiB
const copiedEntryCountMax = 8_000
const depthMax = 16

const gone: ReadonlySet<string> = new Set(['ENOENT', 'ENOTDIR', 'ELOOP', 'EINVAL', 'ENXIO'])

/** What is left of that. */
interface Room {
  bytes: number
  entryCount: number
}

/** A plan, and what becomes of it. */
export interface RootPlan {
  readonly entries: readonly RootEntry[]
  /** Whether containers have files at the top in common, as large ones are mounted: no overlay goes over a file. */
  readonly sharesInodes: boolean
}

/**
 * The plan of an image that has a directory of its own: what stands at its top as it is, mounted, and over it what every
 * container has. /etc is a copy, since some of its files are ours.
 */
export function planImageRoot(root: string, user?: ImageUser): RootPlan {
  using top = ImageDirectory.open(root)
  const planner = new Planner(root)
  const found = top.entries().filter(({ name }) => !ours.has(name))
  const shown = found.flatMap((entry) => planner.top(top, entry))
  const sharesInodes = planner.files.size > 0
  const parts = shown.filter(({ kind, target }) => kind === 'image' && !planner.files.has(target))
  if (parts.length > partsMax)
    throw invalidOption('image', `have at most ${partsMax} directories at its top that are not empty`, parts.length)
  const entries = [
    ...shown,
    ...parts.map(({ target }): RootEntry => ({ kind: 'ownInodes', target })),
    ...planner.etc(top, user),
    ...planOwnDirectories(),
  ]
  return { entries, sharesInodes }
}

class Planner {
  /** Files that are mounted, since they are too large to be copied, or may not be read. */
  readonly files = new Set<string>()
  readonly #root: string
  readonly #room: Room = { bytes: copiedBytesMax, entryCount: copiedEntryCountMax }

  constructor(root: string) {
    this.#root = root
  }

  top(parent: ImageDirectory, entry: ImageEntry): readonly RootEntry[] {
    const { name, kind } = entry
    if (kind !== 'directory') return this.#shown(parent, entry, name, 0)
    if (/[:,\\]/.test(name)) throw invalidOption('image', 'have names without `:`, `,` and `\\` at its top', name)
    return this.#attempted(entry, name, () => {
      using below = parent.directory(name)
      return below.entries().length === 0 ? [directory(name)] : [this.#mounted(name)]
    })
  }

  etc(top: ImageDirectory, user: ImageUser | undefined): readonly RootEntry[] {
    const own = ownEtcFiles(user)
    const names = new Set(own.map(({ target }) => target))
    const entries = top.entries().some(({ name, kind }) => name === 'etc' && kind === 'directory')
    const copied: RootEntry[] = []
    if (entries) {
      using etc = top.directory('etc')
      for (const entry of etc.entries()) {
        const target = `etc/${entry.name}`
        if (!names.has(target)) copied.push(...this.#shown(etc, entry, target, 1))
      }
    }
    return [directory('etc'), ...own, { kind: 'ownInodes', target: 'etc' }, ...copied]
  }

  #shown(parent: ImageDirectory, entry: ImageEntry, target: string, depth: number): readonly RootEntry[] {
    return this.#attempted(entry, target, () => this.#copy(parent, entry, target, depth))
  }

  /** What may not be read is mounted, for those who may; what has gone or has become something else is left out. */
  #attempted(entry: ImageEntry, target: string, plan: () => readonly RootEntry[]): readonly RootEntry[] {
    try {
      return plan()
    } catch (error) {
      const { code = '' } = error as NodeJS.ErrnoException
      if (gone.has(code)) return []
      if (code !== 'EACCES' && code !== 'EPERM') throw error
      if (entry.kind === 'file') this.files.add(target)
      return [this.#mounted(target)]
    }
  }

  /** What there is no room for is mounted as it is. */
  #copy(parent: ImageDirectory, { name, kind }: ImageEntry, target: string, depth: number): readonly RootEntry[] {
    this.#room.entryCount -= 1
    if (kind === 'other') return []
    if (kind === 'symlink') return [symlink(target, parent.link(name))]
    if (kind === 'directory') return this.#copyDirectory(parent, name, target, depth)
    const found = this.#room.entryCount < 0 ? undefined : parent.file(name, this.#room.bytes)
    if (found === undefined) {
      this.files.add(target)
      return [this.#mounted(target)]
    }
    this.#room.bytes -= found.content.length
    return [{ kind: 'file', target, ...found }]
  }

  #copyDirectory(parent: ImageDirectory, name: string, target: string, depth: number): readonly RootEntry[] {
    if (depth === depthMax) return [this.#mounted(target)]
    using below = parent.directory(name)
    const entries = below.entries()
    if (entries.length > this.#room.entryCount) return [this.#mounted(target)]
    return [
      directory(target),
      ...entries.flatMap((entry) => this.#shown(below, entry, `${target}/${entry.name}`, depth + 1)),
    ]
  }

  #mounted(target: string): RootEntry {
    return { kind: 'image', target, image: this.#root, path: target }
  }
}
