import { basename, join, resolve } from 'node:path'
import { MiB } from '@mayfly/sandbox'
import { packageError } from '../errors.ts'
import { memoryBound } from '../problem/bounds.ts'
import { defaultLimits, packageFileBytes, plainProblem } from '../formats/defaults.ts'
import { exists, names, readFiles, readProgram } from '../formats/tree.ts'
import { YamlMap } from '../formats/yaml-map.ts'
import type { Expectation, Problem, ProblemSubmission, SourceFiles } from '../problem/problem.ts'
import { verdicts } from '../verdict/verdict.ts'
import type { Harness } from './harness.ts'
import { builtInFiles, builtInRunner } from './javascript/files.ts'

/** Whether a folder is an assignment of a course. */
export async function isAssignment(path: string): Promise<boolean> {
  return exists(join(path, 'assignment.yaml'))
}

const standard = { timeMs: 2000, memoryBytes: 256 * MiB }
const harnessStandard = { timeMs: 60_000, memoryBytes: 512 * MiB }

function limitsIn(
  map: YamlMap,
  { timeMs, memoryBytes }: typeof standard,
): { readonly timeMs: number; readonly memoryBytes: number } {
  const limits = map.map('limits')
  const found = {
    timeMs: limits?.milliseconds('time') ?? timeMs,
    memoryBytes: limits?.amount('memory', MiB, memoryBound) ?? memoryBytes,
  }
  limits?.refuseRest()
  return found
}

/** Reads an assignment: `assignment.yaml` and the folder of the tests that it names. */
export async function readAssignment(path: string): Promise<Problem> {
  const root = resolve(path)
  const file = join(root, 'assignment.yaml')
  const map = await YamlMap.load(file, file)
  const limits = limitsIn(map, standard)
  const languages = map.words('languages') ?? 'all'
  const name = map.string('name') ?? basename(root)
  const harness = await harnessOf(map, root)
  const submissions = await submissionsOf(map, root)
  map.refuseRest()
  return {
    ...plainProblem,
    format: 'assignment',
    name,
    path: root,
    limits: {
      ...defaultLimits,
      ...limits,
      codeBytes: MiB,
    },
    languages,
    harness,
    submissions,
    warnings: harness.trust === 'shared' ? ['tests and submission share a process: results can be forged'] : [],
  }
}

async function harnessOf(map: YamlMap, root: string): Promise<Harness> {
  const harness = map.map('harness')
  if (harness === undefined) throw map.error(undefined, '`harness` is required')
  const folder = join(root, harness.string('files') ?? 'tests')
  const files = await readFiles(folder, { bytesMax: packageFileBytes, linksWithin: root })
  if (Object.keys(files).length === 0) throw packageError(folder, 'holds no file')
  const builtIn = harness.oneOf('built-in', ['javascript']) !== undefined
  const read = builtIn ? await builtInHarness(files, folder) : ownHarness(harness, files)
  const { timeMs: wallTimeMs, memoryBytes } = limitsIn(harness, harnessStandard)
  const limited = { ...read, wallTimeMs, memoryBytes }
  for (const key of builtIn ? ['run', 'result', 'format', 'trust'] : [])
    if (harness.has(key)) throw harness.error(key, 'cannot be chosen for the tests that are built in')
  harness.refuseRest()
  return limited
}

type Unlimited = Omit<Harness, 'wallTimeMs' | 'memoryBytes'>

function ownHarness(harness: YamlMap, files: SourceFiles): Unlimited {
  const run = harness.words('run')
  if (run === undefined || run.length === 0) throw harness.error('run', 'must name a program')
  return {
    files,
    run,
    resultFile: harness.string('result') ?? 'results.json',
    format: harness.oneOf('format', ['mayfly', 'junit', 'tap', 'gradescope']) ?? 'mayfly',
    trust: harness.oneOf('trust', ['separate', 'shared']) ?? 'separate',
  }
}

const testFile = /\.test\.[cm]?js$/

/** Tests in JavaScript, which take no set-up. */
async function builtInHarness(files: SourceFiles, folder: string): Promise<Unlimited> {
  const tests = Object.keys(files)
    .filter((path) => testFile.test(path) && !path.startsWith('node_modules/'))
    .sort()
  if (tests.length === 0) throw packageError(folder, 'holds no *.test.js')
  const packaged = { 'package.json': Buffer.from('{"type":"module"}') }
  return {
    files: { ...packaged, ...files, ...(await builtInFiles()) },
    run: ['node', builtInRunner, ...tests],
    resultFile: 'results.json',
    format: 'mayfly',
    trust: 'separate',
  }
}

/** `submissions:` maps names in `submissions/` to the verdict, or the verdict and the points, that they deserve. */
async function submissionsOf(map: YamlMap, root: string): Promise<readonly ProblemSubmission[]> {
  const promised = map.map('submissions')
  const found: ProblemSubmission[] = []
  const there = await names(join(root, 'submissions'))
  for (const name of promised?.keys() ?? []) {
    if (!there.includes(name)) throw map.error('submissions', `names ${name}, which is not in submissions/`)
    const words = promised?.words(name) ?? []
    const options = { bytesMax: packageFileBytes, linksWithin: root }
    const program = await readProgram(join(root, 'submissions', name), name, options)
    found.push({ ...program, expectations: [expectationOf(words, promised ?? map, name)], useForTimeLimit: false })
  }
  return found
}

function expectationOf([verdict = '', score]: readonly string[], map: YamlMap, name: string): Expectation {
  if (!Object.hasOwn(verdicts, verdict)) throw map.error(name, `must name a verdict, got ${verdict}`)
  const points = Number(score)
  if (score !== undefined && Number.isNaN(points)) throw map.error(name, `must name a number of points, got ${score}`)
  return {
    source: 'assignment.yaml',
    final: [verdict],
    ...(score === undefined ? {} : { score: [points, points] as const }),
  }
}
