import { join, relative } from 'node:path'
import { packageError } from '../../errors.ts'
import type { Expectation, ProblemSubmission, ProgramSource } from '../../problem/problem.ts'
import type { Big } from '../../verdict/verdict.ts'
import { packageFileBytes } from '../defaults.ts'
import { exists, isDirectory, names, readProgram } from '../tree.ts'
import { globOf } from '../glob.ts'
import { YamlMap } from '../yaml-map.ts'
import { annotationsOf } from './annotations.ts'

/** What a directory of submissions promises of those in it. */
export interface DirectoryRule {
  readonly permitted?: readonly Big[]
  readonly required?: readonly Big[]
  readonly useForTimeLimit?: 'lower' | 'upper'
  /** Points, but not all of them. */
  readonly partial?: true
}

/** Of the 2025-09 format. */
export const modernDirectories: Readonly<Record<string, DirectoryRule>> = {
  accepted: { permitted: ['AC'], useForTimeLimit: 'lower' },
  rejected: { required: ['RTE', 'TLE', 'WA'] },
  wrong_answer: { permitted: ['AC', 'WA'], required: ['WA'] },
  time_limit_exceeded: { permitted: ['AC', 'TLE'], required: ['TLE'], useForTimeLimit: 'upper' },
  run_time_error: { permitted: ['AC', 'RTE'], required: ['RTE'] },
  brute_force: { permitted: ['AC', 'RTE', 'TLE'], required: ['RTE', 'TLE'] },
}

/** Of the legacy format, and the directories that are met in real packages of it. */
export const legacyDirectories: Readonly<Record<string, DirectoryRule>> = {
  accepted: { permitted: ['AC'], useForTimeLimit: 'lower' },
  partially_accepted: { partial: true },
  slow_accepted: { permitted: ['AC'] },
  rejected: { required: ['RTE', 'TLE', 'WA', 'CE'] },
  wrong_answer: { permitted: ['AC', 'WA'], required: ['WA'] },
  time_limit_exceeded: { permitted: ['AC', 'WA', 'TLE'], required: ['TLE'], useForTimeLimit: 'upper' },
  run_time_error: { permitted: ['AC', 'WA', 'TLE', 'RTE'], required: ['RTE'] },
  runtime_error: { permitted: ['AC', 'WA', 'TLE', 'RTE'], required: ['RTE'] },
  compiler_error: { required: ['CE'] },
  mixed: {},
  'mixed-verdicts': {},
}

/** Reads `submissions/` with what its directories, `submissions.yaml` and annotations in the sources promise. */
export async function readSubmissions(
  root: string,
  directories: Readonly<Record<string, DirectoryRule>>,
  scoring: boolean,
): Promise<readonly ProblemSubmission[]> {
  const folder = join(root, 'submissions')
  const rules = await submissionRules(join(folder, 'submissions.yaml'))
  const found: ProblemSubmission[] = []
  for (const directory of await names(folder)) {
    if (!(await isDirectory(join(folder, directory)))) continue
    for (const name of await names(join(folder, directory))) {
      const path = join(folder, directory, name)
      const program = await readProgram(path, relative(folder, path), { bytesMax: packageFileBytes, linksWithin: root })
      found.push(promised(program, directories[directory], directory, rules, scoring, path))
    }
  }
  return found
}

function promised(
  program: ProgramSource,
  rule: DirectoryRule | undefined,
  directory: string,
  rules: readonly SubmissionRule[],
  scoring: boolean,
  path: string,
): ProblemSubmission {
  const own = rules.filter(({ matches }) => matches(program.name))
  const annotated = annotationsOf(program, path)
  const isMixed = rule === undefined || Object.keys(rule).length === 0
  if (isMixed && annotated === undefined && own.length === 0)
    throw packageError(path, `is in ${directory}/, which promises nothing, and has no @EXPECTED_RESULTS@ of its own`)
  const standard = isMixed || own.some(({ replaces }) => replaces) ? [] : [ofDirectory(rule, directory, scoring)]
  const ofSource = annotated !== undefined && isMixed ? [annotated] : []
  return {
    ...program,
    ...own.find(({ program: said }) => Object.keys(said).length > 0)?.program,
    expectations: [...standard, ...own.flatMap(({ expectations }) => expectations), ...ofSource],
    useForTimeLimit:
      own.find(({ useForTimeLimit }) => useForTimeLimit !== undefined)?.useForTimeLimit ??
      rule?.useForTimeLimit ??
      false,
  }
}

function ofDirectory(rule: DirectoryRule, directory: string, scoring: boolean): Expectation {
  const source = `${directory}/`
  if (rule.partial && scoring) return { source, final: ['PA', 'WA', 'TLE', 'RTE'] }
  return {
    source,
    ...(rule.permitted === undefined ? {} : { permitted: rule.permitted }),
    ...(rule.required === undefined ? {} : { required: rule.required }),
  }
}

interface SubmissionRule {
  readonly matches: (name: string) => boolean
  readonly expectations: readonly Expectation[]
  /** Whether it says itself what verdicts are permitted or required. */
  readonly replaces: boolean
  readonly useForTimeLimit: false | 'lower' | 'upper' | undefined
  readonly program: Partial<ProgramSource>
}

const bigs: readonly string[] = ['AC', 'WA', 'TLE', 'RTE', 'CE']

async function submissionRules(path: string): Promise<readonly SubmissionRule[]> {
  if (!(await exists(path))) return []
  const map = await YamlMap.load(path, path)
  return map.keys().map((glob) => {
    const rule = map.map(glob)
    if (rule === undefined) throw map.error(glob, 'must be a mapping')
    return submissionRule(glob, rule)
  })
}

function submissionRule(glob: string, map: YamlMap): SubmissionRule {
  map.ignore('authors', 'model_solution')
  const language = map.string('language')
  const entryPoint = map.string('entrypoint')
  const time = map.value('use_for_time_limit')
  const own = expectationIn(map, `submissions.yaml: ${glob}`, undefined)
  const deeper = map
    .keys()
    .filter((key) => map.isMap(key))
    .map((key) => {
      const inside = map.map(key)
      if (inside === undefined) throw map.error(key, 'must be a mapping')
      const expectation = expectationIn(inside, `submissions.yaml: ${glob}: ${key}`, key)
      inside.refuseRest()
      return expectation
    })
  map.refuseRest()
  return {
    matches: globOf(glob),
    expectations: [own, ...deeper].filter((each) => Object.keys(each).length > 1),
    replaces: own.permitted !== undefined || own.required !== undefined,
    useForTimeLimit:
      time === undefined ? undefined : time === true ? 'lower' : time === 'lower' || time === 'upper' ? time : false,
    program: { ...(language === undefined ? {} : { language }), ...(entryPoint === undefined ? {} : { entryPoint }) },
  }
}

function expectationIn(map: YamlMap, source: string, where: string | undefined): Expectation {
  const list = (key: string): readonly Big[] | undefined => {
    const words = map.words(key)
    const unknown = words?.find((word) => !bigs.includes(word))
    if (unknown !== undefined) throw map.error(key, `must hold verdicts of ${bigs.join(', ')}, got ${unknown}`)
    return words as readonly Big[] | undefined
  }
  const [permitted, required, message] = [list('permitted'), list('required'), map.string('message')]
  const score = map.words('score')?.map(Number)
  const [low, high = low] = score ?? []
  return {
    source,
    ...(where === undefined ? {} : { where }),
    ...(permitted === undefined ? {} : { permitted }),
    ...(required === undefined ? {} : { required }),
    ...(message === undefined ? {} : { message }),
    ...(low === undefined || high === undefined ? {} : { score: [low, high] as const }),
  }
}
