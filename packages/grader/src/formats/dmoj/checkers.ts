import type { Compare, ComparedTexts, Protocol } from '../../problem/problem.ts'
import { packageFileBytes } from '../defaults.ts'
import { readProgram } from '../tree.ts'
import { YamlMap } from '../yaml-map.ts'
import { requiredInside } from './inside-package.ts'
import { programOfPython } from './python.ts'

const protocols: Readonly<Record<string, Protocol>> = {
  default: 'exit-code',
  testlib: 'testlib',
  coci: 'coci',
  peg: 'peg',
}
const precisionStandard = 6

/** The comparison that `checker` asks for; the standard one if it is not there. */
export async function readChecker(map: YamlMap, root: string): Promise<Compare | undefined> {
  if (!map.has('checker')) return undefined
  if (!map.isMap('checker')) return byName(map.string('checker') ?? 'standard', YamlMap.parse('', map.path), map, root)
  const checker = map.map('checker')
  const name = checker?.string('name') ?? 'standard'
  const args = checker?.map('args') ?? YamlMap.parse('', map.path)
  const compare = await byName(name, args, map, root)
  args.refuseRest()
  checker?.refuseRest()
  return compare
}

async function byName(name: string, args: YamlMap, map: YamlMap, root: string): Promise<Compare> {
  switch (name) {
    case 'standard':
      return { kind: 'tokens', caseSensitive: true }
    case 'easy':
      return { kind: 'function', check: sameLetters }
    case 'floats':
    case 'floatsabs':
    case 'floatsrel':
      return floats(name, args)
    case 'identical':
      args.ignore('pe_allowed')
      return { kind: 'exact' }
    case 'rstripped':
      return { kind: 'lines' }
    case 'linecount':
      args.ignore('feedback')
      return { kind: 'function', check: linesInPlace }
    case 'sorted':
    case 'unordered':
      return {
        kind: 'unordered',
        lines:
          (args.oneOf('split_on', ['lines', 'whitespace']) ?? (name === 'sorted' ? 'lines' : 'whitespace')) === 'lines',
      }
    case 'bridged':
      return bridged(args, root)
    default:
      return name.endsWith('.py') ? inPython(name, args, map, root) : unknownChecker(name, map)
  }
}

function unknownChecker(name: string, map: YamlMap): never {
  throw map.error('checker', `is ${name}, which is neither one of DMOJ's checkers nor a file *.py`)
}

/** In place of the judge, a container of its own runs it. */
async function inPython(name: string, args: YamlMap, map: YamlMap, root: string): Promise<Compare> {
  const path = await requiredInside(root, name, map, 'checker')
  const { files } = await readProgram(path, name, { bytesMax: packageFileBytes })
  const [file = name] = Object.keys(files)
  const given = Object.fromEntries(args.keys().map((key) => [key, args.value(key)]))
  return { kind: 'program', protocol: 'cms', programs: [programOfPython('checker', file, files, given)] }
}

function floats(name: string, args: YamlMap): Compare {
  const tolerance = 10 ** -(args.number('precision', 0) ?? precisionStandard)
  const named = name === 'floats' ? (args.oneOf('error_mode', ['default', 'absolute', 'relative']) ?? 'default') : name
  const absolute = named === 'relative' || named === 'floatsrel' ? {} : { absoluteTolerance: tolerance }
  const relative = named === 'absolute' || named === 'floatsabs' ? {} : { relativeTolerance: tolerance }
  return { kind: 'tokens', caseSensitive: true, ...absolute, ...relative }
}

async function bridged(args: YamlMap, root: string): Promise<Compare> {
  const files = args.words('files') ?? []
  const type = args.oneOf('type', ['default', 'testlib', 'coci', 'peg']) ?? 'default'
  args.ignore('lang', 'time_limit', 'memory_limit', 'compiler_time_limit', 'feedback', 'cached', 'flags')
  const [first] = files
  if (first === undefined) throw args.error(undefined, 'a bridged checker needs `files`')
  const programs = await Promise.all(
    files.map(async (file) => {
      const path = await requiredInside(root, file, args, 'files')
      return readProgram(path, file, { bytesMax: packageFileBytes })
    }),
  )
  const merged = Object.fromEntries(programs.flatMap((program) => Object.entries(program.files)))
  return { kind: 'program', protocol: protocols[type] ?? 'exit-code', programs: [{ name: first, files: merged }] }
}

/** The same letters as often, in any order. */
function sameLetters({ answer, output }: ComparedTexts): boolean {
  const letters = (bytes: Uint8Array): string =>
    Array.from(Buffer.from(bytes).toString('latin1').toLowerCase().replaceAll(/\s/g, '')).sort().join('')
  return letters(answer) === letters(output)
}

/** The share of lines that are right, in their place. */
function linesInPlace({ answer, output }: ComparedTexts): number {
  const lines = (bytes: Uint8Array): readonly string[] =>
    Buffer.from(bytes)
      .toString('latin1')
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line !== '')
  const [wanted, given] = [lines(answer), lines(output)]
  if (given.length > wanted.length) return 0
  const right = wanted.filter((line, index) => line === given[index]).length
  return wanted.length === 0 ? 1 : right / wanted.length
}
