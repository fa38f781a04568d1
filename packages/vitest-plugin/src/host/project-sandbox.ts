import { realpathSync } from 'node:fs'
import { relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Command, Limits } from '@mayfly/sandbox'
import type { PoolOptions, TestProject } from 'vitest/node'
import { Modules } from '../firewall/modules.ts'
import { VisiblePaths } from '../firewall/visible-paths.ts'
import { invalid } from '../options/invalid.ts'
import type { ResolvedFileOptions, ResolvedPluginOptions } from '../options/options.ts'
import type { UsageReport } from '../report/usage-report.ts'
import { bootVariable, type Boot } from '../wire/messages.ts'
import { Compiled } from './compiled.ts'
import { compiledTarget, type Containers } from './containers.ts'
import { environmentOf } from './environment.ts'
import { Guest } from './guest.ts'
import { Inspector } from './inspector.ts'
import { isWithin } from './shown.ts'
import { Spares } from './spares.ts'

/** While a worker has no file yet, it may wait as long as it takes for one. */
const waitingLimits = { wallTimeMs: 86_400_000, cpuTimeMs: 600_000, idleTimeMs: 86_400_000 } as const

/** Workers that wait take memory, each. */
const aheadMax = 16

/** The workers of a project, each in a container: those that have a file, and those that wait for one. */
export class ProjectSandbox {
  readonly options: ResolvedPluginOptions
  readonly project: TestProject
  readonly report: UsageReport
  readonly paths: VisiblePaths
  readonly modules: Modules
  /** Whether a worker that waits can be given a file's limits; the kernel's counters must start anew for that. */
  readonly renews: boolean
  readonly #containers: Containers
  readonly #spares: Spares
  readonly #compiled: Compiled
  readonly #boot: Boot
  #isClosed = false

  /** `containers` are closed with it. */
  constructor(pool: PoolOptions, options: ResolvedPluginOptions, containers: Containers, report: UsageReport) {
    const { project, distPath } = pool
    this.project = project
    this.options = options
    this.report = report
    this.#containers = containers
    this.renews = !options.allowMissing.includes('cgroup')
    this.paths = new VisiblePaths(realpathSync(project.config.root), containers.shown.paths, options.hide)
    this.modules = new Modules(project, this.paths)
    this.#compiled = new Compiled(containers, pool)
    this.#boot = {
      distPath: realpathSync(distPath),
      ...(this.#compiled.isUsed ? { compileCache: compiledTarget } : {}),
      inspects: project.config.inspector.enabled === true,
    }
    const { maxWorkers, watch } = project.config
    this.#spares = new Spares(async () => this.#start(pool, options.standard), {
      ahead: Math.min(aheadMax, typeof maxWorkers === 'number' ? maxWorkers : 1),
      always: watch && this.renews ? 1 : 0,
    })
  }

  /** Of the host's, private: where attachments are on their way. */
  get directory(): string {
    return this.#containers.directory
  }

  /** So many files of it come to run. */
  expect(fileCount: number): void {
    if (this.renews) this.#spares.expect(fileCount)
    this.#compiled.make(this.#boot.distPath, fileCount)
  }

  /** A worker for a file of which nothing is known yet, where one can be; it fits those that have the options of all files. */
  async spare(): Promise<Guest | undefined> {
    return this.renews ? this.#spares.take() : undefined
  }

  /** Whether a spare worker, its limits renewed, is what `options` ask for. */
  fits({ limits, network, proc }: ResolvedFileOptions): boolean {
    const { standard } = this.options
    const fixed = ['diskBytes', 'inodeCount', 'fileBytes', 'openFileCount', 'stackBytes'] as const
    return (
      network === standard.network &&
      proc === standard.proc &&
      fixed.every((name) => limits[name] === standard.limits[name])
    )
  }

  /** The limits of a file: a test that waits is held by its wall time, and one that is debugged by no clock. */
  limitsOf(limits: Partial<Limits>): Partial<Limits> {
    const { wallTimeMs, idleTimeMs } = waitingLimits
    if (this.#boot.inspects) return { ...limits, wallTimeMs, idleTimeMs }
    if (limits.idleTimeMs !== undefined || limits.wallTimeMs === undefined) return limits
    return { ...limits, idleTimeMs: limits.wallTimeMs }
  }

  /** A debugger's way to a worker that has a file, where Vitest is to be debugged. */
  async inspector(guest: Guest, { network }: ResolvedFileOptions): Promise<Inspector | undefined> {
    if (guest.inspect === undefined) return undefined
    if (network === 'none') throw invalid('network', "be 'loopback' with `--inspect`", network)
    return Inspector.listen(this.project.config.inspector, guest.inspect)
  }

  /** A worker made for a file that asks for something else. */
  async cold(pool: PoolOptions, options: ResolvedFileOptions): Promise<Guest> {
    return this.#start(pool, options)
  }

  /** A file's name as Vitest shows it. */
  nameOf(path: string): string {
    return relative(this.project.config.root, path)
  }

  async close(): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    await this.#spares.close()
    await this.#compiled.close()
    await this.#containers.close()
  }

  async #start(pool: PoolOptions, { limits, network, proc }: ResolvedFileOptions): Promise<Guest> {
    const sandbox = await this.#containers.open()
    const wholeLimits = this.renews ? { ...limits, ...waitingLimits } : this.limitsOf(limits)
    const channels = this.#boot.inspects ? (['rpc', 'inspect'] as const) : (['rpc'] as const)
    return Guest.start(sandbox, this.#command(pool), wholeLimits, { network, proc, channels })
  }

  #command(pool: PoolOptions): Command {
    const cwd = process.cwd()
    const isShown = this.#containers.shown.paths.some((path) => isWithin(cwd, path))
    return {
      argv: [
        realpathSync(process.execPath),
        ...pool.execArgv,
        fileURLToPath(new URL('../guest/main.js', import.meta.url)),
      ],
      env: { ...environmentOf(pool, this.options.env), [bootVariable]: JSON.stringify(this.#boot) },
      cwd: isShown ? cwd : this.paths.root,
    }
  }
}
