import { join, relative } from 'node:path'
import { packageError } from '../../errors.ts'
import { isGroup, type Group, type Scoring, type Test } from '../../problem/problem.ts'
import { isDirectory, names } from '../tree.ts'
import type { Replace } from './constants.ts'
import { inherit, loadConfig, modernTest, standardConfig, type TestConfig } from './modern-test.ts'
import { answersWithoutInput } from './parts.ts'
import { groupRules, requireConsistent, type GroupContext, type GroupRules } from './test-group.ts'

/** What of the package its tests depend on. */
export interface ModernData extends GroupContext {
  /** Whether the package has a validator of its own. */
  readonly custom: boolean
  readonly replace: Replace
  /** What is told of the data and does not stop anyone. */
  readonly warnings: string[]
}

const groupFile = 'test_group.yaml'

type RuledGroups = Parameters<typeof requireConsistent>[0][number][]

interface Reading extends ModernData {
  readonly data: string
  readonly groups: RuledGroups
}

/** Reads `data/sample` and `data/secret`, whose folders are groups. */
export async function modernGroup(root: string, options: ModernData): Promise<Group> {
  const data = join(root, 'data')
  const reading: Reading = { ...options, data, groups: [] }
  const parts: Group[] = []
  for (const name of ['sample', 'secret'])
    if (await isDirectory(join(data, name))) parts.push(await readGroup(join(data, name), standardConfig, reading))
  if (!options.isDraft) requireConsistent(reading.groups, options.scoring)
  const scoring: Scoring = options.scoring ? { kind: 'points', aggregate: 'sum', strict: true } : { kind: 'pass-fail' }
  return { id: '', parts, onReject: options.scoring ? 'continue' : 'break', scoring, requires: [], hidden: false }
}

async function readGroup(path: string, above: TestConfig, reading: Reading): Promise<Group> {
  const id = relative(reading.data, path)
  const file = join(path, groupFile)
  const map = await loadConfig(file, reading.replace)
  const isSample = id === 'sample'
  const own = inherit(map, { ...above, fullFeedback: isSample })
  const rules = groupRules(map, id, reading)
  reading.groups.push({ id, file, rules })
  map.ignore('input_visualizer_args', 'output_visualizer_args', 'hint', 'description')
  map.refuseRest()
  const parts = await partsOf(path, own, reading)
  if (parts.length === 0 && rules.staticTest === undefined && id !== 'sample') throw packageError(path, 'holds no test')
  const scores = reading.scoring && !isSample
  const { aggregation, maxScore } = rules
  return {
    id,
    parts: [...staticTests(id, rules), ...(scores ? withPoints(parts, rules) : parts)],
    onReject: scores && aggregation === 'sum' ? 'continue' : 'break',
    scoring: scores ? { kind: 'points', aggregate: aggregation, strict: true } : { kind: 'pass-fail' },
    ...(scores && maxScore !== undefined ? { maxScore } : {}),
    requires: rules.requires,
    hidden: !isSample,
  }
}

async function partsOf(path: string, own: TestConfig, reading: Reading): Promise<readonly (Group | Test)[]> {
  const parts: (Group | Test)[] = []
  const { data } = reading
  for (const name of await names(path)) {
    const inside = join(path, name)
    if (relative(data, path) === 'secret' && !name.endsWith('.files') && (await isDirectory(inside)))
      parts.push(await readGroup(inside, own, reading))
  }
  const tests = await testsIn(path, own, reading)
  if (parts.length > 0 && tests.length > 0 && !reading.isDraft)
    throw packageError(join(data, `${tests[0]?.id ?? ''}.in`), 'is beside groups: data/secret holds either')
  return [...parts, ...tests]
}

/** Those in folders too, which sort them and are no groups. */
async function testsIn(path: string, own: TestConfig, reading: Reading): Promise<readonly Test[]> {
  const { data } = reading
  const tests: Test[] = []
  const found = await names(path)
  for (const name of found) {
    const inside = join(path, name)
    if (name === 'test_group.in') throw packageError(inside, 'cannot be a test: test_group.yaml is about its group')
    if (name.endsWith('.in')) tests.push(await modernTest(inside, found, own, reading))
    else if (relative(data, path) !== 'secret' && !name.endsWith('.files') && (await isDirectory(inside))) {
      if ((await names(inside)).includes(groupFile))
        throw packageError(join(inside, groupFile), 'is inside of a group, where there are no groups')
      tests.push(...(await testsIn(inside, own, reading)))
    }
  }
  const lost = answersWithoutInput(found).map(
    (name) => `data/${relative(data, join(path, name))} has no input beside it`,
  )
  reading.warnings.push(...lost)
  return tests
}

/** The test that looks at the source, before those that run it. */
function staticTests(id: string, { staticTest }: GroupRules): readonly Test[] {
  if (staticTest === undefined) return []
  const { score, args } = staticTest
  const nothing = { content: new Uint8Array() }
  return [
    {
      ...{ id: `${id}/static_validation`, input: nothing, answer: nothing, files: {}, args: [], hidden: true },
      ...{ isStatic: true, checkerFlags: args },
      ...(score === 'pass-fail' ? {} : { points: score }),
    },
  ]
}

/** What a test is worth: its share of the sum, or all of a group that is all or nothing. */
function withPoints(
  parts: readonly (Group | Test)[],
  { aggregation, maxScore, staticTest }: GroupRules,
): readonly (Group | Test)[] {
  if (maxScore === undefined || aggregation === 'pass-fail') return parts
  const forSource = typeof staticTest?.score === 'number' ? staticTest.score : 0
  const count = parts.filter((part) => !isGroup(part)).length
  const points = aggregation === 'sum' ? (maxScore - forSource) / Math.max(1, count) : maxScore
  return parts.map((part) => (isGroup(part) ? part : { ...part, points }))
}
