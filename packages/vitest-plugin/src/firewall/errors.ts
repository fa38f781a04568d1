import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { filesOfPlainFrame, framePaths } from './frames-of-stacks.ts'
import { errorShape, shaped } from './shapes.ts'
import type { VisiblePaths } from './visible-paths.ts'

/** Frames of ours are of no use to anyone. */
const guestDirectory = fileURLToPath(new URL('../guest/', import.meta.url))

const depthMax = 20
const countMax = 1000

/** Properties by which Vitest finds source to print, or takes text for a frame of it. */
const pointers: readonly string[] = [
  ...['stacks', 'codeFrame', 'frame', '__vitest_rollup_error__', 'loc', 'id'],
  ...['fileName', 'sourceURL'],
]

/**
 * Errors as they may be printed. Vitest reads the files that a stack names, for source maps and to print the lines
 * around: so a frame stays only where the worker sees the file itself.
 */
export function cleanErrors(errors: unknown, paths: VisiblePaths): unknown {
  if (!Array.isArray(errors)) return undefined
  return errors
    .slice(0, countMax)
    .map((error: unknown) => cleanError(isObject(error) ? error : { message: String(error) }, paths))
}

/** One of them, with its causes. */
export function cleanError(error: unknown, paths: VisiblePaths, depth = 0): unknown {
  if (typeof error !== 'object' || error === null) return typeof error === 'string' ? cleanStack(error, paths) : error
  const clean: Record<string, unknown> = {}
  for (const [key, value] of Object.entries(shaped(error, errorShape))) {
    if (pointers.includes(key)) continue
    if (key === 'VITEST_TEST_PATH' && !(typeof value === 'string' && paths.has(value))) continue
    if (/^stack(?:Str)?$/.test(key)) clean[key] = typeof value === 'string' ? cleanStack(value, paths) : ''
    else if (key === 'cause' || key === 'errors')
      clean[key] = depth >= depthMax ? undefined : cleanNested(value, paths, depth)
    else clean[key] = value
  }
  // V8 keeps these of a real Error as properties that are not listed.
  if (error instanceof Error)
    Object.assign(clean, { name: error.name, message: error.message, stack: cleanStack(String(error.stack), paths) })
  for (const key of ['name', 'message']) if (key in clean) clean[key] = String(clean[key])
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

function cleanNested(value: unknown, paths: VisiblePaths, depth: number): unknown {
  if (!Array.isArray(value)) return cleanError(value, paths, depth + 1)
  return value.slice(0, countMax).map((each: unknown) => cleanError(each, paths, depth + 1))
}

/** A stack without the frames of files that the worker does not see. */
export function cleanStack(stack: string, paths: VisiblePaths): string {
  return stack
    .split('\n')
    .filter((line) => !line.includes(guestDirectory) && (isOfShown(line, paths) || namesOnlyShown(line, paths)))
    .join('\n')
}

/** Where it can be read in one way only, and one of its files is there and shown: then what else it may name is none. */
function isOfShown(line: string, paths: VisiblePaths): boolean {
  const files = filesOfPlainFrame(line) ?? []
  return files.some((path) => existsSync(path)) && files.every((path) => !existsSync(path) || paths.has(path))
}

function namesOnlyShown(line: string, paths: VisiblePaths): boolean {
  return framePaths(line).every((path) => paths.has(path))
}
