import { basename, extname, join } from 'node:path'
import { packageError } from '../../errors.ts'
import type { Compare, ProgramSource, SourceFiles } from '../../problem/problem.ts'
import { packageFileBytes } from '../defaults.ts'
import { isDirectory, names, readFiles, readProgram } from '../tree.ts'
import type { YamlMap } from '../yaml-map.ts'
import { replacedIn, type Replace } from './constants.ts'

const asIs: Replace = (content) => content

/** The programs in a folder: each file or folder in it is one; headers and prose beside them are not. */
export async function programsIn(root: string, folder: string, replace = asIs): Promise<readonly ProgramSource[]> {
  const path = join(root, folder)
  const found = await names(path)
  const headers = found.filter((name) => /\.(?:h|hpp|hh)$/.test(name))
  const shared = await filesNamed(path, headers)
  const programs: ProgramSource[] = []
  for (const name of found) {
    if (headers.includes(name) || /\.(?:md|txt|yaml)$|^README/i.test(name)) continue
    const program = await readProgram(join(path, name), `${folder}/${name}`, options(root))
    programs.push({ ...program, files: replacedIn({ ...shared, ...program.files }, replace) })
  }
  return programs
}

/** The program of a name: that of its folder, or of its file with or without its ending. */
export function programNamed(programs: readonly ProgramSource[], name: string): ProgramSource | undefined {
  return programs.find((program) => isNamed(program, name))
}

/** Whether a program of the package goes by a name. */
export function isNamed({ name: path }: ProgramSource, name: string): boolean {
  const own = basename(path)
  return own === name || basename(own, extname(own)) === name
}

/** Answers that belong to no test: one of a misspelt name would be lost in silence. */
export function answersWithoutInput(found: readonly string[]): readonly string[] {
  return found.filter((name) => name.endsWith('.ans') && !found.includes(`${name.slice(0, -'.ans'.length)}.in`))
}

/** A folder that is one program itself, or holds the only one. */
export async function onlyProgram(root: string, folder: string, replace = asIs): Promise<ProgramSource | undefined> {
  const found = await names(join(root, folder))
  if (found.length === 0) return undefined
  const first = found[0]
  const isWrapped = found.length === 1 && first !== undefined && (await isDirectory(join(root, folder, first)))
  const path = isWrapped ? join(root, folder, first) : join(root, folder)
  const program = await readProgram(path, folder, options(root))
  return { ...program, files: replacedIn(program.files, replace) }
}

/** `include/` with a folder for each language. */
export async function includesOf(root: string, replace = asIs): Promise<Readonly<Record<string, SourceFiles>>> {
  const include: Record<string, SourceFiles> = {}
  for (const language of await names(join(root, 'include'))) {
    const files = await readFiles(join(root, 'include', language), options(root))
    include[languageIds[language] ?? language] = replacedIn(files, replace)
  }
  return include
}

/** Languages that the format names otherwise than the table of languages here. */
const languageIds: Readonly<Record<string, string>> = { 'c++': 'cpp', 'c#': 'csharp', python: 'python3', pypy: 'pypy3' }

type TokenCompare = Extract<Compare, { kind: 'tokens' }>

/** The comparison that the flags of the default validator ask for. */
export function defaultValidator(flags: readonly string[], path: string, version: 'legacy' | '2025-09'): Compare {
  const parts: Partial<TokenCompare>[] = []
  if (version === '2025-09') requireOneTolerance(flags, path)
  for (let at = 0; at < flags.length; at++) {
    const flag = flags[at] ?? ''
    if (flag === 'case_sensitive') parts.push({ caseSensitive: true })
    else if (flag === 'space_change_sensitive') parts.push({ spaceSensitive: true })
    else parts.push(tolerance(flag, flags[++at], path))
  }
  const compare: TokenCompare = { kind: 'tokens', hexadecimal: version === 'legacy' }
  return Object.assign(compare, ...parts) as TokenCompare
}

function requireOneTolerance(flags: readonly string[], path: string): void {
  const said = flags.filter((flag) => /^float_(?:absolute_|relative_)?tolerance$/.test(flag))
  const twice = said.find((flag, at) => said.indexOf(flag) !== at)
  if (twice !== undefined) throw packageError(path, `the flag ${twice} is given more than once`)
  if (said.includes('float_tolerance') && said.length > 1)
    throw packageError(path, 'float_tolerance already is both, an absolute and a relative tolerance')
}

function tolerance(flag: string, text: string | undefined, path: string): Partial<TokenCompare> {
  const value = Number(text)
  const isKnown = ['float_tolerance', 'float_relative_tolerance', 'float_absolute_tolerance'].includes(flag)
  if (!isKnown) throw packageError(path, `the default validator has no flag ${flag}`)
  if (text === undefined || !Number.isFinite(value) || value < 0)
    throw packageError(path, `the flag ${flag} needs a number that is not negative, got ${text ?? 'nothing'}`)
  if (flag === 'float_relative_tolerance') return { relativeTolerance: value }
  if (flag === 'float_absolute_tolerance') return { absoluteTolerance: value }
  return { relativeTolerance: value, absoluteTolerance: value }
}

/** The name of the problem, in one language of several if need be. */
export function nameOf(config: YamlMap, root: string): string {
  if (!config.isMap('name')) return config.string('name') ?? basename(root)
  const map = config.map('name')
  return map?.string('en') ?? map?.string(map.keys()[0] ?? '') ?? basename(root)
}

function options(root: string): { readonly bytesMax: number; readonly linksWithin: string } {
  return { bytesMax: packageFileBytes, linksWithin: root }
}

async function filesNamed(path: string, list: readonly string[]): Promise<SourceFiles> {
  const files: Record<string, Uint8Array> = {}
  for (const name of list)
    Object.assign(files, (await readProgram(join(path, name), name, { bytesMax: packageFileBytes })).files)
  return files
}
