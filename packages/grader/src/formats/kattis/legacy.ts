import { join } from 'node:path'
import type { Compare, Group, Problem, ProblemLimits, Scoring, TimingRule } from '../../problem/problem.ts'
import { testsOf } from '../../problem/problem.ts'
import { packageError } from '../../errors.ts'
import { factorBound } from '../../problem/bounds.ts'
import { isDirectory } from '../tree.ts'
import type { YamlMap } from '../yaml-map.ts'
import { readDomjudge, type DomjudgeSettings } from './domjudge.ts'
import { bound, legacyGroup, standardScoring } from './legacy-data.ts'
import { licenseWarnings } from './license.ts'
import { limitsIn } from './limits.ts'
import { defaultValidator, includesOf, nameOf, programsIn } from './parts.ts'
import { readSubmissions } from './submissions.ts'

interface Validation {
  readonly isCustom: boolean
  readonly isInteractive: boolean
  readonly isMultiPass: boolean
  readonly scores: boolean
}

/** Reads a package of the `legacy` format, with what DOMjudge adds to it. */
export async function readLegacy(root: string, config: YamlMap): Promise<Problem> {
  const scoring = (config.oneOf('type', ['pass-fail', 'scoring']) ?? 'pass-fail') === 'scoring'
  const name = nameOf(config, root)
  config.ignore('name', 'uuid', 'author', 'source', 'source_url', 'license', 'rights_owner', 'keywords', 'libraries')
  config.ignore('problem_format_version', 'cms_options', 'event_type')
  const languages = config.words('languages') ?? ['all']
  const domjudge = await readDomjudge(root)
  const validation = validationOf(config, domjudge)
  const { limits, timing } = limitsOf(config, domjudge, validation.isMultiPass)
  const flags = validatorFlags(config)
  const { onReject, rule } = gradingOf(config, validation.scores)
  if (scoring && config.string('problem_format_version') === 'legacy-icpc')
    throw config.error('type', 'is scoring, which legacy-icpc has not')
  if (validation.scores && !scoring)
    throw config.error('validation', 'has `score`, and the problem is not of type scoring')
  config.refuseRest()
  const validators = validation.isCustom ? await validatorsOf(root) : []
  const compare: Compare = validation.isCustom
    ? { kind: 'program', programs: validators, protocol: 'kattis' }
    : defaultValidator(flags, config.path, 'legacy')
  const warnings = [...domjudge.warnings, ...licenseWarnings(config)]
  const tests = await legacyGroup(root, {
    ...{ flags, onReject, warnings },
    scoring: scoring ? rule : { kind: 'pass-fail' },
    graders: await programsIn(root, 'graders'),
    validators: validation.isCustom ? validators : undefined,
  })
  requireTests(tests, root)
  const submissions = await readSubmissions(root, { legacyScoring: tests.scoring })
  const [interactor] = validators
  return {
    format: 'kattis-legacy',
    name,
    path: root,
    limits,
    timing,
    scoring,
    languages: languages[0] === 'all' ? 'all' : languages,
    include: await includesOf(root),
    compare,
    interactor:
      validation.isInteractive && interactor !== undefined ? { program: interactor, protocol: 'kattis' } : undefined,
    multiPass: validation.isMultiPass,
    submitAnswer: false,
    staticValidator: undefined,
    inputValidators: [
      ...(await programsIn(root, 'input_validators')),
      ...(await programsIn(root, 'input_format_validators')),
    ],
    probes: [],
    tests,
    submissions: submissions.found,
    warnings: [...warnings, ...submissions.warnings],
  }
}

/** DOMjudge has two names for them. */
function validatorFlags(config: YamlMap): readonly string[] {
  const [flags, args] = [config.flags('validator_flags'), config.flags('validator_args')]
  if (flags !== undefined && args !== undefined && flags.join('\0') !== args.join('\0'))
    throw config.error('validator_args', 'says something else than `validator_flags`')
  return flags ?? args ?? []
}

function validationOf(config: YamlMap, { specialCompare, specialRun }: DomjudgeSettings): Validation {
  const words = config.words('validation') ?? ['default']
  const [first = 'default', ...others] = words
  const unknown = others.find((word) => !['interactive', 'score', 'multi-pass'].includes(word))
  if (!['default', 'custom'].includes(first) || unknown !== undefined || (first === 'default' && others.length > 0))
    throw config.error(
      'validation',
      `must be default, or custom with interactive, score, multi-pass; got ${words.join(' ')}`,
    )
  return {
    isCustom: first === 'custom' || specialCompare || specialRun,
    isInteractive: others.includes('interactive') || specialRun,
    isMultiPass: others.includes('multi-pass'),
    scores: others.includes('score'),
  }
}

async function validatorsOf(root: string): ReturnType<typeof programsIn> {
  const folder = (await isDirectory(join(root, 'output_validators'))) ? 'output_validators' : 'output_validator'
  const found = await programsIn(root, folder)
  if (found.length === 0)
    throw packageError(join(root, 'output_validators'), 'holds no validator, and validation is custom')
  return found
}

function limitsOf(
  config: YamlMap,
  domjudge: DomjudgeSettings,
  isMultiPass: boolean,
): { readonly limits: ProblemLimits; readonly timing: TimingRule } {
  const map = config.map('limits')
  const named = map?.milliseconds('time_limit')
  const limits = { timeMs: domjudge.timeMs ?? named, ...limitsIn(map, isMultiPass) }
  const timing = {
    resolutionMs: map?.milliseconds('time_resolution') ?? 1000,
    acceptedToLimit: map?.number('time_multiplier', 0, factorBound) ?? 5,
    limitToExceeded: map?.number('time_safety_margin', 0, factorBound) ?? 2,
  }
  map?.ignore('validation_passes')
  map?.refuseRest()
  return { limits, timing }
}

/** Of the whole problem; groups have their own in `testdata.yaml`. Some keys are of a time before that file. */
function gradingOf(
  config: YamlMap,
  customScore: boolean,
): { readonly onReject: 'break' | 'continue'; readonly rule: Scoring } {
  const map = config.map('grading')
  if (map === undefined) return { onReject: 'break', rule: { ...standardScoring, customScore } }
  const { objective: most, acceptScore, rejectScore, range: unbounded } = standardScoring
  const [low = Number.NaN, high = Number.NaN] = map.words('range')?.map(bound) ?? unbounded
  if (!(low <= high)) throw map.error('range', 'must be two numbers, the lower one first')
  const onReject = map.oneOf('on_reject', ['first_error', 'worst_error', 'grade'])
  const rule = {
    ...standardScoring,
    customScore,
    objective: map.oneOf('objective', ['max', 'min']) ?? most,
    acceptScore: map.number('accept_score') ?? acceptScore,
    rejectScore: map.number('reject_score') ?? rejectScore,
    range: [low, high] as const,
  }
  map.ignore('show_test_data_groups', 'custom_scoring')
  map.refuseRest()
  return { onReject: onReject === 'grade' ? 'continue' : 'break', rule }
}

function requireTests(tests: Group, root: string): void {
  if (testsOf(tests).length === 0) throw packageError(join(root, 'data'), 'holds no test')
}
