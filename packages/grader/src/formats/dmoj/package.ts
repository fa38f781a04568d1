import { basename, join, resolve } from 'node:path'
import { packageError } from '../../errors.ts'
import type { Group, Problem, Test } from '../../problem/problem.ts'
import { testsOf } from '../../problem/problem.ts'
import { defaultLimits, plainProblem } from '../defaults.ts'
import type { FolderOptions } from '../folder.ts'
import { exists } from '../tree.ts'
import { YamlMap } from '../yaml-map.ts'
import { readZip } from '../zip.ts'
import { readersOf, readTest, type Whole } from './case.ts'
import type { Files } from './files.ts'
import { requiredInside } from './inside-package.ts'
import { Levels } from './levels.ts'
import { readInteractor, readSignature } from './parts.ts'
import { matchCases } from './patterns.ts'
import { isOfPython } from './python.ts'

/** Whether a folder is a problem as DMOJ's judge reads it. */
export async function isDmojPackage(path: string): Promise<boolean> {
  return exists(join(path, 'init.yml'))
}

const standard = { timeMs: 2_000, memoryBytes: 256 * 1024 * 1024, outputBytes: 24 * 1024 * 1024 }

/** Reads `init.yml`. The site, and not the package, knows the limits: they are options. */
export async function readDmoj(path: string, options: FolderOptions = {}): Promise<Problem> {
  const root = resolve(path)
  const file = join(root, 'init.yml')
  const map = await YamlMap.load(file, file)
  refusePrograms(map)
  const files = { root, archive: await archiveOf(map, root) }
  const read = readersOf(root)
  // Whether or not a test needs it
  await read.generator(map)
  const compare = (await read.checker(map)) ?? { kind: 'tokens' as const, caseSensitive: true, lineSensitive: true }
  const interactor = await readInteractor(map, root)
  const signature = await readSignature(map, files)
  const limits = { ...defaultLimits, ...standard, ...limitsIn(options) }
  const tellsAll = interactor !== undefined && isOfPython(interactor.program)
  const whole: Whole = { files, read, compare, tellsAll, timeMs: limits.timeMs }
  const parts = await readParts(map, whole)
  const unbuffered = map.boolean('unbuffered') ?? false
  // What an author tries a package with
  map.ignore('tests')
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
    limits,
    scoring: true,
    languages: signature === undefined ? 'all' : ['cpp'],
    defines: ['ONLINE_JUDGE', ...(signature === undefined ? [] : ['SIGNATURE_GRADER'])],
    compare,
    interactor,
    signature,
    unbuffered,
    pointsWithinTest: true,
    tests,
    warnings:
      options.timeMs === undefined ? [`the time limit is not in init.yml: ${standard.timeMs} ms are taken`] : [],
  }
}

async function archiveOf(map: YamlMap, root: string): Promise<Files['archive']> {
  const archive = map.string('archive')
  return archive === undefined ? new Map() : readZip(await requiredInside(root, archive, map, 'archive'))
}

/** Keys such as `test_cases++` hold Python, which the judge runs as itself. */
function refusePrograms(map: YamlMap): void {
  const key = map.keys().find((each) => each.endsWith('+'))
  if (key !== undefined)
    throw map.error(key, 'is a program in Python, which would run as whoever grades: write down what it makes')
}

function limitsIn({ timeMs, memoryBytes }: FolderOptions): { readonly timeMs?: number; readonly memoryBytes?: number } {
  return { ...(timeMs === undefined ? {} : { timeMs }), ...(memoryBytes === undefined ? {} : { memoryBytes }) }
}

/** Those of the list, or as the names of the archive's files have it; pretests, which decide, come before. */
async function readParts(map: YamlMap, whole: Whole): Promise<readonly (Group | Test)[]> {
  const root = new Levels([map])
  const [pretests, listed] = [map.maps('pretest_test_cases') ?? [], listOf(map)]
  const tests = listed === undefined ? await readMatched(root, whole) : await readList(root, listed, '', whole, 0)
  const before = testsOf({ ...nowhere, parts: tests }).length
  return [...(await readList(root, pretests, 'pretest/', whole, before)).map(deciding), ...tests]
}

function listOf(map: YamlMap): readonly YamlMap[] | undefined {
  return map.isMap('test_cases') ? undefined : map.maps('test_cases')
}

const nowhere = { id: '', onReject: 'continue', scoring: { kind: 'pass-fail' }, requires: [], hidden: true } as const

/** As if worth no points: nothing after it is judged unless it is accepted. */
function deciding(part: Group | Test): Group | Test {
  if (!('parts' in part)) return { ...part, points: 0, isDecisive: true }
  return { ...part, maxScore: 0, parts: part.parts.map(deciding) }
}

async function readMatched(root: Levels, whole: Whole): Promise<readonly (Group | Test)[]> {
  const { innermost: map } = root
  const names = [...whole.files.archive.keys()]
  if (names.length === 0) {
    if (map.has('test_cases') && map.isMap('test_cases'))
      throw map.error('test_cases', 'finds tests among the files of an archive, and there is none')
    return []
  }
  const matched = matchCases(map, names)
  const entries = matched.map(({ isBatch, points, tests }) => {
    const said = points === undefined ? {} : { points }
    return YamlMap.parse(JSON.stringify(isBatch ? { ...said, batched: tests } : { ...said, ...tests[0] }), map.path)
  })
  return readList(root, entries, '', whole, 0)
}

async function readList(
  root: Levels,
  entries: readonly YamlMap[],
  prefix: string,
  whole: Whole,
  before: number,
): Promise<readonly (Group | Test)[]> {
  const parts: (Group | Test)[] = []
  for (const [index, entry] of entries.entries()) {
    const levels = root.within(entry)
    const position = before + testsOf({ ...nowhere, parts }).length
    const id = `${prefix}${index + 1}`
    const batch = entry.maps('batched')
    parts.push(
      batch === undefined
        ? await readTest(levels, id, whole, { position, batch: 0 })
        : await readBatch(levels, batch, id, whole, { position, earlier: parts.filter((part) => 'parts' in part) }),
    )
  }
  return parts
}

async function readBatch(
  levels: Levels,
  entries: readonly YamlMap[],
  id: string,
  whole: Whole,
  { position, earlier }: { readonly position: number; readonly earlier: readonly Group[] },
): Promise<Group> {
  const { innermost: map } = levels
  const requires = (map.words('dependencies') ?? []).map((word) => {
    const found = earlier[Number(word) - 1]
    if (found === undefined) throw map.error('dependencies', `names batch ${word}, which is not before this one`)
    return found.id
  })
  const parts: Test[] = []
  for (const [at, entry] of entries.entries()) {
    const place = { position: position + at, batch: earlier.length + 1 }
    parts.push(await readTest(levels.within(entry), `${id}/${at + 1}`, whole, place))
  }
  map.refuseRest()
  return {
    ...{ id, parts, onReject: 'break', scoring: { kind: 'points', aggregate: 'min' } },
    ...{ maxScore: levels.number('points', 0) ?? 1, requires, hidden: true },
  }
}
