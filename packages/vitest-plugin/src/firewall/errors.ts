import { statSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { Allowance } from './allowance.ts'
import { filesOfPlainFrame, framePaths } from './frames-of-stacks.ts'
import { errorShape, shaped } from './shapes.ts'
import type { VisiblePaths } from './visible-paths.ts'

/** Frames of ours are of no use to anyone. */
const guestDirectory = fileURLToPath(new URL('../guest/', import.meta.url))

const depthMax = 20
const countMax = 1000

/** Vitest's patterns for frames take the square of a line's length. */
const lineMax = 8192
const stackMax = 1024 * 1024

/** Properties by which Vitest finds source to print, or takes text for a frame of it. */
const pointers: readonly string[] = [
  ...['stacks', 'codeFrame', 'frame', '__vitest_rollup_error__', 'loc', 'id'],
  ...['fileName', 'sourceURL', 'VITEST_TEST_PATH'],
]

/**
 * Errors as they may be printed. Vitest reads the files that a stack names, for source maps and to print the lines
 * around: so a frame stays only where the worker sees the file itself.
 */
export function cleanErrors(errors: unknown, paths: VisiblePaths, allowance = new Allowance()): unknown {
  if (!Array.isArray(errors)) return undefined
  return errors
    .slice(0, countMax)
    .map((error: unknown) => cleanError(isObject(error) ? error : { message: String(error) }, paths, allowance))
}

/** One of them, with its causes. */
export function cleanError(error: unknown, paths: VisiblePaths, allowance = new Allowance(), depth = 0): unknown {
  if (typeof error !== 'object' || error === null) return typeof error === 'string' ? cleanStack(error, paths) : error
  const clean: Record<string, unknown> = {}
  for (const [key, value] of Object.entries(shaped(error, errorShape))) {
    if (pointers.includes(key)) continue
    const isStack = /^stack(?:Str)?$/.test(key)
    if (!allowance.takes(isStack && typeof value === 'string' ? value.length : 0)) continue
    if (isStack) clean[key] = typeof value === 'string' ? cleanStack(value, paths) : ''
    else if (key === 'cause' || key === 'errors')
      clean[key] = depth >= depthMax ? undefined : cleanNested(value, paths, allowance, depth)
    else clean[key] = allowance.copy(value)
  }
  // V8 keeps these of a real Error as properties that are not listed.
  if (error instanceof Error)
    Object.assign(clean, { name: error.name, message: error.message, stack: cleanStack(String(error.stack), paths) })
  for (const key of ['name', 'message']) if (key in clean) clean[key] = isObject(clean[key]) ? '' : String(clean[key])
  return clean
}

/** What a worker failed with, whatever it sent as that: Vitest prints it as it prints its own. */
export function printable(error: unknown, paths: VisiblePaths): Error | undefined {
  if (error === undefined || error === null) return undefined
  const cleaned = cleanError(error, paths)
  const sent = typeof cleaned === 'string' ? { message: cleaned } : cleaned
  const { name, message, stack } = sent as Partial<Record<string, unknown>>
  const printed = new Error(typeof message === 'string' ? message : 'it did not say why')
  if (typeof name === 'string') printed.name = name
  printed.stack = typeof stack === 'string' ? stack : `${printed.name}: ${printed.message}`
  return printed
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null
}

function cleanNested(value: unknown, paths: VisiblePaths, allowance: Allowance, depth: number): unknown {
  const clean = (each: unknown): unknown =>
    allowance.takes() ? cleanError(each, paths, allowance, depth + 1) : undefined
  return Array.isArray(value) ? value.slice(0, countMax).map(clean) : clean(value)
}

/** A stack without the frames of files that the worker does not see. */
export function cleanStack(stack: string, paths: VisiblePaths): string {
  const lines = squeezed(stack.slice(0, stackMax))
    .split('\n')
    .map((line) => line.slice(0, lineMax))
    .filter((line) => !line.includes(guestDirectory) && (isOfShown(line, paths) || namesOnlyShown(line, paths)))
  return squeezed(lines.join('\n'))
}

/** In a long space patterns look for the start of a line from each of its characters on. */
function squeezed(text: string): string {
  return text.replaceAll(/\s{100,}/g, (space) => space.slice(0, 99))
}

/** Where it can be read in one way only, and one of its files is there and shown: then what else it may name is none. */
function isOfShown(line: string, paths: VisiblePaths): boolean {
  const files = filesOfPlainFrame(line) ?? []
  const found = files.map((path) => ({ path, is: whatIs(path) })).filter(({ is }) => is !== 'nothing')
  return found.length > 0 && found.every(({ path, is }) => is === 'file' && paths.has(path))
}

function namesOnlyShown(line: string, paths: VisiblePaths): boolean {
  return framePaths(line).every((path) => paths.has(path) && whatIs(path) !== 'other')
}

/** Vitest reads the source maps of what frames name: a directory fails it, and a pipe, or what a test wrote, holds it up. */
function whatIs(path: string): 'file' | 'nothing' | 'other' {
  if (path.includes('/__snapshots__/')) return 'other'
  try {
    const stats = statSync(path, { throwIfNoEntry: false })
    if (stats === undefined) return 'nothing'
    return stats.isFile() ? 'file' : 'other'
  } catch {
    return 'other'
  }
}
