import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { packageError } from '../../errors.ts'
import type { Problem, ProblemSubmission } from '../../problem/problem.ts'
import { exists } from '../tree.ts'

/** By these a submission sees that DOMjudge judges it. */
const defines: readonly string[] = ['ONLINE_JUDGE', 'DOMJUDGE']

const ownFiles = ['domjudge-problem.ini', '.timelimit', 'submissions.json']

/** A package with what DOMjudge adds to it beside its settings: what starts a submission, and what it is told. */
export async function withDomjudge(root: string, problem: Problem): Promise<Problem> {
  const found = await Promise.all(ownFiles.map(async (name) => exists(join(root, name))))
  if (!found.includes(true) && !problem.submissions.some(isAnnotated)) return problem
  const starts = await readStarts(join(root, 'submissions.json'))
  const names = problem.submissions.map(({ name }) => name)
  const unknown = [...starts.keys()].filter((name) => !names.includes(name))
  return {
    ...problem,
    defines,
    submissions: problem.submissions.map((each) => ({ ...each, ...starts.get(each.name) })),
    warnings: [
      ...problem.warnings,
      ...unknown.map((name) => `submissions.json names submissions/${name}, which is not there`),
    ],
  }
}

function isAnnotated({ files }: ProblemSubmission): boolean {
  return Object.values(files).some((content) =>
    /@EXPECTED_(?:RESULTS|SCORE)@:/.test(Buffer.from(content).toString('latin1')),
  )
}

type Start = Pick<ProblemSubmission, 'entryPoint' | 'language'>

/** What starts each submission, by its name below `submissions/`. */
async function readStarts(path: string): Promise<ReadonlyMap<string, Start>> {
  if (!(await exists(path))) return new Map()
  const entries = Object.entries(parsed(await readFile(path, 'utf8'), path))
  return new Map(entries.map(([key, value]) => [nameIn(key, path), startOf(key, value, path)]))
}

function parsed(text: string, path: string): Readonly<Record<string, unknown>> {
  const value = ((): unknown => {
    try {
      return JSON.parse(text)
    } catch (cause) {
      throw packageError(path, cause instanceof Error ? cause.message : String(cause), 1)
    }
  })()
  if (isMapping(value)) return value
  throw packageError(path, 'must hold a mapping', 1)
}

function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function nameIn(key: string, path: string): string {
  if (!key.startsWith('submissions/')) throw packageError(path, `${key} is not below submissions/`)
  return key.replace(/^submissions\//, '').replace(/\/$/, '')
}

const keys: Readonly<Record<string, keyof Start>> = { entry_point: 'entryPoint', language: 'language' }

function startOf(name: string, value: unknown, path: string): Start {
  if (!isMapping(value)) throw packageError(path, `${name} must be a mapping`)
  const said = Object.entries(value).map(([key, text]): readonly [keyof Start, string] => {
    const known = Object.hasOwn(keys, key) ? keys[key] : undefined
    if (known === undefined) throw packageError(path, `${name}: \`${key}\` is not a key of this format`)
    if (typeof text !== 'string') throw packageError(path, `${name}: \`${key}\` must be a string`)
    return [known, text]
  })
  return Object.fromEntries(said)
}
