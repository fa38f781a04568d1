import { join } from 'node:path'
import { packageError } from '../../errors.ts'
import type { Compare, Problem, ProblemLimits, ProgramSource, TimingRule } from '../../problem/problem.ts'
import { testsOf } from '../../problem/problem.ts'
import { factorBound } from '../../problem/bounds.ts'
import { defaultTiming } from '../defaults.ts'
import { names } from '../tree.ts'
import type { YamlMap } from '../yaml-map.ts'
import { constantsOf, type Replace } from './constants.ts'
import { draftGroup } from './draft.ts'
import { modernGroup } from './modern-data.ts'
import { readProbes } from './modern-test.ts'
import { licenseWarnings } from './license.ts'
import { limitsIn } from './limits.ts'
import { includesOf, nameOf, onlyProgram, programsIn } from './parts.ts'
import { readSubmissions } from './submissions.ts'

const types = ['pass-fail', 'scoring', 'multi-pass', 'interactive', 'submit-answer']

/** Whether a package is of the time when the format was being made: some of it is then where the legacy format has it. */
interface Version {
  readonly isDraft: boolean
}

/** Reads a package of the `2025-09` format. */
export async function readModern(root: string, config: YamlMap, { isDraft }: Version): Promise<Problem> {
  const type = typesOf(config)
  const name = nameOf(config, root)
  const required = isDraft ? ['name'] : ['name', 'uuid']
  for (const key of required) if (!config.has(key)) throw config.error(undefined, `\`${key}\` is required`)
  config.ignore('name', 'uuid', 'version', 'credits', 'source', 'license', 'rights_owner', 'embargo_until', 'keywords')
  config.ignore('problem_format_version', ...(isDraft ? ['author', 'source_url'] : []))
  const replace = constantsOf(config)
  if (config.boolean('allow_file_writing') === true) config.ignore('allow_file_writing')
  const languages = languagesOf(config)
  const { limits, timing } = limitsOf(config, type.includes('multi-pass'))
  config.refuseRest()
  const scoring = type.includes('scoring')
  const validator = await validatorOf(root, replace, isDraft)
  const isInteractive = type.includes('interactive')
  if ((isInteractive || type.includes('multi-pass')) && validator === undefined)
    throw packageError(join(root, 'output_validator'), `must be there: the problem is ${type.join(', ')}`)
  if (!isDraft) await requireNoOldFolders(root)
  const compare: Compare =
    validator === undefined ? { kind: 'tokens' } : { kind: 'program', programs: [validator], protocol: 'kattis' }
  const staticValidator = await onlyProgram(root, 'static_validator')
  if (staticValidator !== undefined && type.includes('submit-answer'))
    throw packageError(join(root, 'static_validator'), 'is there, but the problem is submit-answer: there is no source')
  const custom = validator !== undefined
  const warnings = [...licenseWarnings(config)]
  const data = { scoring, custom, replace, hasStaticValidator: staticValidator !== undefined, isDraft, warnings }
  const { tests, isOld } = isDraft
    ? await draftGroup(root, data, validator)
    : { tests: await modernGroup(root, data), isOld: false }
  if (testsOf(tests).length === 0) throw packageError(join(root, 'data'), 'holds no test')
  const submissions = await readSubmissions(root, { replace, ...(isOld ? { legacyScoring: tests.scoring } : {}) })
  return {
    format: 'kattis-2025-09',
    name,
    path: root,
    limits,
    timing,
    scoring,
    languages,
    include: await includesOf(root, replace),
    compare,
    interactor: isInteractive && validator !== undefined ? { program: validator, protocol: 'kattis' } : undefined,
    multiPass: type.includes('multi-pass'),
    submitAnswer: type.includes('submit-answer'),
    staticValidator,
    inputValidators: await programsIn(root, 'input_validators', replace),
    probes: await readProbes(root, custom, replace),
    tests,
    submissions: submissions.found,
    warnings: [...warnings, ...submissions.warnings],
  }
}

async function validatorOf(root: string, replace: Replace, isDraft: boolean): Promise<ProgramSource | undefined> {
  const found = await onlyProgram(root, 'output_validator', replace)
  return found ?? (isDraft ? await onlyProgram(root, 'output_validators', replace) : undefined)
}

function typesOf(config: YamlMap): readonly string[] {
  const type = config.words('type') ?? ['pass-fail']
  const unknown = type.find((word) => !types.includes(word))
  if (unknown !== undefined) throw config.error('type', `must be of ${types.join(', ')}, got ${unknown}`)
  const both = (one: string, other: string): boolean => type.includes(one) && type.includes(other)
  if (both('pass-fail', 'scoring')) throw config.error('type', 'cannot be pass-fail and scoring at once')
  if (both('submit-answer', 'multi-pass') || both('submit-answer', 'interactive'))
    throw config.error('type', 'cannot be submit-answer and interactive or multi-pass at once')
  return type
}

/** They would be silently without effect. */
async function requireNoOldFolders(root: string): Promise<void> {
  for (const folder of ['output_validators', 'graders', 'input_format_validators']) {
    if ((await names(join(root, folder))).length > 0)
      throw packageError(join(root, folder), 'is of the legacy format, and this package is 2025-09')
  }
}

function limitsOf(
  config: YamlMap,
  isMultiPass: boolean,
): { readonly limits: ProblemLimits; readonly timing: TimingRule } {
  const map = config.map('limits')
  const multipliers = map?.map('time_multipliers')
  const limits = { timeMs: map?.milliseconds('time_limit'), ...limitsIn(map, isMultiPass) }
  const timing = {
    resolutionMs: map?.milliseconds('time_resolution') ?? defaultTiming.resolutionMs,
    acceptedToLimit: multipliers?.number('ac_to_time_limit', 1, factorBound) ?? defaultTiming.acceptedToLimit,
    limitToExceeded: multipliers?.number('time_limit_to_tle', 1, factorBound) ?? defaultTiming.limitToExceeded,
  }
  multipliers?.refuseRest()
  map?.refuseRest()
  return { limits, timing }
}

/** Names of languages in the format; those of which none here is, nobody can solve the problem in. */
const known = [
  ...['ada', 'algol68', 'apl', 'bash', 'c', 'cgmp', 'cobol', 'cpp', 'cppgmp', 'crystal', 'csharp', 'd', 'dart'],
  ...['elixir', 'erlang', 'forth', 'fortran', 'fsharp', 'gerbil', 'go', 'haskell', 'java', 'javaalgs4', 'javascript'],
  ...['julia', 'kotlin', 'lisp', 'lua', 'modula2', 'nim', 'objectivec', 'ocaml', 'octave', 'odin', 'pascal', 'perl'],
  ...['php', 'prolog', 'python2', 'python3', 'python3numpy', 'racket', 'ruby', 'rust', 'scala', 'simula', 'smalltalk'],
  ...['snobol', 'swift', 'typescript', 'visualbasic', 'zig'],
]

function languagesOf(config: YamlMap): Problem['languages'] {
  const list = config.words('languages') ?? ['all']
  if (list.length === 1 && list[0] === 'all') return 'all'
  const unknown = list.find((word) => !known.includes(word))
  if (list.length === 0 || unknown !== undefined)
    throw config.error('languages', `must be all, or a list of the format's languages, got ${unknown ?? 'none'}`)
  // Whoever may use Python may use the faster one of its interpreters.
  return list.includes('python3') ? [...list, 'pypy3'] : list
}
