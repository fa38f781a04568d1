import { basename, join, relative } from 'node:path'
import { packageError } from '../../errors.ts'
import type { Compare, Group, ProgramSource, Scoring, Test } from '../../problem/problem.ts'
import { exists, isDirectory, names } from '../tree.ts'
import { YamlMap } from '../yaml-map.ts'
import { answersWithoutInput, defaultValidator, programNamed } from './parts.ts'

type GraderScoring = Extract<Scoring, { kind: 'kattis-grader' }>

/** What a group says in its `testdata.yaml`, and hands down to those in it. */
interface Inherited {
  readonly onReject: 'break' | 'continue'
  /** Of the group, after those of the whole problem. */
  readonly flags: readonly string[]
  readonly compare: Compare | undefined
  readonly inputFlags: NonNullable<Test['inputFlags']>
  readonly scoring: Scoring
}

/** What the whole package says. */
export interface LegacyData {
  readonly flags: readonly string[]
  readonly onReject: 'break' | 'continue'
  readonly scoring: Scoring
  readonly graders: readonly ProgramSource[]
  /** The package's own, which flags are for; undefined: the default one's. */
  readonly validators: readonly ProgramSource[] | undefined
  /** What is told of the data and does not stop anyone. */
  readonly warnings: string[]
  /** Of the draft of the 2025-09 format, which had its names for what is told to validators before its files. */
  readonly isDraft?: boolean
}

/** The default grader, asked for nothing. */
export const standardScoring: GraderScoring = {
  kind: 'kattis-grader',
  verdict: 'worst_error',
  score: 'sum',
  objective: 'max',
  customScore: false,
  ignoreSample: false,
  acceptIfAnyAccepted: false,
  acceptScore: 1,
  rejectScore: 0,
  range: [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY],
  programs: [],
  flags: [],
}

/** Reads `data/`, its groups as deep as they are nested. Of what is at its top, only two are test data. */
export async function legacyGroup(root: string, data: LegacyData): Promise<Group> {
  const { onReject, scoring } = data
  const start: Inherited = { onReject, flags: [], compare: undefined, inputFlags: [], scoring }
  return readGroup(join(root, 'data'), join(root, 'data'), start, data)
}

const topGroups = ['sample', 'secret']

async function readGroup(path: string, data: string, above: Inherited, options: LegacyData): Promise<Group> {
  const file = join(path, 'testdata.yaml')
  const own = (await exists(file)) ? configure(await YamlMap.load(file, file), above, options) : above
  const parts: (Group | Test)[] = []
  const found = await names(path)
  for (const name of found) {
    const inside = join(path, name)
    const isTest = name.endsWith('.in')
    if (path === data && (isTest || (!topGroups.includes(name) && (await isDirectory(inside)))))
      options.warnings.push(`data/${name} is not judged by: only data/sample and data/secret are`)
    else if (isTest) parts.push(testAt(inside, data, found, own, options))
    else if (!name.endsWith('.files') && (await isDirectory(inside)))
      parts.push(await readGroup(inside, data, own, options))
  }
  const id = relative(data, path)
  options.warnings.push(...answersWithoutInput(found).map((name) => `data/${id}/${name} has no input beside it`))
  return { id, parts, onReject: own.onReject, scoring: own.scoring, requires: [], hidden: !id.startsWith('sample') }
}

function configure(map: YamlMap, above: Inherited, options: LegacyData): Inherited {
  const draft = options.isDraft === true
  const output = flagsIn(map, 'output_validator_flags') ?? (draft ? flagsIn(map, 'output_validator_args') : undefined)
  const input = flagsIn(map, 'input_validator_flags') ?? (draft ? flagsIn(map, 'input_validator_args') : undefined)
  if (draft) map.ignore('input_visualizer_args', 'output_visualizer_args')
  const read = {
    onReject: map.oneOf('on_reject', ['break', 'continue']) ?? above.onReject,
    flags: output?.flags ?? above.flags,
    inputFlags: input === undefined ? above.inputFlags : input.name === undefined ? input.flags : named(input),
    compare: output === undefined ? above.compare : compareBy(map, output, options),
    scoring: scoringOf(map, above.scoring, options),
  }
  map.refuseRest()
  return read
}

interface Flags {
  /** The validator that they are for; undefined: all. */
  readonly name: string | undefined
  readonly flags: readonly string[]
}

/** A text, or a mapping with the name of one validator and its flags. */
function flagsIn(map: YamlMap, key: string): Flags | undefined {
  if (!map.isMap(key)) {
    const flags = map.flags(key)
    return flags === undefined ? undefined : { name: undefined, flags }
  }
  const inside = map.map(key)
  const name = inside?.string('name')
  if (inside === undefined || name === undefined) throw map.error(key, 'must have a `name`')
  const flags = inside.flags('flags') ?? []
  inside.refuseRest()
  return { name, flags }
}

function named({ name = '', flags }: Flags): Readonly<Record<string, readonly string[]>> {
  return { [name]: flags }
}

/** Another comparison than the problem's: by other flags of the default validator, or by one of the package's own. */
function compareBy(map: YamlMap, { name, flags }: Flags, { validators, flags: all }: LegacyData): Compare | undefined {
  if (validators === undefined) return defaultValidator([...all, ...flags], map.path, 'legacy')
  if (name === undefined) return undefined
  const program = programNamed(validators, name)
  if (program === undefined) throw map.error('output_validator_flags', `names ${name}, which is no output validator`)
  return { kind: 'program', programs: [program], protocol: 'kattis' }
}

function scoringOf(map: YamlMap, above: Scoring, { graders }: LegacyData): Scoring {
  const grading = map.oneOf('grading', ['default', 'custom'])
  const flags = map.words('grader_flags')
  const range = map.words('range')?.map(bound)
  const accept = map.number('accept_score')
  const reject = map.number('reject_score')
  if (above.kind !== 'kattis-grader') return above
  if (grading === 'custom' && graders.length === 0) throw map.error('grading', 'is custom, and there is no graders/')
  const [minimum = Number.NaN, maximum = Number.NaN] = range ?? above.range
  if (!(minimum <= maximum) || (range?.length ?? 2) !== 2)
    throw map.error('range', 'must be two numbers, the lower one first')
  const isCustom = grading === 'custom' || (grading === undefined && above.programs.length > 0)
  const told = isCustom || flags === undefined ? {} : defaultGraderFlags(flags, map)
  return {
    ...above,
    ...told,
    acceptScore: accept ?? above.acceptScore,
    rejectScore: reject ?? above.rejectScore,
    range: [minimum, maximum],
    programs: isCustom ? graders : [],
    flags: flags ?? above.flags,
  }
}

/** A number, or one of the infinities as C writes them. */
export function bound(text: string): number {
  const infinite = /^([+-]?)inf(?:inity)?$/i.exec(text)
  if (infinite === null) return Number(text)
  return infinite[1] === '-' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY
}

const verdictModes = ['worst_error', 'first_error', 'always_accept'] as const
const switches = ['ignore_sample', 'accept_if_any_accepted']
const scoreModes = ['sum', 'avg', 'min', 'max'] as const

function defaultGraderFlags(flags: readonly string[], map: YamlMap): Partial<GraderScoring> {
  const unknown = flags.find((flag) => ![...verdictModes, ...scoreModes, ...switches].some((known) => known === flag))
  if (unknown !== undefined) throw map.error('grader_flags', `holds ${unknown}, which the default grader does not know`)
  // Of several that exclude each other, the last one counts.
  const verdict = lastOf(verdictModes, flags)
  const score = lastOf(scoreModes, flags)
  return {
    ...(verdict === undefined ? {} : { verdict }),
    ...(score === undefined ? {} : { score }),
    ...(flags.includes('ignore_sample') ? { ignoreSample: true } : {}),
    ...(flags.includes('accept_if_any_accepted') ? { acceptIfAnyAccepted: true } : {}),
  }
}

function lastOf<Mode extends string>(modes: readonly Mode[], flags: readonly string[]): Mode | undefined {
  return flags.flatMap((flag) => modes.filter((mode) => mode === flag)).at(-1)
}

function testAt(input: string, data: string, beside: readonly string[], own: Inherited, options: LegacyData): Test {
  const stem = basename(input, '.in')
  if (!beside.includes(`${stem}.ans`)) throw packageError(input, `has no ${stem}.ans beside it`)
  const id = relative(data, input).slice(0, -'.in'.length)
  const test = {
    id,
    input: { path: input },
    answer: { path: `${input.slice(0, -'.in'.length)}.ans` },
    files: {},
    args: [],
    inputFlags: own.inputFlags,
    checkerFlags: options.validators === undefined ? [] : [...options.flags, ...own.flags],
    hidden: !id.startsWith('sample'),
  }
  return own.compare === undefined ? test : { ...test, compare: own.compare }
}
