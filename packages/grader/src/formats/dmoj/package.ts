import { basename, join, resolve } from 'node:path'
import { packageError } from '../../errors.ts'
import type { Blob, Group, Problem, Test } from '../../problem/problem.ts'
import { testsOf } from '../../problem/problem.ts'
import { defaultLimits, defaultTiming, packageFileBytes } from '../defaults.ts'
import type { FolderOptions } from '../folder.ts'
import { exists, readProgram } from '../tree.ts'
import { YamlMap } from '../yaml-map.ts'
import { readZip } from '../zip.ts'
import { readChecker } from './checkers.ts'

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
  refuseWhatRunsInTheJudge(map)
  const archive = map.string('archive')
  const files = {
    root,
    archive: archive === undefined ? new Map<string, Uint8Array>() : await readZip(join(root, archive)),
  }
  const parts: (Group | Test)[] = []
  for (const [index, entry] of (map.maps('test_cases') ?? []).entries())
    parts.push(await readCase(entry, index, files, parts))
  map.ignore(
    'unbuffered',
    'hints',
    'wall_time_factor',
    'meta',
    'symlinks',
    'binary_data',
    'output_prefix_length',
    'points',
  )
  const outputBytes = map.number('output_limit_length', 1) ?? defaultLimits.outputBytes
  const interactor = await readInteractor(map, root)
  const compare = (await readChecker(map, root)) ?? { kind: 'tokens' as const, caseSensitive: true }
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
    format: 'dmoj',
    name: basename(root),
    path: root,
    limits: { ...defaultLimits, ...standard, ...limitsIn(options), outputBytes },
    timing: defaultTiming,
    scoring: true,
    languages: 'all',
    include: {},
    compare,
    interactor,
    multiPass: false,
    submitAnswer: false,
    staticValidator: undefined,
    inputValidators: [],
    probes: [],
    tests,
    submissions: [],
    warnings:
      options.timeMs === undefined ? [`the time limit is not in init.yml: ${standard.timeMs} ms are taken`] : [],
  }
}

function limitsIn({ timeMs, memoryBytes }: FolderOptions): Partial<Problem['limits']> {
  return { ...(timeMs === undefined ? {} : { timeMs }), ...(memoryBytes === undefined ? {} : { memoryBytes }) }
}

function refuseWhatRunsInTheJudge(map: YamlMap): void {
  for (const key of ['custom_judge', 'signature_grader', 'generator', 'grader', 'pretest_test_cases'])
    if (map.has(key)) throw map.error(key, 'cannot be honoured')
}

async function readInteractor(map: YamlMap, root: string): Promise<Problem['interactor']> {
  const interactive = map.map('interactive')
  if (interactive === undefined) return undefined
  const type = interactive.oneOf('type', ['default', 'testlib']) ?? 'default'
  const [first, ...others] = interactive.words('files') ?? []
  interactive.ignore('lang', 'preprocessing_time', 'memory_limit', 'feedback', 'flags', 'cached', 'compiler_time_limit')
  interactive.refuseRest()
  if (first === undefined) throw map.error('interactive', 'needs `files`')
  if (type !== 'testlib') throw map.error('interactive', 'must be of type testlib')
  const programs = await Promise.all(
    [first, ...others].map(async (name) => readProgram(join(root, name), name, { bytesMax: packageFileBytes })),
  )
  const merged = Object.fromEntries(programs.flatMap((program) => Object.entries(program.files)))
  return { program: { name: first, files: merged }, protocol: 'testlib' }
}

async function readCase(
  entry: YamlMap,
  index: number,
  files: Files,
  earlier: readonly (Group | Test)[],
): Promise<Group | Test> {
  const id = String(index + 1)
  const batch = entry.maps('batched')
  if (batch === undefined) return readTest(entry, id, files, entry.number('points', 0) ?? 1)
  const points = entry.number('points', 0) ?? 1
  const batches = earlier.filter((part) => 'parts' in part)
  const requires = (entry.words('dependencies') ?? []).map((word) => {
    const found = batches[Number(word) - 1]
    if (found === undefined) throw entry.error('dependencies', `names batch ${word}, which is not before this one`)
    return found.id
  })
  const parts: Test[] = []
  for (const [at, test] of batch.entries()) parts.push(await readTest(test, `${id}/${at + 1}`, files, points))
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

async function readTest(entry: YamlMap, id: string, files: Files, points: number): Promise<Test> {
  const input = await blobOf(entry, 'in', files)
  const answer = entry.has('out') ? await blobOf(entry, 'out', files) : { content: new Uint8Array() }
  const compare = await readChecker(entry, files.root)
  entry.ignore('points', 'output_prefix_length', 'output_limit_length', 'binary_data')
  entry.refuseRest()
  const test = { id, input, answer, files: {}, args: [], checkerFlags: [], points, hidden: true }
  return compare === undefined ? test : { ...test, compare }
}

async function blobOf(entry: YamlMap, key: string, { root, archive }: Files): Promise<Blob> {
  const name = entry.string(key)
  if (name === undefined) throw entry.error(undefined, `a test needs \`${key}\``)
  const content = archive.get(name)
  if (content !== undefined) return { content }
  const path = join(root, name)
  if (!path.startsWith(`${root}/`) || !(await exists(path)))
    throw entry.error(key, `names ${name}, which is neither in the archive nor beside it`)
  return { path }
}
