import { basename, join, relative } from 'node:path'
import { packageError } from '../../errors.ts'
import type { Blob, Group, Probe, Scoring, Test } from '../../problem/problem.ts'
import { packageFileBytes } from '../defaults.ts'
import { exists, isDirectory, names, readFiles } from '../tree.ts'
import { YamlMap } from '../yaml-map.ts'
import { defaultValidator } from './parts.ts'

interface ModernData {
  readonly scoring: boolean
  /** Whether the package has a validator of its own. */
  readonly custom: boolean
}

interface Inherited {
  readonly args: readonly string[]
  readonly checkerArgs: readonly string[] | undefined
  readonly inputArgs: readonly string[]
}

const secretScore = 100

/** Reads `data/sample` and `data/secret`, whose folders are groups. */
export async function modernGroup(root: string, data: ModernData): Promise<Group> {
  const path = join(root, 'data')
  const parts: Group[] = []
  for (const name of ['sample', 'secret']) {
    if (await isDirectory(join(path, name))) parts.push(await readGroup(join(path, name), path, noArgs, data))
  }
  const scoring: Scoring = data.scoring ? { kind: 'points', aggregate: 'sum' } : { kind: 'pass-fail' }
  return { id: '', parts, onReject: data.scoring ? 'continue' : 'break', scoring, requires: [], hidden: false }
}

const noArgs: Inherited = { args: [], checkerArgs: undefined, inputArgs: [] }

async function readGroup(path: string, data: string, above: Inherited, options: ModernData): Promise<Group> {
  const id = relative(data, path)
  const file = join(path, 'test_group.yaml')
  const map = (await exists(file)) ? await YamlMap.load(file, file) : YamlMap.parse('', file)
  const own = inherit(map, above)
  const isSample = id === 'sample'
  const aggregate =
    map.oneOf('score_aggregation', ['pass-fail', 'sum', 'min']) ?? (id === 'secret' ? 'sum' : 'pass-fail')
  const named = map.value('max_score') === 'unbounded' ? undefined : map.number('max_score', 0)
  const maxScore = named ?? (id === 'secret' && !map.has('max_score') ? secretScore : undefined)
  const requires = map.words('require_pass') ?? []
  if (map.has('static_validation_score'))
    throw map.error('static_validation_score', 'cannot be honoured: points for static validation')
  map.ignore('full_feedback', 'input_visualizer_args', 'output_visualizer_args')
  map.ignore('hint', 'description')
  map.refuseRest()
  const parts = await partsOf(path, data, own, options)
  const scores = options.scoring && !isSample
  return {
    id,
    parts: scores ? withPoints(parts, aggregate, maxScore) : parts,
    onReject: scores && aggregate === 'sum' ? 'continue' : 'break',
    scoring: scores ? { kind: 'points', aggregate } : { kind: 'pass-fail' },
    ...(scores && maxScore !== undefined ? { maxScore } : {}),
    requires: requires.map((name) => (name === 'sample' || name.startsWith('secret') ? name : `secret/${name}`)),
    hidden: !isSample,
  }
}

async function partsOf(
  path: string,
  data: string,
  own: Inherited,
  options: ModernData,
): Promise<readonly (Group | Test)[]> {
  const parts: (Group | Test)[] = []
  const found = await names(path)
  for (const name of found) {
    const inside = join(path, name)
    if (name.endsWith('.in')) parts.push(await testAt(inside, data, found, own, options))
    else if (!name.endsWith('.files') && (await isDirectory(inside))) {
      if (relative(data, path) !== 'secret') throw packageError(inside, 'is a group inside of a group')
      parts.push(await readGroup(inside, data, own, options))
    }
  }
  return parts
}

/** What a test is worth: its share of the sum, or all of a group that is all or nothing. */
function withPoints(
  parts: readonly (Group | Test)[],
  aggregate: 'pass-fail' | 'sum' | 'min',
  maxScore: number | undefined,
): readonly (Group | Test)[] {
  if (maxScore === undefined) return parts
  const tests = parts.filter((part) => !('parts' in part))
  const points = aggregate === 'sum' ? maxScore / Math.max(1, tests.length) : maxScore
  return parts.map((part) => ('parts' in part ? part : { ...part, points }))
}

function inherit(map: YamlMap, above: Inherited): Inherited {
  return {
    args: map.words('args') ?? above.args,
    checkerArgs: map.words('output_validator_args') ?? above.checkerArgs,
    inputArgs: inputArgsOf(map) ?? above.inputArgs,
  }
}

async function testAt(
  input: string,
  data: string,
  beside: readonly string[],
  above: Inherited,
  options: ModernData,
): Promise<Test> {
  const stem = input.slice(0, -'.in'.length)
  const name = basename(stem)
  if (!beside.includes(`${name}.ans`)) throw packageError(input, `has no ${name}.ans beside it`)
  const file = `${stem}.yaml`
  const map = beside.includes(`${name}.yaml`) ? await YamlMap.load(file, file) : YamlMap.parse('', file)
  const own = inherit(map, above)
  map.ignore('full_feedback', 'hint', 'description', 'input_visualizer_args', 'output_visualizer_args')
  map.refuseRest()
  const files = await readFiles(`${stem}.files`, { bytesMax: packageFileBytes })
  const blobs: Readonly<Record<string, Blob>> = Object.fromEntries(
    Object.entries(files).map(([path, content]) => [path, { content }]),
  )
  const id = relative(data, stem)
  const checkerArgs = own.checkerArgs ?? []
  const test: Test = {
    id,
    input: { path: input },
    answer: { path: `${stem}.ans` },
    files: blobs,
    args: own.args,
    inputFlags: own.inputArgs,
    checkerFlags: options.custom ? checkerArgs : [],
    hidden: !id.startsWith('sample'),
  }
  if (options.custom || checkerArgs.length === 0) return test
  return { ...test, compare: defaultValidator(checkerArgs, input, false) }
}

/** For all validators at once, or for each by its name; the latter are told to none that is not named. */
function inputArgsOf(map: YamlMap): readonly string[] | undefined {
  if (!map.isMap('input_validator_args')) return map.words('input_validator_args')
  map.ignore('input_validator_args')
  return undefined
}

const kinds = ['invalid_input', 'invalid_output', 'valid_output'] as const

/** Cases that show whether the validators do what they should. */
export async function readProbes(root: string): Promise<readonly Probe[]> {
  const probes: Probe[] = []
  for (const kind of kinds) {
    const folder = join(root, 'data', kind)
    for (const name of (await names(folder)).filter((each) => each.endsWith('.in'))) {
      const stem = join(folder, name.slice(0, -'.in'.length))
      const answer: Blob = (await exists(`${stem}.ans`)) ? { path: `${stem}.ans` } : { content: new Uint8Array() }
      if (kind !== 'invalid_input' && !(await exists(`${stem}.out`)))
        throw packageError(join(folder, name), 'has no .out beside it')
      const id = `${kind}/${name.slice(0, -'.in'.length)}`
      const test = {
        id,
        input: { path: join(folder, name) },
        answer,
        files: {},
        args: [],
        checkerFlags: [],
        hidden: true,
      }
      probes.push({ kind, test, output: kind === 'invalid_input' ? undefined : { path: `${stem}.out` } })
    }
  }
  return probes
}
