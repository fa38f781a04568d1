import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import type { TestProject } from 'vitest/node'
import { Refused, RefusedModule } from './refused.ts'
import type { VisiblePaths } from './visible-paths.ts'

interface Resolver {
  readonly pluginContainer: { resolveId: (id: string, importer?: string) => Promise<{ readonly id: string } | null> }
}

/** Modules that a worker asks for: nothing is loaded, or told, that its container does not show. */
export class Modules {
  readonly #paths: VisiblePaths
  readonly #project: TestProject
  /** What was asked for and may be: by environment, importer and id. */
  readonly #allowed = new Set<string>()

  constructor(project: TestProject, paths: VisiblePaths) {
    this.#project = project
    this.#paths = paths
  }

  /** Before Vite sees it: loading alone would put a file into its graph of modules. */
  async checkFetch(args: readonly unknown[]): Promise<void> {
    const [id, importer, environment] = args
    if (typeof id !== 'string' || typeof environment !== 'string') throw new Refused('a module', id)
    if (importer !== undefined && importer !== null && typeof importer !== 'string')
      throw new Refused('an importer', importer)
    if (!(await this.#may(id, importer ?? undefined, environment))) throw new RefusedModule(id)
  }

  /** Whether a worker may know how `id` resolves. */
  async mayResolve(args: readonly unknown[]): Promise<boolean> {
    const [id, importer, environment] = args
    if (typeof id !== 'string' || typeof environment !== 'string') return false
    return this.#may(id, typeof importer === 'string' ? importer : undefined, environment)
  }

  /** After Vite: what came of it, whatever a plugin made of the id. */
  checkAnswer(answer: unknown): void {
    if (typeof answer !== 'object' || answer === null) return
    const { file, id, externalize, url } = answer as Record<string, unknown>
    for (const each of [file, id, externalize, url]) {
      if (typeof each !== 'string') continue
      const path = each === url ? this.#paths.pathOf(each) : each
      if (path !== undefined && !this.#paths.hasModule(path)) throw new Refused('a module outside of the sandbox', each)
    }
  }

  async #may(id: string, importer: string | undefined, environment: string): Promise<boolean> {
    const key = `${environment}\0${importer ?? ''}\0${id}`
    if (this.#allowed.has(key)) return true
    const may = await this.#look(id, importer, environment)
    if (may && this.#allowed.size < 100_000) this.#allowed.add(key)
    return may
  }

  async #look(id: string, importer: string | undefined, environment: string): Promise<boolean> {
    const path = this.#paths.pathOf(id)
    if (path !== undefined && this.#paths.has(path)) return true
    if (path === undefined ? !this.#paths.hasModule(id) : existsSync(path)) return false
    const plain = unwrapped(id)
    // Only plugins load these: no file has a NUL in its name. Whether one behind it was a path is asked above.
    if (plain.startsWith('\0') && path === undefined) return true
    const environments = this.#project.vite.environments as unknown as Readonly<Record<string, Resolver | undefined>>
    const resolved = await environments[environment]?.pluginContainer.resolveId(plain, importer)
    if (resolved !== null && resolved !== undefined) return this.#paths.hasModule(resolved.id)
    // Whether a file is there, outside, is not told either.
    if (path !== undefined) return false
    // Vite would look for a file of that name.
    return this.#paths.has(resolve(this.#paths.root, id.replace(/[?#].*$/s, '')))
  }
}

/** An id as Vite takes it, which is not what is written in code. */
function unwrapped(id: string): string {
  return id.startsWith('/@id/') ? id.slice('/@id/'.length).replace('__x00__', '\0') : id
}
