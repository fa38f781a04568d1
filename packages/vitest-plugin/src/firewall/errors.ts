import { fileURLToPath } from 'node:url'
import type { VisiblePaths } from './visible-paths.ts'

/** Frames of ours are of no use to anyone. */
const guestDirectory = fileURLToPath(new URL('../guest/', import.meta.url))

const depthMax = 20
const countMax = 1000

/** Properties by which Vitest finds source to print, or takes text for a frame of it. */
const pointers: readonly string[] = ['stacks', 'codeFrame', 'frame', '__vitest_rollup_error__', 'loc', 'id']

/**
 * Errors as they may be printed. Vitest reads the files that a stack names, for source maps and to print the lines
 * around: so a frame stays only where the worker sees the file itself.
 */
export function cleanErrors(errors: unknown, paths: VisiblePaths): unknown {
  if (!Array.isArray(errors)) return undefined
  return errors.slice(0, countMax).map((error: unknown) => cleanError(error, paths))
}

/** One of them, with its causes. */
export function cleanError(error: unknown, paths: VisiblePaths, depth = 0): unknown {
  if (typeof error !== 'object' || error === null) return typeof error === 'string' ? cleanStack(error, paths) : error
  const clean: Record<string, unknown> = {}
  for (const [key, value] of Object.entries(error)) {
    if (pointers.includes(key)) continue
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

function cleanNested(value: unknown, paths: VisiblePaths, depth: number): unknown {
  if (!Array.isArray(value)) return cleanError(value, paths, depth + 1)
  return value.slice(0, countMax).map((each: unknown) => cleanError(each, paths, depth + 1))
}

/** A stack without the frames of files that the worker does not see. */
export function cleanStack(stack: string, paths: VisiblePaths): string {
  return stack
    .split('\n')
    .filter((line) => !line.includes(guestDirectory) && framePaths(line).every((path) => paths.has(path)))
    .join('\n')
}

/** Every path that a line of a stack may be read as naming, in whatever browser's way of writing it. */
function framePaths(line: string): readonly string[] {
  if (!/:\d+|^\s*at\s|@/.test(line)) return []
  return [...line.matchAll(/(?:file:\/\/)?(?<path>\/[^\s()'"`,]*[^\s()'"`,.:])/g)].flatMap(({ index, groups }) => {
    // `node:internal/…`, `http://…` and relative ones name no file of the host.
    const before = line.slice(Math.max(0, index - 8), index)
    if (/(?:node:\w*|[\w.@-])$/.test(before) && !before.endsWith('@')) return []
    return [withoutPlace(groups?.['path'] ?? '')]
  })
}

function withoutPlace(path: string): string {
  const plain = path.replace(/(?::\d+){1,2}$/, '').replace(/[?#].*$/, '')
  try {
    return plain.includes('%') ? fileURLToPath(`file://${plain}`) : plain
  } catch {
    return plain
  }
}
