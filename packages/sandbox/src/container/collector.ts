import { isUtf8 } from 'node:buffer'
import { SandboxError } from '../errors.ts'
import type { Limits } from '../limits.ts'
import {
  changeOf,
  collectBounds,
  entryTypeOf,
  leftReasonOf,
  type ChangedPath,
  type Changes,
  type CollectBounds,
  type CollectedEntry,
  type CollectPlan,
  type LeftFile,
} from './collect.ts'
import type { Listener } from '../supervisor/supervisor.ts'
import { CollectedReader, type CollectedSink } from './collected-reader.ts'
import type { ResolvedCommand } from './command.ts'
import { HostDirectory } from './host-directory.ts'

/** What came of a collection. */
export interface Collected {
  readonly files: ReadonlyMap<string, Uint8Array>
  readonly collected: readonly CollectedEntry[]
  readonly leftFiles: readonly LeftFile[]
  /** Where that is what was asked for. */
  readonly changes?: Changes
}

/** What a run has that collects nothing. */
export const nothingCollected: Collected = { files: new Map(), collected: [], leftFiles: [] }

/**
 * Takes what init collected, and keeps it in memory or writes it below a directory of the host. What cannot be read or
 * written fails this run alone: whatever still comes is dropped, so that the run can end.
 */
export class Collector {
  readonly #plan: CollectPlan
  readonly #directory: HostDirectory | undefined
  readonly #taken: (bytes: number) => void
  readonly #keeper: Keeper
  readonly #reader: CollectedReader
  /** For a run of which nothing else is awaited. */
  readonly listener: Listener = { taken: () => {}, bytes: (_stream, bytes) => this.push(bytes) }
  #failure: { readonly error: unknown } | undefined
  #work: Promise<void> = Promise.resolve()

  /** Files go to `directory`, or without one to memory. `taken` is told how many bytes were dealt with. */
  constructor(
    plan: CollectPlan,
    directory: HostDirectory | undefined,
    bounds: CollectBounds,
    taken: (bytes: number) => void,
  ) {
    this.#plan = plan
    this.#directory = directory
    this.#taken = taken
    this.#keeper = new Keeper(directory, bounds, plan.namesOnly === true)
    this.#reader = new CollectedReader(this.#keeper)
  }

  /** One for what a run collects, its directory opened; undefined where that is nothing. */
  static async openFor(
    { command: { collect }, limits }: { readonly command: ResolvedCommand; readonly limits: Limits },
    taken: (bytes: number) => void,
  ): Promise<Collector | undefined> {
    return collect === undefined ? undefined : Collector.open(collect, limits, taken)
  }

  /** One for a plan, within these limits. */
  static async open(plan: CollectPlan, limits: Limits, taken: (bytes: number) => void): Promise<Collector> {
    const directory = plan.to === undefined ? undefined : await HostDirectory.open(plan.to, 'command.collectTo')
    return new Collector(plan, directory, collectBounds(limits), taken)
  }

  push(bytes: Buffer): void {
    this.#attempt(() => this.#reader.push(bytes))
    const jobs = this.#keeper.takeJobs()
    if (this.#directory === undefined || jobs.length === 0) this.#taken(bytes.length)
    else this.#work = this.#work.then(async () => this.#do(jobs, bytes.length))
  }

  /** Settles once all of it is where it belongs; rejects where it could not be. */
  async finish(): Promise<Collected> {
    this.#attempt(() => this.#reader.end())
    await this.close()
    if (this.#failure !== undefined) throw this.#failure.error
    const { entries, leftFiles, contents } = this.#keeper
    const collected = { files: inOrder(contents, this.#plan), collected: entries, leftFiles }
    return this.#plan.changes ? { ...collected, changes: this.#keeper.changes() } : collected
  }

  /** Lets go of the directory, whatever became of the run. */
  async close(): Promise<void> {
    await this.#work
    await this.#directory?.close().catch((error: unknown) => this.#fail(error))
  }

  async #do(jobs: readonly Job[], bytes: number): Promise<void> {
    for (const job of jobs) {
      if (this.#failure === undefined) await job().catch((error: unknown) => this.#fail(error))
    }
    this.#taken(bytes)
  }

  #attempt(read: () => void): void {
    if (this.#failure !== undefined) return
    try {
      read()
    } catch (cause) {
      const message = 'what the container told of its files cannot be read'
      this.#fail(new SandboxError('CONTAINER_FAILED', message, { cause }))
    }
  }

  #fail(error: unknown): void {
    this.#failure ??= { error }
  }
}

type Job = () => Promise<void>

/** Keeps what is told within the bounds, which whoever broke into an init may pass; what is to be done for it with the directory waits to be taken. */
class Keeper implements CollectedSink {
  readonly entries: CollectedEntry[] = []
  readonly leftFiles: LeftFile[] = []
  readonly contents = new Map<string, Uint8Array>()
  readonly #directory: HostDirectory | undefined
  readonly #changes: Readonly<Record<keyof Changes, ChangedPath[]>> = { added: [], changed: [], deleted: [] }
  readonly #namesOnly: boolean
  #bytesLeft: number
  #entriesLeft: number
  #changesLeft: number
  #jobs: Job[] = []
  /** Of the file that comes, where it is kept in memory. */
  #content: Buffer | undefined
  /** Whether the file that comes has a name to be kept by. */
  #isKept = false

  constructor(directory: HostDirectory | undefined, { entryCountMax, bytesMax }: CollectBounds, namesOnly: boolean) {
    this.#directory = directory
    this.#namesOnly = namesOnly
    this.#bytesLeft = bytesMax
    // One more says that there are too many.
    this.#entriesLeft = entryCountMax + 1
    this.#changesLeft = entryCountMax
  }

  takeJobs(): readonly Job[] {
    const jobs = this.#jobs
    this.#jobs = []
    return jobs
  }

  directory(name: Buffer, mode: number): void {
    const path = this.#keep(name, 'directory', 0, mode)
    if (path !== undefined) this.#later(async (directory) => directory.makeDirectory(path, mode))
  }

  file(name: Buffer, mode: number, bytes: number): void {
    const inMemory = this.#directory === undefined && !this.#namesOnly
    if (inMemory) this.#spend(bytes)
    const path = this.#keep(name, 'file', bytes, mode)
    this.#isKept = path !== undefined
    this.#content = undefined
    if (path === undefined) return
    if (inMemory) {
      this.#content = Buffer.alloc(bytes)
      this.contents.set(path, this.#content)
    }
    this.#later(async (directory) => directory.beginFile(path))
    if (bytes > 0) this.#later(async (directory) => directory.setLength(bytes))
    this.#later(async (directory) => directory.setMode(mode))
  }

  data(offset: number, bytes: Buffer): void {
    if (this.#directory !== undefined) this.#spend(bytes.length)
    this.#content?.set(bytes, offset)
    if (this.#isKept) this.#later(async (directory) => directory.write(offset, bytes))
  }

  fileEnd(): void {
    if (this.#isKept) this.#later(async (directory) => directory.endFile())
  }

  left(name: Buffer, reason: number): void {
    this.#count()
    this.leftFiles.push({ path: name.toString(), reason: leftReasonOf(reason) })
  }

  change(name: Buffer, number: number, entry: number): void {
    const change = changeOf(number)
    const type = entryTypeOf(entry)
    if (change === undefined || type === undefined) throw new RangeError(`a change ${number} of a ${entry}`)
    if (this.#changesLeft === 0) throw new RangeError('more changes than were asked for')
    this.#changesLeft--
    this.#changes[change].push({ path: pathOf(name) ?? name.toString(), type })
  }

  /** What changed, in order. */
  changes(): Changes {
    const byPath = (one: ChangedPath, other: ChangedPath): number => (one.path < other.path ? -1 : 1)
    for (const list of Object.values(this.#changes)) list.sort(byPath)
    return this.#changes
  }

  /** Its path, or undefined where its name is no text and it is left for that. */
  #keep(name: Buffer, type: CollectedEntry['type'], bytes: number, mode: number): string | undefined {
    this.#count()
    const path = pathOf(name)
    if (path === undefined) this.leftFiles.push({ path: name.toString(), reason: 'name' })
    else this.entries.push({ path, type, bytes, mode })
    return path
  }

  #later(job: (directory: HostDirectory) => Promise<void>): void {
    const directory = this.#directory
    if (directory !== undefined) this.#jobs.push(async () => job(directory))
  }

  #count(): void {
    if (this.#entriesLeft === 0) throw new RangeError('more entries than were asked for')
    this.#entriesLeft--
  }

  #spend(bytes: number): void {
    if (bytes > this.#bytesLeft) throw new RangeError('more bytes than were asked for')
    this.#bytesLeft -= bytes
  }
}

/** As text, if it is some. */
function pathOf(name: Buffer): string | undefined {
  if (!isUtf8(name)) return undefined
  const path = name.toString()
  if (!isPlain(path)) throw new RangeError(`the path ${JSON.stringify(path)}`)
  return path
}

/** A path below the working directory, spelt as init spells them. */
function isPlain(path: string): boolean {
  return (
    !path.includes('\0') && path.split('/').every((segment) => segment !== '' && segment !== '.' && segment !== '..')
  )
}

/** Those that were named, as they were named and in that order; then the others, by their paths. */
function inOrder(
  contents: ReadonlyMap<string, Uint8Array>,
  { patterns }: CollectPlan,
): ReadonlyMap<string, Uint8Array> {
  const files = new Map<string, Uint8Array>()
  const named = new Set<string>()
  for (const { kind, text, asked } of patterns) {
    const content = kind === 'path' ? contents.get(text) : undefined
    if (content === undefined) continue
    named.add(text)
    files.set(asked, content)
  }
  const others = [...contents].filter(([path]) => !named.has(path))
  others.sort(([one], [other]) => (one < other ? -1 : 1))
  for (const [path, content] of others) files.set(path, content)
  return files
}
