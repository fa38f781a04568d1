import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parse } from 'ini'
import { packageError } from '../../errors.ts'
import { beyond, timeBound } from '../../problem/bounds.ts'
import { exists } from '../tree.ts'

/** What DOMjudge's own files in a package say. */
export interface DomjudgeSettings {
  readonly timeMs: number | undefined
  readonly specialCompare: boolean
  readonly specialRun: boolean
  readonly warnings: readonly string[]
}

const known = [
  'timelimit',
  'special_run',
  'special_compare',
  'points',
  'color',
  'name',
  'short-name',
  'probid',
  'allow_submit',
  'allow_judge',
  'externalid',
]

/** Reads `domjudge-problem.ini` and `.timelimit`; the latter is the weaker. */
export async function readDomjudge(root: string): Promise<DomjudgeSettings> {
  const warnings: string[] = []
  const file = join(root, 'domjudge-problem.ini')
  const text = (await exists(file)) ? await readFile(file, 'utf8') : ''
  const values = parse(text) as Readonly<Record<string, string | undefined>>
  for (const key of Object.keys(values))
    if (!known.includes(key)) throw packageError(file, `\`${key}\` is not a key of this format`, lineOf(text, key))
  const named = values['timelimit']
  const plain = join(root, '.timelimit')
  const second = (await exists(plain)) ? (await readFile(plain, 'utf8')).trim() : undefined
  if (named !== undefined && second !== undefined && Number(named) !== Number(second))
    warnings.push(`.timelimit says ${second} s and domjudge-problem.ini ${named} s: the latter holds`)
  return {
    timeMs: milliseconds(named, file, text) ?? milliseconds(second, plain, text),
    specialCompare: values['special_compare'] !== undefined,
    specialRun: values['special_run'] !== undefined,
    warnings,
  }
}

function milliseconds(value: string | undefined, path: string, text: string): number | undefined {
  if (value === undefined) return undefined
  const seconds = Number(value)
  if (!(seconds >= 0.001))
    throw packageError(
      path,
      `the time limit must be a number of seconds, at least 0.001, got ${value}`,
      lineOf(text, 'timelimit'),
    )
  const wrong = beyond(seconds, 1000, timeBound)
  if (wrong !== undefined) throw packageError(path, `the time limit ${wrong}`, lineOf(text, 'timelimit'))
  return Math.round(seconds * 1000)
}

function lineOf(text: string, key: string): number {
  return text.split('\n').findIndex((line) => line.trimStart().startsWith(key)) + 1 || 1
}
