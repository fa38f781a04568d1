import { createContext, runInContext } from 'node:vm'
import type { YamlMap } from '../yaml-map.ts'

/** A test, or those of a batch, found by the names of files. */
export interface MatchedCase {
  readonly points: number | undefined
  readonly isBatch: boolean
  readonly tests: readonly { readonly in?: string; readonly out?: string }[]
}

const standard = {
  input: String.raw`^(?=.*?\.in|in).*?(?:(?:^|\W)(?P<batch>\d+)[^\d\s]+)?(?P<case>\d+)[^\d\s]*$`,
  output: String.raw`^(?=.*?\.out|out).*?(?:(?:^|\W)(?P<batch>\d+)[^\d\s]+)?(?P<case>\d+)[^\d\s]*$`,
} as const
type Id = string | number
const matchMs = 2_000

/** Finds the tests among the names of an archive, by the expressions of `test_cases` or the usual ones. */
export function matchCases(map: YamlMap, names: readonly string[]): readonly MatchedCase[] {
  const given = map.map('test_cases')
  const found = new Map<Id, { isBatch: boolean; tests: Map<Id, { in?: string; out?: string }> }>()
  for (const kind of ['input', 'output'] as const) {
    const key = `${kind}_format`
    const pattern = given?.string(key) ?? standard[kind]
    for (const { name, batch, id } of matches(pattern, names, (why) => (given ?? map).error(key, why))) {
      const entry = found.get(batch ?? id) ?? { isBatch: false, tests: new Map<Id, { in?: string; out?: string }>() }
      entry.isBatch ||= batch !== undefined
      entry.tests.set(id, { ...entry.tests.get(id), [kind === 'input' ? 'in' : 'out']: name })
      found.set(batch ?? id, entry)
    }
  }
  const points = given?.words('case_points')?.map(Number)
  given?.refuseRest()
  const cases = [...found].sort(byId).map(([, { isBatch, tests }], index): MatchedCase => {
    if (points !== undefined && !Number.isFinite(points[index]))
      throw (given ?? map).error('case_points', `must hold a number for each of ${found.size} tests and batches`)
    if (!isBatch && tests.size > 1) throw map.error('test_cases', 'has a test whose number is a batch too')
    return { points: points?.[index], isBatch, tests: [...tests].sort(byId).map(([, test]) => test) }
  })
  return cases
}

/** Names that are no numbers come first. */
function byId([one]: readonly [Id, unknown], [other]: readonly [Id, unknown]): number {
  if (typeof one !== typeof other) return typeof one === 'string' ? -1 : 1
  return one < other ? -1 : one > other ? 1 : 0
}

interface Matched {
  readonly name: string
  readonly batch: Id | undefined
  readonly id: Id
}

/** An expression of the author's may take any time; so it has a bound. */
function matches(pattern: string, names: readonly string[], error: (why: string) => Error): readonly Matched[] {
  const source = `^(?:${pattern.replaceAll('(?P<', '(?<').replaceAll(/\(\?P=(\w+)\)/g, String.raw`\k<$1>`)})`
  const script = `const of = (found) => found && { ...found.groups }
JSON.stringify(names.map((name) => of(new RegExp(source, "i").exec(name))))`
  let groups: readonly (Readonly<Record<string, string>> | null)[]
  try {
    const context = createContext({ names: [...names], source }, { codeGeneration: { strings: false, wasm: false } })
    groups = JSON.parse(String(runInContext(script, context, { timeout: matchMs }))) as typeof groups
  } catch (cause) {
    throw error(`is no expression that names can be compared with: ${cause instanceof Error ? cause.message : ''}`)
  }
  return groups.flatMap((group, index): readonly Matched[] => {
    const name = names[index]
    if (group === null || name === undefined) return []
    if (group['case'] === undefined) throw error('has no group named case')
    return [{ name, batch: group['batch'] === undefined ? undefined : idOf(group['batch']), id: idOf(group['case']) }]
  })
}

function idOf(text: string): Id {
  return /^\d+$/.test(text) ? Number(text) : text
}
