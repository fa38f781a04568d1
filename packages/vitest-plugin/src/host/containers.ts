import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createSandbox, SandboxError, type Sandbox } from '@mayfly/sandbox'
import type { TestProject } from 'vitest/node'
import { inOurWords } from '../options/limits.ts'
import type { ResolvedPluginOptions } from '../options/options.ts'
import { makePrivateDirectory } from './private-directory.ts'
import { findShown, type Shown } from './shown.ts'

/** Where containers see the compile cache. */
export const compiledTarget = '/opt/mayfly-compiled'

/**
 * What makes the containers of a project: one sandbox, which shows what its workers need. It is opened before anything runs,
 * which also tells whether the host can isolate.
 */
export class Containers {
  /** Of the host's, private: covers of what is hidden, attachments on their way, the compile cache. */
  readonly directory: string
  readonly shown: Shown
  /** In `directory`: what containers see as `compiledTarget`. */
  readonly compiled: string
  readonly #options: ResolvedPluginOptions
  #sandbox: Promise<Sandbox> | undefined
  #closed: Promise<void> | undefined

  /** `distPath` is where Vitest is. Throws `INVALID_OPTION` for what cannot be shown, or hidden. */
  constructor(project: TestProject, distPath: string, options: ResolvedPluginOptions) {
    this.#options = options
    this.directory = makePrivateDirectory()
    try {
      const covers = { directory: join(this.directory, 'empty'), file: join(this.directory, 'nothing') }
      mkdirSync(covers.directory)
      writeFileSync(covers.file, '')
      this.compiled = join(this.directory, 'compiled')
      mkdirSync(this.compiled)
      this.shown = findShown(project, distPath, options, covers)
    } catch (error) {
      this.#removeDirectory()
      throw error
    }
  }

  /**
   * The sandbox, opened with the first call. Rejects with `UNSUPPORTED_HOST` where the host cannot isolate, and with
   * `INVALID_OPTION` for limits that it cannot give.
   */
  async open(): Promise<Sandbox> {
    this.#sandbox ??= this.#open()
    return this.#sandbox
  }

  async #open(): Promise<Sandbox> {
    const { allowMissing, standard } = this.#options
    const { network, proc, limits } = standard
    const mounts = [...this.shown.mounts, { source: this.compiled, target: compiledTarget }]
    try {
      // Vitest itself says how many files run at once; others wait for one, or are just ending.
      const counts = { concurrency: 256, warm: { min: 1, max: 8 } }
      return await createSandbox({ network, proc, limits, allowMissing, mounts, ...counts })
    } catch (error) {
      const said = error instanceof SandboxError ? inOurWords(error.message) : ''
      if (!(error instanceof SandboxError) || said === error.message) throw error
      throw new SandboxError(error.code, said, { cause: error })
    }
  }

  /** Ends what runs in it. May be called twice, and at once. */
  async close(): Promise<void> {
    this.#closed ??= this.#close()
    return this.#closed
  }

  async #close(): Promise<void> {
    const sandbox = await this.#sandbox?.catch(() => undefined)
    await sandbox?.close()
    this.#removeDirectory()
  }

  #removeDirectory(): void {
    rmSync(this.directory, { recursive: true, force: true })
  }
}
