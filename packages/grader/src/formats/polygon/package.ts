import { readFile } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import { XMLParser, XMLValidator } from 'fast-xml-parser'
import { packageError } from '../../errors.ts'
import type {
  Compare,
  Group,
  Problem,
  ProblemSubmission,
  ProgramSource,
  Scoring,
  SourceFiles,
  Test,
} from '../../problem/problem.ts'
import { defaultLimits, defaultTiming, packageFileBytes } from '../defaults.ts'
import { exists, readProgram } from '../tree.ts'
import { promiseOf } from './tags.ts'
import { attribute, child, children, requireChild, type Element } from './xml.ts'

/** Whether a folder is a package of Polygon's. */
export async function isPolygonPackage(path: string): Promise<boolean> {
  return exists(join(path, 'problem.xml'))
}

/** Reads a package of Polygon's, of the kind that holds its tests. */
export async function readPolygon(path: string): Promise<Problem> {
  const root = resolve(path)
  const file = join(root, 'problem.xml')
  const text = await readFile(file, 'utf8')
  const valid = XMLValidator.validate(text)
  if (valid !== true) throw packageError(file, valid.err.msg, valid.err.line)
  const document = new XMLParser({ ignoreAttributes: false, parseTagValue: false, processEntities: true }).parse(
    text,
  ) as Element
  const problem = requireChild(document, 'problem', file)
  const judging = requireChild(problem, 'judging', file)
  const testset =
    children(judging, 'testset').find((each) => attribute(each, 'name') === 'tests') ??
    requireChild(judging, 'testset', file)
  const assets = requireChild(problem, 'assets', file)
  const resources = await resourcesOf(problem, root)
  const names = children(child(problem, 'names'), 'name')
  const tests = await testsIn(testset, root, file)
  const interactor = await programAt(child(assets, 'interactor'), root, resources)
  return {
    format: 'polygon',
    name:
      attribute(names.find((each) => attribute(each, 'language') === 'english') ?? names[0], 'value') ?? basename(root),
    path: root,
    limits: {
      ...defaultLimits,
      timeMs: numberIn(testset, 'time-limit', file),
      memoryBytes: numberIn(testset, 'memory-limit', file),
    },
    timing: defaultTiming,
    scoring: tests.scoring.kind === 'points',
    languages: 'all',
    include: {},
    compare: await checkerOf(assets, root, resources),
    interactor: interactor === undefined ? undefined : { program: interactor, protocol: 'testlib' },
    multiPass: false,
    submitAnswer: false,
    staticValidator: undefined,
    inputValidators: [],
    probes: [],
    tests,
    submissions: await solutionsOf(assets, root),
    warnings: [],
  }
}

function numberIn(element: Element, name: string, file: string): number {
  const value = Number(child(element, name)?.['#text'] ?? element[name])
  if (Number.isFinite(value) && value > 0) return value
  throw packageError(file, `<${name}> must be a positive number`)
}

/** `testlib.h` and the like, which lie beside every program of the package. */
async function resourcesOf(problem: Element, root: string): Promise<SourceFiles> {
  const listed = children(child(child(problem, 'files'), 'resources'), 'file').map((each) => attribute(each, 'path'))
  const headers = listed.filter((path): path is string => path !== undefined && /\.h(?:pp)?$/.test(path))
  const files: Record<string, Uint8Array> = {}
  for (const path of headers) files[basename(path)] = await readFile(join(root, path))
  return files
}

async function programAt(
  element: Element | undefined,
  root: string,
  resources: SourceFiles,
): Promise<ProgramSource | undefined> {
  const path = attribute(child(element, 'source'), 'path')
  if (path === undefined) return undefined
  const program = await readProgram(join(root, path), path, { bytesMax: packageFileBytes, linksWithin: root })
  return { ...program, files: { ...resources, ...program.files } }
}

async function checkerOf(assets: Element, root: string, resources: SourceFiles): Promise<Compare> {
  const program = await programAt(child(assets, 'checker'), root, resources)
  if (program === undefined) throw packageError(join(root, 'problem.xml'), 'names no checker with its source')
  return { kind: 'program', protocol: 'testlib', programs: [program] }
}

/** Fills in a number, as printf does in `tests/%02d.a`. */
function numbered(pattern: string, index: number): string {
  return pattern.replace(/%(?:0(\d+))?d/, (_, width: string | undefined) =>
    String(index).padStart(Number(width ?? 0), '0'),
  )
}

async function testsIn(testset: Element, root: string, file: string): Promise<Group> {
  const [inputs, answers] = ['input-path-pattern', 'answer-path-pattern'].map((name) => textOf(testset, name, file))
  const listed = children(child(testset, 'tests'), 'test')
  const tests: { readonly test: Test; readonly group: string | undefined }[] = []
  for (const [at, element] of listed.entries()) {
    const [input, answer] = [inputs, answers].map((pattern) => join(root, numbered(pattern ?? '', at + 1)))
    if (input === undefined || answer === undefined) continue
    for (const path of [input, answer])
      if (!(await exists(path))) throw packageError(path, 'is not there: the package must be one that holds its tests')
    const [points, group] = [attribute(element, 'points'), attribute(element, 'group')]
    const test = {
      ...{
        id: group === undefined ? String(at + 1) : `${group}/${at + 1}`,
        input: { path: input },
        answer: { path: answer },
        files: {},
        args: [],
        checkerFlags: [],
      },
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
  return { ...whole, parts }
}

async function solutionsOf(assets: Element, root: string): Promise<readonly ProblemSubmission[]> {
  const found: ProblemSubmission[] = []
  for (const element of children(child(assets, 'solutions'), 'solution')) {
    const [tag, path] = [attribute(element, 'tag') ?? '', attribute(child(element, 'source'), 'path')]
    if (path === undefined) continue
    const program = await readProgram(join(root, path), path, { bytesMax: packageFileBytes, linksWithin: root })
    found.push({ ...program, ...promiseOf(tag, join(root, 'problem.xml')) })
  }
  return found
}
