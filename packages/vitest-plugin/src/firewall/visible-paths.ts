import { existsSync, realpathSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import { basename, dirname, isAbsolute, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import picomatch from 'picomatch'

/**
 * What of the host a worker may be told of: what its container shows it anyway. Vite's server reads whatever it is asked
 * for, so each path that a worker names, and each that an answer names, is looked up here first.
 */
export class VisiblePaths {
  /** Of the project, which paths that begin with `/` may start from. */
  readonly root: string
  readonly #shown: readonly string[]
  readonly #isHidden: (name: string) => boolean
  readonly #real = new Map<string, string | undefined>()
  /** Those that were found shown: each module is asked for by each file that imports it. */
  readonly #found = new Set<string>()

  /** `shown` are real paths of directories and files; `hide` are globs of names in them. */
  constructor(root: string, shown: readonly string[], hide: readonly string[]) {
    this.root = root
    this.#shown = shown
    this.#isHidden = picomatch([...hide], { dot: true })
  }

  /** Whether the file at `path` is shown, wherever links lead; one that is not there is where its directory is. */
  has(path: string): boolean {
    if (this.#found.has(path)) return true
    if (!isAbsolute(path) || path.includes('\0')) return false
    const real = this.#realOf(path)
    const isShown = real !== undefined && this.#contains(real) && this.#contains(resolve(path), real)
    // What is not there yet may come to lead elsewhere.
    if (isShown && this.#real.has(path)) this.#found.add(path)
    return isShown
  }

  /**
   * The path that a module's id or URL means, if it means one: without query, prefixes of Vite's and percent signs.
   * `undefined` for a package, a built-in or virtual module, or what starts from its importer.
   */
  pathOf(id: string): string | undefined {
    const plain = withoutPrefixes(id)
    if (!plain.startsWith('/')) return undefined
    const below = join(this.root, plain)
    const isBelowRoot = plain.startsWith(`${this.root}/`)
    return !isBelowRoot && existsSync(below) ? below : plain
  }

  /** Whether what a plugin or Vite resolved may be loaded: a file that is shown, or nothing that is a file. */
  hasModule(id: string): boolean {
    if (isBuiltin(id)) return true
    const plain = withoutPrefixes(id)
    if (/^(?:https?|data):/.test(plain)) return false
    if (plain.startsWith('/')) return this.has(plain)
    return !isAbsolute(plain)
  }

  #contains(path: string, real = path): boolean {
    const parent = this.#shown.find((each) => real === each || real.startsWith(`${each}/`))
    if (parent === undefined) return false
    const below = path.startsWith(`${parent}/`) ? path.slice(parent.length + 1) : path
    return !below.split('/').some((name) => name !== 'node_modules' && this.#isHidden(name))
  }

  #realOf(path: string): string | undefined {
    const known = this.#real.get(path)
    if (known !== undefined) return known
    const real = realPath(path)
    // What is not there yet may come.
    if (real !== undefined && existsSync(path)) this.#real.set(path, real)
    return real
  }
}

/** What an absolute path has none of. */
const decorated = /^\/[@/]|[\0?#]|__x00__/

/** A module's id without what Vite puts around a path: `/@id/`, `/@fs/`, `file://`, a NUL, a query. */
function withoutPrefixes(id: string): string {
  // Most have none of these, and are asked about often.
  if (id.startsWith('/') && !decorated.test(id)) return id
  let plain = id.replaceAll('__x00__', '\0')
  for (let before = ''; before !== plain;) {
    before = plain
    plain = plain
      .replace(/^\0+/, '')
      .replace(/^\/@id\//, '')
      .replace(/^\/@fs\/+/, '/')
    if (plain.startsWith('file:')) plain = pathOfUrl(plain)
  }
  return plain.replace(/[?#].*$/s, '').replace(/^\/{2,}/, '/')
}

function pathOfUrl(url: string): string {
  try {
    return fileURLToPath(url)
  } catch {
    return '/\0'
  }
}

function realPath(path: string): string | undefined {
  try {
    return realpathSync(path)
  } catch {
    const parent = dirname(path)
    if (parent === path) return undefined
    const real = realPath(parent)
    return real === undefined ? undefined : join(real, basename(path))
  }
}
