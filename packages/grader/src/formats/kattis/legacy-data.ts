import { basename, join, relative } from 'node:path'
import { packageError } from '../../errors.ts'
import type { Group, ProgramSource, Scoring, Test } from '../../problem/problem.ts'
import { exists, isDirectory, names } from '../tree.ts'
import { YamlMap } from '../yaml-map.ts'
import { defaultValidator } from './parts.ts'

type GraderScoring = Extract<Scoring, { kind: 'kattis-grader' }>

/** What a group says in its `testdata.yaml`, and hands down to those in it. */
interface Inherited {
  readonly onReject: 'break' | 'continue'
  readonly flags: readonly string[]
  readonly ownCompare: boolean
  readonly inputFlags: readonly string[]
  readonly scoring: Scoring
}

/** What the whole package says. */
export interface LegacyData {
  readonly flags: readonly string[]
  readonly scoring: Scoring
  readonly graders: readonly ProgramSource[]
  /** Whether flags are for a validator of the package's own. */
  readonly custom: boolean
}

/** The default grader, asked for nothing. */
export const standardScoring: GraderScoring = {
  kind: 'kattis-grader',
  verdict: 'worst_error',
  score: 'sum',
  ignoreSample: false,
  acceptIfAnyAccepted: false,
  acceptScore: 1,
  rejectScore: 0,
  range: [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY],
  programs: [],
  flags: [],
}

/** Reads `data/`, its groups as deep as they are nested. */
export async function legacyGroup(root: string, data: LegacyData): Promise<Group> {
  const start: Inherited = {
    onReject: 'break',
    flags: data.flags,
    ownCompare: false,
    inputFlags: [],
    scoring: data.scoring,
  }
  return readGroup(join(root, 'data'), join(root, 'data'), start, data)
}

async function readGroup(path: string, data: string, above: Inherited, options: LegacyData): Promise<Group> {
  const file = join(path, 'testdata.yaml')
  const own = (await exists(file)) ? configure(await YamlMap.load(file, file), above, options) : above
  const parts: (Group | Test)[] = []
  const found = await names(path)
  for (const name of found) {
    const inside = join(path, name)
    if (name.endsWith('.in')) parts.push(testAt(inside, data, found, own, options))
    else if (!name.endsWith('.files') && (await isDirectory(inside)))
      parts.push(await readGroup(inside, data, own, options))
  }
  const id = relative(data, path)
  return { id, parts, onReject: own.onReject, scoring: own.scoring, requires: [], hidden: !id.startsWith('sample') }
}

function configure(map: YamlMap, above: Inherited, options: LegacyData): Inherited {
  const flags = map.words('output_validator_flags')
  const read = {
    onReject: map.oneOf('on_reject', ['break', 'continue']) ?? above.onReject,
    flags: flags ?? above.flags,
    inputFlags: map.words('input_validator_flags') ?? above.inputFlags,
    ownCompare: above.ownCompare || (flags !== undefined && !options.custom),
    scoring: scoringOf(map, above.scoring, options),
  }
  map.refuseRest()
  return read
}

function scoringOf(map: YamlMap, above: Scoring, { graders }: LegacyData): Scoring {
  const grading = map.oneOf('grading', ['default', 'custom'])
  const flags = map.words('grader_flags')
  const range = map.words('range')?.map(Number)
  const accept = map.number('accept_score')
  const reject = map.number('reject_score')
  if (above.kind !== 'kattis-grader') return above
  if (grading === 'custom' && graders.length === 0) throw map.error('grading', 'is custom, and there is no graders/')
  const [minimum = Number.NaN, maximum = Number.NaN] = range ?? above.range
  if (Number.isNaN(minimum) || Number.isNaN(maximum)) throw map.error('range', 'must be two numbers')
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

const verdictModes = ['worst_error', 'first_error', 'always_accept'] as const
const switches = ['ignore_sample', 'accept_if_any_accepted']
const scoreModes = ['sum', 'avg', 'min', 'max'] as const

function defaultGraderFlags(flags: readonly string[], map: YamlMap): Partial<GraderScoring> {
  const unknown = flags.find((flag) => ![...verdictModes, ...scoreModes, ...switches].some((known) => known === flag))
  if (unknown !== undefined) throw map.error('grader_flags', `holds ${unknown}, which the default grader does not know`)
  const verdict = verdictModes.find((mode) => flags.includes(mode))
  const score = scoreModes.find((mode) => flags.includes(mode))
  return {
    ...(verdict === undefined ? {} : { verdict }),
    ...(score === undefined ? {} : { score }),
    ...(flags.includes('ignore_sample') ? { ignoreSample: true } : {}),
    ...(flags.includes('accept_if_any_accepted') ? { acceptIfAnyAccepted: true } : {}),
  }
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
    checkerFlags: options.custom ? own.flags : [],
    hidden: !id.startsWith('sample'),
  }
  return own.ownCompare ? { ...test, compare: defaultValidator(own.flags, input, true) } : test
}
