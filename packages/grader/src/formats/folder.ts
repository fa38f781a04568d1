import { basename, join, relative, resolve } from 'node:path'
import { packageError } from '../errors.ts'
import type { Compare, Problem, Test } from '../problem/problem.ts'
import { defaultLimits, plainProblem } from './defaults.ts'
import { isDirectory, names, requireWithin } from './tree.ts'

/** What a plain folder cannot say itself. */
export interface FolderOptions {
  /** CPU time of one test. Default 2,000. */
  readonly timeMs?: number
  /** Default 256 MiB. */
  readonly memoryBytes?: number
  /** Default: tokens, in any case. */
  readonly compare?: Compare
}

const standardTimeMs = 2_000
const standardMemoryBytes = 256 * 1024 * 1024

const answerEndings = ['.ans', '.out', '.a']
const endings = ['.in', ...answerEndings]

/** Reads a folder of `*.in`, each with its `*.ans` or `*.out`; folders in it are groups in name alone. */
export async function readFolder(path: string, options: FolderOptions = {}): Promise<Problem> {
  const root = resolve(path)
  await requireWithin(root, await names(root), (name) => endings.some((ending) => name.endsWith(ending)))
  const tests = await testsIn(root, root)
  if (tests.length === 0) throw packageError(root, 'holds no *.in with its *.ans or *.out')
  return {
    ...plainProblem,
    format: 'folder',
    name: basename(root),
    path: root,
    limits: {
      ...defaultLimits,
      timeMs: options.timeMs ?? standardTimeMs,
      memoryBytes: options.memoryBytes ?? standardMemoryBytes,
    },
    compare: options.compare ?? { kind: 'tokens' },
    tests: { id: '', parts: tests, onReject: 'break', scoring: { kind: 'pass-fail' }, requires: [], hidden: false },
  }
}

/** Whether a folder holds tests of this kind. */
export async function isTestFolder(path: string): Promise<boolean> {
  return (await names(path)).some((name) => name.endsWith('.in'))
}

async function testsIn(path: string, root: string): Promise<readonly Test[]> {
  const found = await names(path)
  const tests: Test[] = []
  for (const name of found) {
    const inside = join(path, name)
    if (name.endsWith('.in')) tests.push(testAt(inside, root, found))
    else if (await isDirectory(inside)) tests.push(...(await testsIn(inside, root)))
  }
  return tests
}

function testAt(input: string, root: string, beside: readonly string[]): Test {
  const stem = basename(input, '.in')
  const answers = answerEndings.map((ending) => `${stem}${ending}`).filter((name) => beside.includes(name))
  const [answer, second] = answers
  if (answer === undefined) throw packageError(input, `has no ${stem}.ans and no ${stem}.out beside it`)
  if (second !== undefined) throw packageError(input, `has two answers, ${answer} and ${second}`)
  return {
    id: relative(root, input).slice(0, -'.in'.length),
    input: { path: input },
    answer: { path: join(input, '..', answer) },
    files: {},
    args: [],
    checkerFlags: [],
    hidden: false,
  }
}
