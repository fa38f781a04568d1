import type { Expectation, ProgramSource, TimeRule } from '../../problem/problem.ts'
import type { Big } from '../../verdict/verdict.ts'
import { globOf } from '../glob.ts'
import { exists } from '../tree.ts'
import { YamlMap } from '../yaml-map.ts'
import { modernDirectories, type Promises } from './directories.ts'

/** What a glob of `submissions.yaml` says of the submissions that it matches. */
export interface SubmissionRule extends Promises {
  readonly glob: string
  readonly matches: (name: string) => boolean
  readonly program: Partial<ProgramSource>
  /** What it says of all tests: where the glob is the name of a directory, this takes the place of what is usual. */
  readonly ofAll: Said
}

/** What is said of all tests, or of some. */
interface Said {
  readonly expectation: Expectation
  readonly useForTimeLimit: boolean | 'lower' | 'upper'
}

const bigs: readonly string[] = ['AC', 'WA', 'TLE', 'RTE', 'CE']

/** Reads `submissions.yaml`, which may be missing. */
export async function submissionRules(path: string): Promise<readonly SubmissionRule[]> {
  if (!(await exists(path))) return []
  const map = await YamlMap.load(path, path)
  return map.keys().map((glob) => {
    requireGlob(map, glob)
    const rule = map.map(glob)
    if (rule === undefined) throw map.error(glob, 'must be a mapping')
    return submissionRule(glob, rule)
  })
}

function requireGlob(map: YamlMap, glob: string): void {
  if (/\*\*|[[\]]/.test(glob)) throw map.error(glob, 'is no glob of this format: neither ** nor [] are in it')
}

function submissionRule(glob: string, map: YamlMap): SubmissionRule {
  map.ignore('authors', 'model_solution')
  const language = map.string('language')
  const entryPoint = map.string('entrypoint')
  const own = saidIn(map, `submissions.yaml: ${glob}`, undefined)
  const deeper = map
    .keys()
    .filter((key) => map.isMap(key))
    .map((key) => {
      requireGlob(map, key)
      const inside = map.map(key)
      if (inside === undefined) throw map.error(key, 'must be a mapping')
      const said = saidIn(inside, `submissions.yaml: ${glob}: ${key}`, key)
      inside.refuseRest()
      return said
    })
  map.refuseRest()
  const all = [own, ...deeper]
  return {
    glob,
    matches: globOf(glob),
    expectations: all.map(({ expectation }) => expectation).filter((each) => Object.keys(each).length > 1),
    timing: all.flatMap(timeRulesOf),
    program: { ...(language === undefined ? {} : { language }), ...(entryPoint === undefined ? {} : { entryPoint }) },
    ofAll: own,
  }
}

/** What a directory promises of those in it: what is usual, with what the package says of the directory in its place. */
export function ofModernDirectory(directory: string, replaced: SubmissionRule | undefined): Promises | undefined {
  const usual = Object.hasOwn(modernDirectories, directory) ? modernDirectories[directory] : undefined
  if (usual === undefined) return replaced
  const source = `${directory}/`
  if (replaced === undefined) {
    const expectation = { source, ...usual }
    return { expectations: [expectation], timing: timeRulesOf({ expectation, useForTimeLimit: true }) }
  }
  const { ofAll, expectations, timing } = replaced
  const expectation = { ...usual, ...ofAll.expectation }
  return {
    expectations: [expectation, ...expectations.filter(({ where }) => where !== undefined)],
    timing: [
      ...timeRulesOf({ expectation, useForTimeLimit: ofAll.useForTimeLimit }),
      ...timing.filter(({ where }) => where !== undefined),
    ],
  }
}

/** As the format infers it: who may not be too slow must be fast enough, and who must be too slow must be slow enough. */
function timeRulesOf({ expectation, useForTimeLimit: use }: Said): readonly TimeRule[] {
  const { permitted, required, where } = expectation
  const at = where === undefined ? {} : { where }
  if (use === false) return []
  if (use !== true) return [{ bound: use, ...at }]
  const isSlow = required?.length === 1 && required[0] === 'TLE'
  const isFast = permitted !== undefined && !permitted.includes('TLE')
  return isSlow ? [{ bound: 'upper', ...at }] : isFast ? [{ bound: 'lower', ...at }] : []
}

function saidIn(map: YamlMap, source: string, where: string | undefined): Said {
  const list = (key: string): readonly Big[] | undefined => {
    const words = map.words(key)
    const unknown = words?.find((word) => !bigs.includes(word))
    if (unknown !== undefined) throw map.error(key, `must hold verdicts of ${bigs.join(', ')}, got ${unknown}`)
    return words as readonly Big[] | undefined
  }
  const [permitted, required, message] = [list('permitted'), list('required'), map.string('message')]
  const score = map.words('score')?.map(Number)
  const [low, high = low] = score ?? []
  if (score?.some(Number.isNaN) === true || (score?.length ?? 1) > 2)
    throw map.error('score', 'must be a number, or a list of the least and the most')
  const expectation = {
    source,
    ...(where === undefined ? {} : { where }),
    ...(permitted === undefined ? {} : { permitted }),
    ...(required === undefined ? {} : { required }),
    ...(message === undefined ? {} : { message }),
    ...(low === undefined || high === undefined ? {} : { score: [low, high] as const }),
  }
  return { expectation, useForTimeLimit: useOf(map) }
}

function useOf(map: YamlMap): boolean | 'lower' | 'upper' {
  const use = map.value('use_for_time_limit') ?? true
  if (typeof use === 'boolean' || use === 'lower' || use === 'upper') return use
  throw map.error('use_for_time_limit', 'must be true, false, lower or upper')
}
