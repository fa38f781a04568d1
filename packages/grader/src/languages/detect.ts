import { posix } from 'node:path'
import { GraderError } from '../errors.ts'
import type { ProgramSource } from '../problem/problem.ts'
import type { Language } from './language.ts'

/** A program of which is known how it is built. */
export interface DetectedProgram {
  readonly language: Language
  readonly sources: readonly string[]
  readonly entry: string
}

/** A folder with a `build` or a `run` of its own, as the problem package formats know it. */
const ownScripts: Language = {
  id: 'build-script',
  name: 'its own build and run',
  extensions: [],
  needs: ['sh'],
  version: ['true'],
  run: () => ['./run'],
}

/** Other names of languages, as the problem package formats and the judges spell them. */
const aliases: Readonly<Record<string, string>> = {
  'c++': 'cpp',
  py: 'python3',
  python: 'python3',
  pypy: 'pypy3',
  js: 'javascript',
  ts: 'typescript',
  'c#': 'csharp',
  golang: 'go',
}

/** Finds the language of a program, its source files and what starts it. */
export function detectLanguage(program: ProgramSource, table: readonly Language[]): DetectedProgram {
  const paths = Object.keys(program.files).sort()
  if (program.language === undefined && (paths.includes('build') || paths.includes('run')))
    return { language: ownScripts, sources: paths, entry: 'run' }
  const language =
    program.language === undefined
      ? byFirstLine(program, languageOf(paths, table, program.name))
      : named(program.language, table)
  const sources = paths.filter((path) => reads(language, path))
  if (sources.length === 0)
    throw new GraderError('INVALID_SUBMISSION', `${program.name} holds no file of ${language.name}`)
  return { language, sources, entry: entryOf(program, language, sources) }
}

/** Whether some language of the table reads a program at all. */
export function isReadable({ files, language }: ProgramSource, table: readonly Language[]): boolean {
  if (language !== undefined)
    return table.some(({ id }) => id === (aliases[language.toLowerCase()] ?? language.toLowerCase()))
  const paths = Object.keys(files)
  return (
    paths.includes('run') || paths.includes('build') || paths.some((path) => table.some((each) => reads(each, path)))
  )
}

function named(id: string, table: readonly Language[]): Language {
  const wanted = aliases[id.toLowerCase()] ?? id.toLowerCase()
  const found = table.find((language) => language.id === wanted)
  if (found === undefined) {
    throw new GraderError(
      'INVALID_OPTION',
      `${id} is no language of the table: ${table.map((each) => each.id).join(', ')}`,
    )
  }
  return found
}

/** Not in the table: hardly any system has it, and only a program that asks for it by name is in it. */
const python2: Language = {
  id: 'python2',
  name: 'Python 2',
  extensions: ['py'],
  needs: ['python2'],
  version: ['python2', '--version'],
  entryNames: ['__main__.py', 'main.py'],
  run: ({ entry }) => ['python2', entry],
}

/** Of two that share an ending, the older one is named in the first line. */
function byFirstLine({ files }: ProgramSource, language: Language): Language {
  if (language.id !== 'python3') return language
  const isOld = Object.entries(files).some(
    ([path, text]) =>
      reads(language, path) && /^#!.*python2/.test(Buffer.from(text.subarray(0, 200)).toString('latin1')),
  )
  return isOld ? python2 : language
}

/** That of most files. */
function languageOf(paths: readonly string[], table: readonly Language[], name: string): Language {
  const counted = table.map((language) => ({ language, count: paths.filter((path) => reads(language, path)).length }))
  const best = counted.reduce<(typeof counted)[number] | undefined>(
    (most, next) => (next.count > (most?.count ?? 0) ? next : most),
    undefined,
  )
  if (best !== undefined) return best.language
  const known = table.map(({ id }) => id).join(', ')
  throw new GraderError(
    'INVALID_SUBMISSION',
    `${name}: no language reads ${paths.slice(0, 5).join(', ')}; the table has ${known}, and \`languages\` of createGrader adds to it`,
  )
}

function reads({ extensions }: Language, path: string): boolean {
  return extensions.includes(posix.extname(path).slice(1))
}

function entryOf(program: ProgramSource, language: Language, sources: readonly string[]): string {
  if (program.entryPoint !== undefined) return program.entryPoint
  if (language.entry !== undefined) {
    const texts = sources.map((path) => [path, Buffer.from(program.files[path] ?? []).toString('utf8')] as const)
    const found = language.entry(Object.fromEntries(texts))
    return found ?? posix.basename(sources[0] ?? '', posix.extname(sources[0] ?? ''))
  }
  const byName = (language.entryNames ?? []).map((name) => sources.find((path) => path === name)).find(Boolean)
  const main = sources.find((path) => /^main\.\w+$/i.test(path))
  return byName ?? main ?? sources[0] ?? ''
}
