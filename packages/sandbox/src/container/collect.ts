import { requireList } from '../checks.ts'
import { invalidOption } from '../errors.ts'
import type { Limits } from '../limits.ts'
import { changeKind, entryKind, leftReason } from '../supervisor/protocol-files.ts'
import { pathInside } from './paths.ts'

/** What to collect: a path that is named, or a pattern of paths. */
export interface CollectPattern {
  /** As the caller wrote it. */
  readonly asked: string
  readonly kind: 'path' | 'glob'
  /** In its plain spelling; a path without the backslashes that it was written with. */
  readonly text: string
}

/** Where what is collected goes: into memory, or below a directory of the host. */
export interface CollectPlan {
  /** None where it is what changed. */
  readonly patterns: readonly CollectPattern[]
  readonly changes: boolean
  /** All of it, as one packed tree. */
  readonly packed?: true
  readonly to: string | undefined
  /** Whether nothing is wanted but what is there. */
  readonly namesOnly?: boolean
}

/** A file or a directory that was collected. */
export interface CollectedEntry {
  /** Relative to the working directory. */
  readonly path: string
  readonly type: 'file' | 'directory'
  /** The length of a file; 0 of a directory. */
  readonly bytes: number
  /** Permissions, such as 0o644. */
  readonly mode: number
}

/** Why something that was to be collected was left where it was. */
export type LeftReason = (typeof leftReasons)[number]

/** Something that was to be collected, and was not. */
export interface LeftFile {
  /** Relative to the working directory; what is not UTF-8 is replaced. */
  readonly path: string
  readonly reason: LeftReason
}

/** What stands at a path. */
export type EntryType = 'file' | 'directory' | 'link' | 'fifo' | 'socket' | 'device'

/** A path that is not as it was. */
export interface ChangedPath {
  /** Relative to the working directory; what is not UTF-8 is replaced. */
  readonly path: string
  /** What is there now; of what was deleted, what was there. */
  readonly type: EntryType
}

/** What a command changed in its working directory: each list sorted by its paths. */
export interface Changes {
  readonly added: readonly ChangedPath[]
  /** Content, mode, where a link points, or what it is. */
  readonly changed: readonly ChangedPath[]
  /** Each of them, also below a directory that is among them. */
  readonly deleted: readonly ChangedPath[]
}

const leftReasons = [
  'missing',
  'link',
  'fifo',
  'socket',
  'device',
  'tooDeep',
  'tooMany',
  'tooLarge',
  'unreadable',
  'name',
] as const

const reasonsByNumber: ReadonlyMap<number, LeftReason> = new Map<number, LeftReason>([
  [leftReason.MISSING, 'missing'],
  [leftReason.LINK, 'link'],
  [leftReason.FIFO, 'fifo'],
  [leftReason.SOCKET, 'socket'],
  [leftReason.DEVICE, 'device'],
  [leftReason.TOO_DEEP, 'tooDeep'],
  [leftReason.TOO_MANY, 'tooMany'],
  [leftReason.TOO_LARGE, 'tooLarge'],
  [leftReason.UNREADABLE, 'unreadable'],
])

/** The reason of a struct collected. */
export function leftReasonOf(number: number): LeftReason {
  return reasonsByNumber.get(number) ?? 'unreadable'
}

const changesByNumber: ReadonlyMap<number, keyof Changes> = new Map<number, keyof Changes>([
  [changeKind.ADDED, 'added'],
  [changeKind.CHANGED, 'changed'],
  [changeKind.DELETED, 'deleted'],
])

/** The list that a struct collected belongs to. */
export function changeOf(number: number): keyof Changes | undefined {
  return changesByNumber.get(number)
}

const typesByNumber: ReadonlyMap<number, EntryType> = new Map<number, EntryType>([
  [entryKind.FILE, 'file'],
  [entryKind.DIRECTORY, 'directory'],
  [entryKind.LINK, 'link'],
  [entryKind.FIFO, 'fifo'],
  [entryKind.SOCKET, 'socket'],
  [entryKind.DEVICE, 'device'],
])

/** What a struct collected says that a path is. */
export function entryTypeOf(number: number): EntryType | undefined {
  return typesByNumber.get(number)
}

/** Checks `command.collect` and `command.collectTo`; undefined where there is nothing to collect. */
export function resolveCollect(
  collect: readonly string[] | 'changes' | undefined,
  to: string | undefined,
): CollectPlan | undefined {
  if (to !== undefined && (typeof to !== 'string' || to === '' || to.includes('\0')))
    throw invalidOption('command.collectTo', 'be the path of a directory', to)
  if (to !== undefined && collect === undefined)
    throw invalidOption('command.collect', 'say what goes to `command.collectTo`', collect)
  if (collect === undefined) return undefined
  if (collect === 'changes') return { patterns: [], changes: true, to }
  if (typeof collect === 'string')
    throw invalidOption('command.collect', "be a list of paths and patterns, or 'changes'", collect)
  const patterns = requireList(collect, 'command.collect').map((asked, index) =>
    resolvePattern(asked, `command.collect[${index}]`),
  )
  return patterns.length === 0 ? undefined : { patterns, changes: false, to }
}

function resolvePattern(asked: string, option: string): CollectPattern {
  const text = pathInside(asked, option)
  if (/(?:^|[^\\])(?:\\\\)*\\(?:\/|$)/.test(text))
    throw invalidOption(option, 'have a character of a name behind each backslash', asked)
  const isGlob = /[*?]/.test(text.replaceAll(/\\./gs, ''))
  return { asked, kind: isGlob ? 'glob' : 'path', text: isGlob ? text : text.replaceAll(/\\(.)/gs, '$1') }
}

/** How many entries are told at most, whatever the limits of the run: each takes memory here. */
const entryCountMax = 100_000

/** What a collection may bring. */
export interface CollectBounds {
  readonly entryCountMax: number
  readonly bytesMax: number
}

/** Those of a run with these limits. */
export function collectBounds({ diskBytes }: Limits): CollectBounds {
  return { entryCountMax, bytesMax: diskBytes }
}

/** The patterns as init has them: each once, and no path below another. */
export function distinctPatterns(patterns: readonly CollectPattern[]): readonly CollectPattern[] {
  const named = new Set(patterns.filter(({ kind }) => kind === 'path').map(({ text }) => text))
  const seen = new Set<string>()
  return patterns.filter(({ kind, text }) => {
    const isNew = !seen.has(`${kind}:${text}`)
    seen.add(`${kind}:${text}`)
    return isNew && (kind === 'glob' || !ancestors(text).some((ancestor) => named.has(ancestor)))
  })
}

function ancestors(path: string): readonly string[] {
  const segments = path.split('/')
  return segments.slice(1).map((_, index) => segments.slice(0, index + 1).join('/'))
}
