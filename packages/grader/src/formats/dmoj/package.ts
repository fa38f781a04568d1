import { basename, join, resolve } from 'node:path'
import { packageError } from '../../errors.ts'
import type { Blob, Compare, Generator, Group, Problem, Test } from '../../problem/problem.ts'
import { testsOf } from '../../problem/problem.ts'
import { defaultLimits, plainProblem } from '../defaults.ts'
import type { FolderOptions } from '../folder.ts'
import { exists } from '../tree.ts'
import { YamlMap } from '../yaml-map.ts'
import { readZip } from '../zip.ts'
import { readChecker } from './checkers.ts'
import { insidePackage, requiredInside } from './inside-package.ts'
import { readGenerator, readInteractor, readSignature } from './parts.ts'
import { isOfPython } from './python.ts'

/** Whether a folder is a problem as DMOJ's judge reads it. */
export async function isDmojPackage(path: string): Promise<boolean> {
  return exists(join(path, 'init.yml'))
}

/** Where a problem's files are: beside `init.yml`, or in its archive. */
interface Files {
  readonly root: string
  readonly archive: ReadonlyMap<string, Uint8Array>
}

const standard = { timeMs: 2_000, memoryBytes: 256 * 1024 * 1024 }

/** Reads `init.yml`. The site, and not the package, knows the limits: they are options. */
export async function readDmoj(path: string, options: FolderOptions = {}): Promise<Problem> {
  const root = resolve(path)
  const file = join(root, 'init.yml')
  const map = await YamlMap.load(file, file)
  const archive = map.string('archive')
  const files = {
    root,
    archive:
      archive === undefined
        ? new Map<string, Uint8Array>()
        : await readZip(await requiredInside(root, archive, map, 'archive')),
  }
  const compare = (await readChecker(map, root)) ?? { kind: 'tokens' as const, caseSensitive: true }
  const interactor = await readInteractor(map, root)
  const signature = await readSignature(map, root)
  const whole = { files, compare, tellsAll: interactor !== undefined && isOfPython(interactor.program), map }
  const parts: (Group | Test)[] = []
  for (const [index, entry] of (map.maps('test_cases') ?? []).entries())
    parts.push(await readCase(entry, index, whole, parts))
  // Generators of all tests are read with each of them; pretests are fewer of the same
  map.ignore('generator', 'generator_args', 'pretest_test_cases')
  map.ignore('unbuffered', 'hints', 'wall_time_factor', 'meta', 'symlinks', 'binary_data')
  map.ignore('output_prefix_length', 'points')
  const outputBytes = map.number('output_limit_length', 1) ?? defaultLimits.outputBytes
  map.refuseRest()
  const tests: Group = {
    id: '',
    parts,
    onReject: 'continue',
    scoring: { kind: 'points', aggregate: 'sum' },
    requires: [],
    hidden: true,
  }
  if (testsOf(tests).length === 0) throw packageError(file, 'has no test_cases')
  return {
    ...plainProblem,
    format: 'dmoj',
    name: basename(root),
    path: root,
    limits: { ...defaultLimits, ...standard, ...limitsIn(options), outputBytes },
    scoring: true,
    languages: signature === undefined ? 'all' : ['cpp'],
    compare,
    interactor,
    signature,
    tests,
    warnings:
      options.timeMs === undefined ? [`the time limit is not in init.yml: ${standard.timeMs} ms are taken`] : [],
  }
}

function limitsIn({ timeMs, memoryBytes }: FolderOptions): Partial<Problem['limits']> {
  return { ...(timeMs === undefined ? {} : { timeMs }), ...(memoryBytes === undefined ? {} : { memoryBytes }) }
}

/** What all tests of a problem have in common. */
interface Whole {
  readonly files: Files
  readonly compare: Compare
  /** Its interactor is told of the points and the place of each test. */
  readonly tellsAll: boolean
  /** Of init.yml: what it says of generators holds where a test says nothing. */
  readonly map: YamlMap
}

/** Where a test stands, as programs in Python are told. */
interface Place {
  readonly position: number
  readonly batch: number
}

async function readCase(
  entry: YamlMap,
  index: number,
  whole: Whole,
  earlier: readonly (Group | Test)[],
): Promise<Group | Test> {
  const id = String(index + 1)
  const batch = entry.maps('batched')
  const points = entry.number('points', 0) ?? 1
  const position = earlier.flatMap((part) => ('parts' in part ? part.parts : [part])).length
  if (batch === undefined) return readTest(entry, id, whole, points, { position, batch: 0 })
  const batches = earlier.filter((part) => 'parts' in part)
  const requires = (entry.words('dependencies') ?? []).map((word) => {
    const found = batches[Number(word) - 1]
    if (found === undefined) throw entry.error('dependencies', `names batch ${word}, which is not before this one`)
    return found.id
  })
  const parts: Test[] = []
  for (const [at, test] of batch.entries()) {
    const place = { position: position + at, batch: batches.length + 1 }
    parts.push(await readTest(test, `${id}/${at + 1}`, whole, points, place))
  }
  entry.refuseRest()
  return {
    id,
    parts,
    onReject: 'break',
    scoring: { kind: 'points', aggregate: 'min' },
    maxScore: points,
    requires,
    hidden: true,
  }
}

async function readTest(
  entry: YamlMap,
  id: string,
  whole: Whole,
  points: number,
  { position, batch }: Place,
): Promise<Test> {
  const { files, map } = whole
  const generator = (await readGenerator(entry, files.root)) ?? (await generatorOfAll(entry, map, files.root))
  // What a generator is given, if there is such a file
  const given = generator === undefined ? undefined : ((await find(entry, 'in', files)) ?? nothing)
  const input = given ?? (await blobOf(entry, 'in', files))
  const answer = entry.has('out') ? await blobOf(entry, 'out', files) : nothing
  const compare = await readChecker(entry, files.root)
  entry.ignore('points', 'output_prefix_length', 'output_limit_length', 'binary_data')
  entry.refuseRest()
  const used = compare ?? whole.compare
  const isTold = whole.tellsAll || (used.kind === 'program' && used.programs.some(isOfPython))
  const checkerFlags = isTold ? [points, position, batch].map(String) : []
  return {
    ...{ id, input, answer, files: {}, args: [], checkerFlags, points, hidden: true },
    ...(compare === undefined ? {} : { compare }),
    ...(generator === undefined ? {} : { generator }),
  }
}

const nothing: Blob = { content: new Uint8Array() }

/** The generator of all tests, with a test's own words for it. */
async function generatorOfAll(entry: YamlMap, map: YamlMap, root: string): Promise<Generator | undefined> {
  const shared = await readGenerator(map, root)
  const own = entry.words('generator_args') ?? []
  return shared === undefined || own.length === 0 ? shared : { ...shared, args: own }
}

async function blobOf(entry: YamlMap, key: string, files: Files): Promise<Blob> {
  const name = entry.string(key)
  if (name === undefined) throw entry.error(undefined, `a test needs \`${key}\``)
  const found = await find(entry, key, files)
  if (found === undefined) throw entry.error(key, `names ${name}, which is neither in the archive nor beside it`)
  return found
}

async function find(entry: YamlMap, key: string, { root, archive }: Files): Promise<Blob | undefined> {
  const name = entry.string(key) ?? ''
  const content = archive.get(name)
  if (content !== undefined) return { content }
  const path = await insidePackage(root, name, entry, key)
  return path === undefined ? undefined : { path }
}
