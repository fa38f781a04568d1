import { mkdirSync, realpathSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { MiB, type Sandbox } from '@mayfly/sandbox'
import type { PoolOptions } from 'vitest/node'
import { bootVariable, type Boot } from '../wire/messages.ts'

/** For fewer files than these it takes longer to compile ahead than it saves. */
const worthFiles = 6

/**
 * Node's compile cache of what every worker loads before its file: Vitest's worker and ours. It is made once, in a container
 * of its own in which nothing of the project runs, and from then on only read; so no test can put code into it.
 */
export class Compiled {
  /** Of the host's; empty until it is made. */
  readonly directory: string
  readonly #pool: PoolOptions
  #made: Promise<void> | undefined

  /** `parent` is private. */
  constructor(parent: string, pool: PoolOptions) {
    this.directory = join(parent, 'compiled')
    this.#pool = pool
    mkdirSync(this.directory)
  }

  /** Code that comes from a cache is not counted exactly; and options of Node's may load code of the project's. */
  get isUsed(): boolean {
    const { coverage, execArgv } = this.#pool.project.config
    return (execArgv ?? []).length === 0 && !(coverage.enabled && coverage.provider === 'v8')
  }

  /** Makes it, once, where so many files make it worth while; without it workers only take longer. */
  make(sandbox: () => Promise<Sandbox>, distPath: string, fileCount: number): void {
    if (!this.isUsed || fileCount < worthFiles) return
    this.#made ??= this.#make(sandbox, distPath).catch(() => {})
  }

  /** Nothing of it is being made any more. */
  async close(): Promise<void> {
    await this.#made
  }

  async #make(open: () => Promise<Sandbox>, distPath: string): Promise<void> {
    const sandbox = await open()
    const boot: Boot = { distPath, compileCache: '/work', inspects: false }
    await sandbox.run(
      {
        argv: [realpathSync(process.execPath), fileURLToPath(new URL('../guest/prepare.js', import.meta.url))],
        env: { HOME: '/work', [bootVariable]: JSON.stringify(boot) },
        collect: ['v*/**', 'resolved.json'],
        collectTo: this.directory,
      },
      { wallTimeMs: 60_000, cpuTimeMs: 60_000, processCount: 64, memoryBytes: 1024 * MiB },
    )
  }
}
