import { existsSync, lstatSync, mkdirSync, readdirSync, realpathSync, statSync } from 'node:fs'
import { basename, dirname, isAbsolute, join, resolve, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Mount } from '@mayfly/sandbox'
import picomatch from 'picomatch'
import type { TestProject } from 'vitest/node'
import { invalid } from '../options/invalid.ts'
import type { ResolvedPluginOptions } from '../options/options.ts'

/** What of the host a project's containers show. */
export interface Shown {
  /** Real paths, each shown where it is. */
  readonly paths: readonly string[]
  readonly mounts: readonly Mount[]
}

/** Where the image has these itself. */
const ofImage: readonly string[] = ['/usr', '/bin', '/lib', '/lib64', '/sbin']

/** More than this a container takes no time to speak of for, and a project hardly has. */
const hiddenMax = 40
const deepMax = 8

/** Directories whose emptiness covers a hidden one, and whose file a hidden file. */
export interface Covers {
  readonly directory: string
  readonly file: string
}

/** Finds what the workers of a project need, and what is not to be seen of it. */
export function findShown(
  project: TestProject,
  distPath: string,
  options: ResolvedPluginOptions,
  covers: Covers,
): Shown {
  const root = realpathSync(project.config.root)
  const wanted = new Set<string>()
  const want = (path: string): void => {
    if (existsSync(path)) wanted.add(realpathSync(path))
  }
  // Vitest makes it with the first module that it keeps there.
  mkdirSync(project.tmpDir, { recursive: true })
  for (const path of [
    project.tmpDir,
    root,
    ...project.vite.config.server.fs.allow,
    ...named(options.readOnly, 'readOnly', root),
  ])
    want(path)
  want(process.execPath)
  want(fileURLToPath(new URL('..', import.meta.url)))
  for (const path of [distPath, viteOf(project)]) if (path !== undefined) want(packages(path))
  for (const path of linkedPackages(root)) want(packages(path))
  const writable = named(options.writable, 'writable', root).map((path) => realpathSync(path))
  const paths = outermost(
    [...wanted].filter((path) => !ofImage.some((image) => isWithin(path, image)) || isWithin(root, path)),
  )
  for (const path of paths) requireMountable(path)
  return {
    paths: [...paths, ...ofImage, ...writable.filter((path) => !paths.some((each) => isWithin(path, each)))],
    mounts: [
      ...paths.map((path) => ({ source: path, target: path })),
      ...writable
        .filter((path) => !paths.includes(path))
        .map((path) => ({ source: path, target: path, writable: true })),
      ...hiddenIn(paths, options.hide).map((path) => ({
        source: statSync(path).isDirectory() ? covers.directory : covers.file,
        target: path,
      })),
    ],
  }
}

/** Whether `path` is `parent` or below it. */
export function isWithin(path: string, parent: string): boolean {
  return path === parent || path.startsWith(parent.endsWith(sep) ? parent : parent + sep)
}

function named(paths: readonly string[], option: string, root: string): readonly string[] {
  return paths.map((path, index) => {
    const absolute = isAbsolute(path) ? path : resolve(root, path)
    if (!existsSync(absolute)) throw invalid(`${option}[${index}]`, 'name what is there', path)
    return absolute
  })
}

function outermost(paths: readonly string[]): readonly string[] {
  return paths.filter((path) => !paths.some((other) => other !== path && isWithin(path, other)))
}

function requireMountable(path: string): void {
  if (!['/', '/tmp', '/work', '/proc', '/dev', '/sys', '/run'].includes(path)) return
  throw invalid('the root of the project, or what it may read,', 'lie deeper than this: a container has its own', path)
}

/** The outermost `node_modules` that a package lies in, with whatever it depends on; else its own directory. */
function packages(path: string): string {
  const real = realpathSync(path)
  const at = real.indexOf(`${sep}node_modules${sep}`)
  if (real.endsWith(`${sep}node_modules`)) return real
  if (at >= 0) return real.slice(0, at + '/node_modules'.length)
  return packageDirectory(real)
}

function packageDirectory(path: string): string {
  for (let directory = path; dirname(directory) !== directory; directory = dirname(directory)) {
    if (existsSync(join(directory, 'package.json')) && basename(directory) !== 'dist') return directory
  }
  return path
}

function viteOf(project: TestProject): string | undefined {
  const found = project.vite.config.env['VITE_PATH'] as string | undefined
  return found
}

/** Packages of the project's that are links, wherever they lead, and those that these have. */
function linkedPackages(root: string): readonly string[] {
  const found = new Set<string>()
  const visit = (directory: string, depth: number): void => {
    const modules = join(directory, 'node_modules')
    if (depth > deepMax || !existsSync(modules)) return
    for (const link of linksIn(modules)) {
      if (found.has(link)) continue
      found.add(link)
      if (!link.includes(`${sep}node_modules${sep}`)) visit(link, depth + 1)
    }
  }
  visit(root, 0)
  return [...found]
}

function linksIn(modules: string): readonly string[] {
  const names = readdirSync(modules).flatMap((name) =>
    name.startsWith('@') && statSync(join(modules, name)).isDirectory()
      ? readdirSync(join(modules, name)).map((each) => join(name, each))
      : [name],
  )
  return [
    ...(lstatSync(modules).isSymbolicLink() ? [realpathSync(modules)] : []),
    ...names
      .map((name) => join(modules, name))
      .filter((path) => lstatSync(path).isSymbolicLink() && existsSync(path))
      .map((path) => realpathSync(path)),
  ]
}

/** What is hidden in the project itself; in packages nobody keeps secrets. */
function hiddenIn(paths: readonly string[], hide: readonly string[]): readonly string[] {
  const isHidden = picomatch([...hide], { dot: true })
  const found: string[] = []
  const visit = (directory: string, depth: number): void => {
    if (depth > deepMax) return
    for (const entry of readdirSync(directory, { withFileTypes: true })) {
      const path = join(directory, entry.name)
      if (isHidden(entry.name) && (entry.isFile() || entry.isDirectory())) found.push(path)
      else if (entry.isDirectory() && entry.name !== 'node_modules') visit(path, depth + 1)
    }
  }
  for (const path of paths)
    if (!path.split(sep).includes('node_modules') && statSync(path).isDirectory()) visit(path, 0)
  if (found.length > hiddenMax)
    throw invalid('hide', `match at most ${hiddenMax} files and directories of the project`, found.length)
  return found
}
