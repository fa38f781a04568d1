import { createHash } from 'node:crypto'
import { mkdir, realpath, rm, writeFile } from 'node:fs/promises'
import { basename, dirname, extname, join, relative, resolve } from 'node:path'
import type { TestProject } from 'vitest/node'
import { isFileInMessage } from '../wire/messages.ts'
import { Refused } from './refused.ts'
import type { VisiblePaths } from './visible-paths.ts'

/** Files that Vitest, Vite or a package manager, which run on the host, take for theirs wherever they are. */
const ofTools = /^(?:\.|vite|package\.json$|tsconfig)/

/** What leaves a container for the host's files, and where it may come to lie. */
export class FilesOut {
  readonly #project: TestProject
  readonly #paths: VisiblePaths
  readonly #testPath: string
  readonly #snapshots: 'none' | 'own' | 'project'
  /** Of the host's, for attachments on their way to where Vitest keeps them. */
  readonly #directory: string
  #attachmentCount = 0

  constructor(
    project: TestProject,
    paths: VisiblePaths,
    file: { readonly path: string; readonly snapshots: 'none' | 'own' | 'project'; readonly directory: string },
  ) {
    this.#project = project
    this.#paths = paths
    this.#testPath = file.path
    this.#snapshots = file.snapshots
    this.#directory = file.directory
  }

  async saveSnapshot(path: unknown, content: unknown): Promise<void> {
    if (typeof content !== 'string') throw new Refused('a snapshot that is no text', content)
    const allowed = await this.#requireSnapshot(path)
    await mkdir(dirname(allowed), { recursive: true })
    await writeFile(await this.#withoutLinks(allowed), content, 'utf8')
  }

  async removeSnapshot(path: unknown): Promise<void> {
    const allowed = await this.#requireSnapshot(path)
    if (allowed === this.#testPath) throw new Refused('removing the test file', path)
    await rm(await this.#withoutLinks(allowed), { force: true })
  }

  /** An attachment, with a path on the host in place of the file that came, or of one that the worker sees. */
  async attachment(attachment: unknown): Promise<unknown> {
    if (typeof attachment !== 'object' || attachment === null) return attachment
    const { path } = attachment as { readonly path?: unknown }
    if (path === undefined || (typeof path === 'string' && /^https?:\/\//.test(path))) return attachment
    if (isFileInMessage(path)) {
      await mkdir(this.#directory, { recursive: true })
      const kept = join(this.#directory, `${(this.#attachmentCount += 1)}${extname(basename(path.name))}`)
      await writeFile(kept, path.mayflyFile)
      return { ...attachment, path: kept }
    }
    const absolute = typeof path === 'string' ? resolve(this.#project.config.root, path) : '/'
    if (!this.#paths.has(absolute)) throw new Refused('an attachment outside of the sandbox', path)
    return attachment
  }

  /**
   * Coverage, of files that the worker sees. Vitest 4 takes it as it is, 5 as the name of a file, which the host writes
   * where Vitest looks for it.
   */
  async coverage(meta: unknown): Promise<unknown> {
    if (typeof meta !== 'object' || meta === null) throw new Refused('coverage', meta)
    const { coverage } = meta as { readonly coverage?: unknown }
    const own = { ...meta, testFiles: [this.#testPath], projectName: this.#project.name || undefined }
    if (!isFileInMessage(coverage)) {
      if (typeof coverage === 'string') throw new Refused('a file of coverage', coverage)
      return { ...own, coverage: this.#visibleCoverage(coverage) }
    }
    const parsed: unknown = JSON.parse(Buffer.from(coverage.mayflyFile).toString('utf8'))
    const directory = this.#coverageDirectory()
    const unique = createHash('sha1')
      .update(`${this.#testPath}\0${this.#project.name}\0${performance.now()}`)
      .digest('hex')
    const path = join(directory, `coverage-${unique}.json`)
    await mkdir(directory, { recursive: true })
    await writeFile(path, JSON.stringify(this.#visibleCoverage(parsed)))
    return { ...own, coverage: path }
  }

  #coverageDirectory(): string {
    const { coverageFilesDirectory } = this.#project.serializedConfig.coverage as { coverageFilesDirectory?: string }
    if (coverageFilesDirectory === undefined) throw new Refused('a file of coverage', 'of a Vitest that takes none')
    return coverageFilesDirectory
  }

  /** Of V8 a list of scripts by URL; of Istanbul an object by path. Reports show their sources. */
  #visibleCoverage(coverage: unknown): unknown {
    if (typeof coverage !== 'object' || coverage === null) return coverage
    const { result } = coverage as { readonly result?: unknown }
    const sees = (id: unknown): boolean => typeof id === 'string' && this.#paths.has(this.#paths.pathOf(id) ?? id)
    if (Array.isArray(result))
      return {
        ...coverage,
        result: result.filter((script: unknown) => sees((script as { url?: unknown } | null)?.url)),
      }
    return Object.fromEntries(
      Object.entries(coverage).filter(([path, of]) => sees(path) && sees((of as { path?: unknown } | null)?.path)),
    )
  }

  async #requireSnapshot(path: unknown): Promise<string> {
    const config = this.#project.config
    if (typeof path !== 'string') throw new Refused('a snapshot', path)
    if (config.snapshotOptions.updateSnapshot === 'none')
      throw new Refused('a snapshot, where none is to be written', path)
    const own = this.#project.vitest.snapshot.resolvePath(this.#testPath, {
      config: this.#project.serializedConfig,
    })
    const plain = resolve(path)
    const beside = join(dirname(this.#testPath), '__snapshots__')
    const isOfAnother = plain.endsWith(extname(own)) && plain !== own
    const isBeside = plain.startsWith(`${beside}/`) && !isOfAnother
    const isOwn = plain === own || plain === this.#testPath || (isBeside && !ofTools.test(basename(plain)))
    const isOfProject =
      this.#snapshots === 'project' &&
      this.#paths.has(plain) &&
      !ofTools.test(basename(plain)) &&
      !plain.split('/').includes('node_modules')
    if (this.#snapshots !== 'none' && (isOwn || isOfProject)) return plain
    throw new Refused(
      "a snapshot elsewhere than next to its test (option: snapshots: 'project')",
      relative(config.root, plain),
    )
  }

  /** A link in the project leads nowhere that a worker may write. */
  async #withoutLinks(path: string): Promise<string> {
    const real = await realpath(path).catch(async () => join(await realpath(dirname(path)), basename(path)))
    if (
      real !== path &&
      real !== join(await realpath(this.#project.config.root), relative(this.#project.config.root, path))
    )
      throw new Refused('a snapshot behind a link', path)
    return path
  }
}
