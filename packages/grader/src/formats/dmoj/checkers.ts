import { basename } from 'node:path'
import type { Compare, ComparedTexts, Protocol } from '../../problem/problem.ts'
import { packageFileBytes } from '../defaults.ts'
import { readProgram } from '../tree.ts'
import { YamlMap } from '../yaml-map.ts'
import { argumentsIn } from './arguments.ts'
import { requiredInside } from './inside-package.ts'
import { argumentNames } from './parts.ts'
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
      return { kind: 'tokens', caseSensitive: true, lineSensitive: true }
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
      args.ignore('filter_new_line')
      return { kind: 'lines' }
    case 'linecount':
      args.ignore('feedback')
      return { kind: 'line-share', trims: true, lineCount: 'within' }
    case 'linematches':
      return lineMatches(args)
    case 'sorted':
    case 'unordered':
      return {
        kind: 'unordered',
        loose: true,
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
  return {
    kind: 'program',
    protocol: 'cms',
    programs: [programOfPython('checker', file, files, given, basename(root))],
    isTold: true,
  }
}

function floats(name: string, args: YamlMap): Compare {
  const tolerance = 10 ** -(args.number('precision', 0) ?? precisionStandard)
  const named = name === 'floats' ? (args.oneOf('error_mode', ['default', 'absolute', 'relative']) ?? 'default') : name
  const absolute = named === 'relative' || named === 'floatsrel' ? {} : { absoluteTolerance: tolerance }
  const relative = named === 'absolute' || named === 'floatsabs' ? {} : { relativeTolerance: tolerance }
  return { kind: 'tokens', caseSensitive: true, lineSensitive: true, ...absolute, ...relative }
}

/** What each line is worth must be told, unless there is one. */
function lineMatches(args: YamlMap): Compare {
  const weights = (args.words('point_distribution') ?? ['1']).map(Number)
  if (!weights.every((weight) => weight >= 0) || weights.every((weight) => weight === 0))
    throw args.error('point_distribution', 'must be a list of points, some of them more than 0')
  const isSame = args.boolean('filler_lines_required') ?? true
  return { kind: 'line-share', weights, lineCount: isSame ? 'same' : 'any' }
}

async function bridged(args: YamlMap, root: string): Promise<Compare> {
  const files = args.words('files') ?? []
  const type = args.oneOf('type', ['default', 'testlib', 'coci', 'peg']) ?? 'default'
  const flags = args.words('flags') ?? []
  const words = argumentsIn(args, 'args_format_string', argumentNames) ?? argumentsIn(args, 'args', argumentNames)
  args.ignore('lang', 'time_limit', 'memory_limit', 'compiler_time_limit', 'feedback', 'cached')
  const [first] = files
  if (first === undefined) throw args.error(undefined, 'a bridged checker needs `files`')
  const programs = await Promise.all(
    files.map(async (file) => {
      const path = await requiredInside(root, file, args, 'files')
      return readProgram(path, file, { bytesMax: packageFileBytes })
    }),
  )
  const merged = Object.fromEntries(programs.flatMap((program) => Object.entries(program.files)))
  return {
    kind: 'program',
    protocol: protocols[type] ?? 'exit-code',
    programs: [{ name: first, files: merged, flags }],
    ...(words === undefined ? {} : { args: words }),
  }
}

/** The same letters as often, in any order. */
function sameLetters({ answer, output }: ComparedTexts): boolean {
  const letters = (bytes: Uint8Array): string =>
    Array.from(
      Buffer.from(bytes)
        .toString('latin1')
        .replaceAll(/[\t-\r ]/g, ''),
    )
      .map((letter) => (/[A-Z]/.test(letter) ? letter.toLowerCase() : letter))
      .sort()
      .join('')
  return letters(answer) === letters(output)
}
