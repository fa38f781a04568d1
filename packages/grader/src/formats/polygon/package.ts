import { readFile } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import { XMLParser, XMLValidator } from 'fast-xml-parser'
import { packageError } from '../../errors.ts'
import type {
  Blob,
  Compare,
  Group,
  Problem,
  ProblemSubmission,
  ProgramSource,
  Scoring,
  SourceFiles,
  Test,
} from '../../problem/problem.ts'
import { beyond, memoryBound, memoryMinBytes, timeBound, type Bound } from '../../problem/bounds.ts'
import { defaultLimits, defaultTiming, packageFileBytes } from '../defaults.ts'
import { isFileName } from '../file-name.ts'
import { exists, readProgram } from '../tree.ts'
import { insideOf } from './inside.ts'
import { numbered, probesIn } from './probes.ts'
import { doNotRun, languageOf, promiseOf } from './tags.ts'
import { attribute, child, children, requireChild, type Element } from './xml.ts'

/** Whether a folder is a package of Polygon's. */
export async function isPolygonPackage(path: string): Promise<boolean> {
  return exists(join(path, 'problem.xml'))
}

/** Reads a package of Polygon's, of the kind that holds its tests. */
export async function readPolygon(path: string): Promise<Problem> {
  const root = resolve(path)
  const file = join(root, 'problem.xml')
  const problem = await documentAt(file)
  const judging = requireChild(problem, 'judging', file)
  const testset =
    children(judging, 'testset').find((each) => attribute(each, 'name') === 'tests') ??
    requireChild(judging, 'testset', file)
  const assets = requireChild(problem, 'assets', file)
  const resources = await resourcesOf(problem, root)
  const names = children(child(problem, 'names'), 'name')
  const tests = await testsIn(testset, judging, root, file)
  const interactor = await programAt(child(assets, 'interactor'), root, resources)
  const { probes, warnings } = await probesIn(assets, root)
  return {
    format: 'polygon',
    name:
      attribute(names.find((each) => attribute(each, 'language') === 'english') ?? names[0], 'value') ?? basename(root),
    path: root,
    limits: {
      ...defaultLimits,
      timeMs: integerIn(testset, 'time-limit', file, timeBound),
      memoryBytes: Math.max(memoryMinBytes, integerIn(testset, 'memory-limit', file, memoryBound)),
    },
    timing: defaultTiming,
    scoring: tests.scoring.kind === 'points',
    languages: 'all',
    defines: ['ONLINE_JUDGE'],
    include: {},
    compare: await checkerOf(assets, root, resources),
    interactor: interactor === undefined ? undefined : { program: interactor, protocol: 'testlib' },
    multiPass: false,
    submitAnswer: false,
    staticValidator: undefined,
    inputValidators: await validatorsOf(assets, root, resources),
    probes,
    tests,
    submissions: await solutionsOf(assets, root),
    warnings,
  }
}

async function documentAt(file: string): Promise<Element> {
  const text = await readFile(file, 'utf8')
  const valid = XMLValidator.validate(text)
  if (valid !== true) throw packageError(file, valid.err.msg, valid.err.line)
  const parser = new XMLParser({ ignoreAttributes: false, parseTagValue: false, processEntities: true })
  return requireChild(parser.parse(text) as Element, 'problem', file)
}

function integerIn(element: Element, name: string, file: string, bound: Bound): number {
  const value = Number(child(element, name)?.['#text'] ?? element[name])
  if (!Number.isInteger(value) || value <= 0) throw packageError(file, `<${name}> must be a positive integer`)
  const wrong = beyond(value, 1, bound)
  if (wrong !== undefined) throw packageError(file, `<${name}> ${wrong}`)
  return value
}

/** `testlib.h` and the like, which lie beside every program of the package. */
async function resourcesOf(problem: Element, root: string): Promise<SourceFiles> {
  const listed = children(child(child(problem, 'files'), 'resources'), 'file').map((each) => attribute(each, 'path'))
  const headers = listed.filter((path): path is string => path !== undefined && /\.h(?:pp)?$/.test(path))
  const files: Record<string, Uint8Array> = {}
  for (const path of headers) files[basename(path)] = await readFile(await insideOf(root, path))
  return files
}

async function programAt(
  element: Element | undefined,
  root: string,
  resources: SourceFiles,
): Promise<ProgramSource | undefined> {
  const path = attribute(child(element, 'source'), 'path')
  if (path === undefined) return undefined
  const program = await programOf(root, path)
  return { ...program, files: { ...resources, ...program.files } }
}

async function programOf(root: string, path: string): Promise<ProgramSource> {
  return readProgram(await insideOf(root, path), path, { bytesMax: packageFileBytes, linksWithin: root })
}

async function validatorsOf(assets: Element, root: string, resources: SourceFiles): Promise<readonly ProgramSource[]> {
  const found: ProgramSource[] = []
  for (const element of children(child(assets, 'validators'), 'validator')) {
    const program = await programAt(element, root, resources)
    if (program !== undefined) found.push(program)
  }
  return found
}

async function checkerOf(assets: Element, root: string, resources: SourceFiles): Promise<Compare> {
  const program = await programAt(child(assets, 'checker'), root, resources)
  if (program === undefined) throw packageError(join(root, 'problem.xml'), 'names no checker with its source')
  return { kind: 'program', protocol: 'testlib', programs: [program] }
}

async function testsIn(testset: Element, judging: Element, root: string, file: string): Promise<Group> {
  const [inputs, answers] = ['input-path-pattern', 'answer-path-pattern'].map((name) => textOf(testset, name, file))
  const [inputFile, outputFile] = ['input-file', 'output-file'].map((name) => fileName(judging, name, file))
  const listed = children(child(testset, 'tests'), 'test')
  const tests: { readonly test: Test; readonly group: string | undefined }[] = []
  for (const [at, element] of listed.entries()) {
    const [inputPath, answerPath] = [inputs, answers].map((pattern) => numbered(pattern ?? '', at + 1))
    const [input, answer] = [await heldTest(root, inputPath ?? ''), await heldTest(root, answerPath ?? '')]
    const [points, group] = [attribute(element, 'points'), attribute(element, 'group')]
    const test = {
      id: group === undefined ? String(at + 1) : `${group}/${at + 1}`,
      ...{ input, answer, args: [], checkerFlags: [] },
      files: inputFile === undefined ? {} : { [inputFile]: input },
      ...(outputFile === undefined ? {} : { links: { [outputFile]: '/dev/stdout' } }),
      inputFlags: ['--testset', 'tests', ...(group === undefined ? [] : ['--group', group])],
      hidden: attribute(element, 'sample') !== 'true',
    }
    tests.push({
      test: points === undefined ? test : { ...test, points: Number(points) },
      group,
    })
  }
  if (tests.length === 0) throw packageError(file, 'names no test')
  return grouped(tests, children(child(testset, 'groups'), 'group'))
}

/** A file of the submission's that stands for a stream; undefined where it is the stream itself. */
function fileName(judging: Element, name: string, file: string): string | undefined {
  const value = attribute(judging, name) ?? ''
  if (value === '') return undefined
  if (isFileName(value)) return value
  throw packageError(file, `${name} must be the name of a file, got ${value}`)
}

async function heldTest(root: string, path: string): Promise<Blob> {
  if (!(await exists(join(root, path))))
    throw packageError(join(root, path), 'is not there: the package must be one that holds its tests')
  return { path: await insideOf(root, path) }
}

function textOf(element: Element, name: string, file: string): string {
  const value = element[name]
  if (typeof value === 'string') return value
  throw packageError(file, `<${name}> is not there`)
}

function grouped(
  tests: readonly { readonly test: Test; readonly group: string | undefined }[],
  groups: readonly Element[],
): Group {
  const scores = tests.some(({ test }) => test.points !== undefined)
  const scoring: Scoring = scores ? { kind: 'points', aggregate: 'sum' } : { kind: 'pass-fail' }
  const whole = {
    id: '',
    onReject: scores ? ('continue' as const) : ('break' as const),
    scoring,
    requires: [],
    hidden: true,
  }
  if (groups.length === 0) return { ...whole, parts: tests.map(({ test }) => test) }
  const named = new Set(groups.map((element) => attribute(element, 'name') ?? ''))
  const alone = tests.filter(({ group }) => group === undefined || !named.has(group)).map(({ test }) => test)
  const parts = groups.map((element): Group => {
    const name = attribute(element, 'name') ?? ''
    const own = tests.filter(({ group }) => group === name).map(({ test }) => test)
    const isWhole = attribute(element, 'points-policy') === 'complete-group'
    const sum = own.reduce((total, { points = 0 }) => total + points, 0)
    const requires = children(child(element, 'dependencies'), 'dependency').map(
      (each) => attribute(each, 'group') ?? '',
    )
    return {
      id: name,
      parts: own,
      onReject: isWhole ? 'break' : 'continue',
      scoring: scores ? { kind: 'points', aggregate: isWhole ? 'pass-fail' : 'sum' } : { kind: 'pass-fail' },
      ...(scores ? { maxScore: sum } : {}),
      requires,
      hidden: own.every(({ hidden }) => hidden),
    }
  })
  return { ...whole, parts: [...alone, ...parts] }
}

async function solutionsOf(assets: Element, root: string): Promise<readonly ProblemSubmission[]> {
  const file = join(root, 'problem.xml')
  const found: ProblemSubmission[] = []
  for (const element of children(child(assets, 'solutions'), 'solution')) {
    const [tag = '', source] = [attribute(element, 'tag'), child(element, 'source')]
    const path = attribute(source, 'path')
    if (path === undefined || tag === doNotRun) continue
    const extra = children(child(element, 'extra-tags'), 'extra-tag').flatMap((each) => {
      const [group, own = ''] = [attribute(each, 'group'), attribute(each, 'tag')]
      return group === undefined || own === doNotRun ? [] : [promiseOf(own, file, group)]
    })
    const language = languageOf(attribute(source, 'type') ?? '')
    found.push({
      ...(await programOf(root, path)),
      ...(language === undefined ? {} : { language }),
      expectations: [promiseOf(tag, file), ...extra],
      useForTimeLimit: false,
    })
  }
  return found
}
