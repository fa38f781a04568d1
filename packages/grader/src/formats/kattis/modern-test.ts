import { basename, join, relative } from 'node:path'
import { readFile } from 'node:fs/promises'
import { packageError } from '../../errors.ts'
import type { Blob, Probe, Test } from '../../problem/problem.ts'
import { packageFileBytes } from '../defaults.ts'
import { exists, names, readFiles } from '../tree.ts'
import { YamlMap } from '../yaml-map.ts'
import type { Replace } from './constants.ts'
import { defaultValidator } from './parts.ts'

/** What a test says, or its group for it. */
export interface TestConfig {
  readonly args: readonly string[]
  readonly checkerArgs: readonly string[]
  readonly inputArgs: NonNullable<Test['inputFlags']>
  /** Whether those whose submission fails it may see it. */
  readonly fullFeedback: boolean
}

/** What is said where nothing is. */
export const standardConfig: TestConfig = { args: [], checkerArgs: [], inputArgs: [], fullFeedback: false }

/** Reads a configuration, which may be missing, with the package's constants in their place. */
export async function loadConfig(path: string, replace: Replace): Promise<YamlMap> {
  if (!(await exists(path))) return YamlMap.parse('', path)
  return YamlMap.parse(Buffer.from(replace(await readFile(path))).toString('utf8'), path)
}

/** What a configuration says, and what is above it for the rest. */
export function inherit(map: YamlMap, above: TestConfig): TestConfig {
  return {
    args: map.words('args') ?? above.args,
    checkerArgs: map.words('output_validator_args') ?? above.checkerArgs,
    inputArgs: inputArgsOf(map) ?? above.inputArgs,
    fullFeedback: map.boolean('full_feedback') ?? above.fullFeedback,
  }
}

/** For all validators at once, or for each by its name; the latter are told to none that is not named. */
function inputArgsOf(map: YamlMap): TestConfig['inputArgs'] | undefined {
  if (!map.isMap('input_validator_args')) return map.words('input_validator_args')
  const inside = map.map('input_validator_args')
  return Object.fromEntries((inside?.keys() ?? []).map((name) => [name, inside?.words(name) ?? []]))
}

/** What of the package a test depends on. */
interface TestContext {
  readonly data: string
  /** Whether the package has a validator of its own. */
  readonly custom: boolean
}

const asIs: Replace = (content) => content

/** Reads a test with what is beside its input. */
export async function modernTest(
  input: string,
  beside: readonly string[],
  above: TestConfig,
  context: TestContext,
): Promise<Test> {
  const stem = input.slice(0, -'.in'.length)
  const name = basename(stem)
  if (!beside.includes(`${name}.ans`)) throw packageError(input, `has no ${name}.ans beside it`)
  return testOf(stem, { path: `${stem}.ans` }, await ownConfig(stem, above), context)
}

async function ownConfig(stem: string, above: TestConfig): Promise<TestConfig> {
  const map = await loadConfig(`${stem}.yaml`, asIs)
  const own = inherit(map, above)
  map.ignore('hint', 'description', 'input_visualizer_args', 'output_visualizer_args')
  map.refuseRest()
  return own
}

async function testOf(stem: string, answer: Blob, own: TestConfig, { data, custom }: TestContext): Promise<Test> {
  const files = await readFiles(`${stem}.files`, { bytesMax: packageFileBytes })
  const input = `${stem}.in`
  const test = {
    id: relative(data, stem),
    input: { path: input },
    answer,
    files: Object.fromEntries(Object.entries(files).map(([path, content]) => [path, { content }])),
    args: own.args,
    inputFlags: own.inputArgs,
    checkerFlags: custom ? own.checkerArgs : [],
    hidden: !own.fullFeedback,
  }
  if (custom || own.checkerArgs.length === 0) return test
  return { ...test, compare: defaultValidator(own.checkerArgs, input, '2025-09') }
}

const kinds = ['invalid_input', 'invalid_output', 'valid_output'] as const

/** Cases that show whether the validators do what they should. */
export async function readProbes(root: string, custom: boolean, replace: Replace): Promise<readonly Probe[]> {
  const data = join(root, 'data')
  const probes: Probe[] = []
  for (const kind of kinds) {
    const folder = join(data, kind)
    const map = await loadConfig(join(folder, 'test_group.yaml'), replace)
    const own = inherit(map, standardConfig)
    map.ignore('hint', 'description', 'input_visualizer_args', 'output_visualizer_args')
    map.refuseRest()
    for (const name of (await names(folder)).filter((each) => each.endsWith('.in'))) {
      const stem = join(folder, name.slice(0, -'.in'.length))
      const answer: Blob = (await exists(`${stem}.ans`)) ? { path: `${stem}.ans` } : { content: new Uint8Array() }
      if (kind !== 'invalid_input' && !(await exists(`${stem}.out`)))
        throw packageError(join(folder, name), 'has no .out beside it')
      const test = await testOf(stem, answer, await ownConfig(stem, own), { data, custom })
      probes.push({ kind, test, output: kind === 'invalid_input' ? undefined : { path: `${stem}.out` } })
    }
  }
  return probes
}
