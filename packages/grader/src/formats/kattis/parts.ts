import { basename, join } from 'node:path'
import { packageError } from '../../errors.ts'
import type { Compare, ProgramSource, SourceFiles } from '../../problem/problem.ts'
import { packageFileBytes } from '../defaults.ts'
import { isDirectory, names, readFiles, readProgram } from '../tree.ts'
import type { YamlMap } from '../yaml-map.ts'

/** The programs in a folder: each file or folder in it is one; headers and prose beside them are not. */
export async function programsIn(root: string, folder: string): Promise<readonly ProgramSource[]> {
  const path = join(root, folder)
  const found = await names(path)
  const headers = found.filter((name) => /\.(?:h|hpp|hh)$/.test(name))
  const shared = await filesNamed(path, headers)
  const programs: ProgramSource[] = []
  for (const name of found) {
    if (headers.includes(name) || /\.(?:md|txt|yaml|ctd|viva)$|^README/i.test(name)) continue
    const program = await readProgram(join(path, name), `${folder}/${name}`, options(root))
    programs.push({ ...program, files: { ...shared, ...program.files } })
  }
  return programs
}

/** A folder that is one program itself, or holds the only one. */
export async function onlyProgram(root: string, folder: string): Promise<ProgramSource | undefined> {
  const found = await names(join(root, folder))
  if (found.length === 0) return undefined
  const first = found[0]
  const isWrapped = found.length === 1 && first !== undefined && (await isDirectory(join(root, folder, first)))
  return readProgram(isWrapped ? join(root, folder, first) : join(root, folder), folder, options(root))
}

/** `include/` with a folder for each language. */
export async function includesOf(root: string): Promise<Readonly<Record<string, SourceFiles>>> {
  const include: Record<string, SourceFiles> = {}
  for (const language of await names(join(root, 'include'))) {
    include[language] = await readFiles(join(root, 'include', language), options(root))
  }
  return include
}

type TokenCompare = Extract<Compare, { kind: 'tokens' }>

/** The comparison that the flags of the default validator ask for. */
export function defaultValidator(flags: readonly string[], path: string, hexadecimal: boolean): Compare {
  const parts: Partial<TokenCompare>[] = []
  for (let at = 0; at < flags.length; at++) {
    const flag = flags[at] ?? ''
    if (flag === 'case_sensitive') parts.push({ caseSensitive: true })
    else if (flag === 'space_change_sensitive') parts.push({ spaceSensitive: true })
    else parts.push(tolerance(flag, flags[++at], path))
  }
  const compare: TokenCompare = { kind: 'tokens', hexadecimal }
  return Object.assign(compare, ...parts) as TokenCompare
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
