import type { Blob, Compare, Generator, Test, TestLimits } from '../../problem/problem.ts'
import { bytesBound, memoryBound, memoryMinBytes, timeBound } from '../../problem/bounds.ts'
import type { YamlMap } from '../yaml-map.ts'
import { readChecker } from './checkers.ts'
import { findFile, requireFile, type Files } from './files.ts'
import type { InheritedKey, Levels } from './levels.ts'
import { readLinks } from './links.ts'
import { readGenerator } from './parts.ts'
import { isOfPython } from './python.ts'

/** What all tests of a problem have in common. */
export interface Whole {
  readonly files: Files
  /** What a key says is read once, wherever it stands. */
  readonly read: {
    readonly checker: (owner: YamlMap) => Promise<Compare | undefined>
    readonly generator: (owner: YamlMap) => Promise<Generator | undefined>
  }
  /** The comparison of tests that say no other. */
  readonly compare: Compare
  /** Its interactor is told of the points and the place of each test. */
  readonly tellsAll: boolean
  /** CPU time of one test, where no test says another. */
  readonly timeMs: number
}

/** Where a test stands, as programs in Python are told. */
export interface Place {
  readonly position: number
  readonly batch: number
}

/** Reads what a mapping says of a key, once for each mapping. */
function once<Value>(read: (owner: YamlMap) => Promise<Value>): (owner: YamlMap) => Promise<Value> {
  const known = new Map<YamlMap, Promise<Value>>()
  return async (owner) => {
    const found = known.get(owner) ?? read(owner)
    known.set(owner, found)
    return found
  }
}

/** How checkers and generators of a problem are read. */
export function readersOf(root: string): Whole['read'] {
  return {
    checker: once(async (owner) => readChecker(owner, root)),
    generator: once(async (owner) => readGenerator(owner, root)),
  }
}

/** Reads one test, for which its batch and the whole file stand in. */
export async function readTest(levels: Levels, id: string, whole: Whole, place: Place): Promise<Test> {
  const { files } = whole
  const isText = levels.boolean('binary_data') !== true
  const points = levels.number('points', 0) ?? 1
  const generator = await generatorOf(levels, whole)
  const given = async (key: 'in' | 'out' | 'generator_in', must: boolean): Promise<Blob> => {
    const [name, owner] = [levels.string(key), levels.owner(key)]
    if (name === undefined) return nothing
    return must
      ? requireFile(files, name, owner, key, isText)
      : ((await findFile(files, name, owner, key, isText)) ?? nothing)
  }
  const ownInput = levels.has('generator_in') && generator !== undefined ? 'generator_in' : 'in'
  const input = await given(ownInput, generator === undefined || ownInput === 'generator_in')
  const answer = await given('out', true)
  const compare = (await whole.read.checker(levels.owner('checker'))) ?? whole.compare
  const links = readLinks(levels)
  const limits = limitsIn(levels, whole)
  levels.innermost.refuseRest()
  const isTold = whole.tellsAll || (compare.kind === 'program' && compare.programs.some(isOfPython))
  return {
    ...{ id, input, answer, files: {}, args: [], points, hidden: true },
    checkerFlags: isTold ? [points, place.position, place.batch].map(String) : [],
    ...(compare === whole.compare ? {} : { compare }),
    ...(points === 0 ? { isDecisive: true } : {}),
    ...(Object.keys(links).length === 0 ? {} : { links }),
    ...(Object.keys(limits).length === 0 ? {} : { limits }),
    ...(generator === undefined ? {} : { generator }),
  }
}

const nothing: Blob = { content: new Uint8Array() }

/** It has nothing to do where input and answer are files. */
async function generatorOf(levels: Levels, whole: Whole): Promise<Generator | undefined> {
  const says = (key: InheritedKey): boolean => levels.string(key) !== undefined
  if (!levels.has('generator') || (says('in') && says('out'))) return undefined
  const generator = await whole.read.generator(levels.owner('generator'))
  const args = levels.words('generator_args') ?? []
  return generator === undefined || args.length === 0 ? generator : { ...generator, args }
}

const secondMs = 1000
const kib = 1024

function limitsIn(levels: Levels, whole: Whole): TestLimits {
  const time = levels.amount('time_limit', secondMs, timeBound, 0)
  const timeMs = time === undefined ? undefined : Math.max(1, time)
  const memoryBytes = levels.amount('memory_limit', kib, memoryBound, 1)
  const wallTimeMs = levels.amount('wall_time_factor', timeMs ?? whole.timeMs, timeBound, 1)
  const outputBytes = levels.amount('output_limit_length', 1, bytesBound, 1)
  return {
    ...(timeMs === undefined ? {} : { timeMs }),
    ...(wallTimeMs === undefined ? {} : { wallTimeMs }),
    ...(memoryBytes === undefined ? {} : { memoryBytes: Math.max(memoryMinBytes, memoryBytes) }),
    ...(outputBytes === undefined ? {} : { outputBytes }),
  }
}
