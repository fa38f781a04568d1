import { realpathSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { MiB } from '@mayfly/sandbox'
import type { PoolOptions } from 'vitest/node'
import { bootVariable, type Boot } from '../wire/messages.ts'
import type { Containers } from './containers.ts'

/** For fewer files than these it takes longer to compile ahead than it saves. */
const worthFiles = 6

/**
 * Node's compile cache of what every worker loads before its file: Vitest's worker and ours. It is made once, in a container
 * of its own in which nothing of the project runs, and from then on only read; so no test can put code into it.
 */
export class Compiled {
  readonly #containers: Containers
  readonly #pool: PoolOptions
  #made: Promise<void> | undefined

  constructor(containers: Containers, pool: PoolOptions) {
    this.#containers = containers
    this.#pool = pool
  }

  /** Code that comes from a cache is not counted exactly; and options of Node's may load code of the project's. */
  get isUsed(): boolean {
    const { coverage, execArgv } = this.#pool.project.config
    return (execArgv ?? []).length === 0 && !(coverage.enabled && coverage.provider === 'v8')
  }

  /** Makes it, once, where so many files make it worth while; without it workers only take longer. */
  make(distPath: string, fileCount: number): void {
    if (!this.isUsed || fileCount < worthFiles) return
    this.#made ??= this.#make(distPath).catch(() => {})
  }

  /** Nothing of it is being made any more. */
  async close(): Promise<void> {
    await this.#made
  }

  async #make(distPath: string): Promise<void> {
    const sandbox = await this.#containers.open()
    const boot: Boot = { distPath, compileCache: '/work', inspects: false }
    await sandbox.run(
      {
        argv: [realpathSync(process.execPath), fileURLToPath(new URL('../guest/prepare.js', import.meta.url))],
        env: { HOME: '/work', [bootVariable]: JSON.stringify(boot) },
        collect: ['v*/**', 'resolved.json'],
        collectTo: this.#containers.compiled,
      },
      { wallTimeMs: 60_000, cpuTimeMs: 60_000, processCount: 64, memoryBytes: 1024 * MiB },
    )
  }
}
