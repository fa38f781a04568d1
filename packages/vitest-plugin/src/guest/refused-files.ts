import fs from 'node:fs'
import type { RefusalLog } from './refusals.ts'

type Callable = (...args: unknown[]) => unknown

/** What writes to a path. */
const writers: readonly string[] = [
  ...['appendFile', 'chmod', 'copyFile', 'cp', 'link', 'mkdir', 'mkdtemp', 'open', 'rename', 'rm', 'rmdir', 'symlink'],
  ...['truncate', 'unlink', 'utimes', 'writeFile'],
]

/** Has writing functions of `node:fs` tell of what the read-only project refuses. */
export function watchFiles(log: RefusalLog): void {
  for (const name of writers) {
    replace(fs, `${name}Sync`, (original) => watchedSync(name, original, log))
    replace(fs, name, (original) => watchedCallback(name, original, log))
    replace(fs.promises, name, (original) => watchedPromise(name, original, log))
  }
}

/** Puts a function in another's place that looks like it. */
export function replace(object: object, name: string, make: (original: Callable) => Callable): void {
  const functions = object as Record<string, unknown>
  const original = functions[name]
  if (typeof original !== 'function') return
  const made = make(original as Callable)
  const { prototype: _, ...properties } = Object.getOwnPropertyDescriptors(original) as PropertyDescriptorMap
  Object.defineProperties(made, properties)
  functions[name] = made
}

function tell(error: unknown, action: string, args: readonly unknown[], log: RefusalLog, place = log.here()): void {
  const { code, path, dest } = (error ?? {}) as NodeJS.ErrnoException & { dest?: string }
  if (code !== 'EROFS') return
  const target = [path ?? String(args[0]), ...(dest === undefined ? [] : [dest])].join(' ')
  log.refused({ kind: 'write', action, target, code }, place)
}

function watchedSync(name: string, original: Callable, log: RefusalLog): Callable {
  return function watched(this: unknown, ...args) {
    try {
      return original.apply(this, args)
    } catch (error) {
      tell(error, name, args, log)
      throw error
    }
  }
}

function watchedCallback(name: string, original: Callable, log: RefusalLog): Callable {
  return function watched(this: unknown, ...args) {
    const done = args.at(-1)
    if (typeof done !== 'function') return original.apply(this, args)
    const place = log.here()
    const told = function told(this: unknown, ...results: unknown[]): unknown {
      tell(results[0], name, args, log, place)
      return (done as Callable).apply(this, results)
    }
    return original.apply(this, [...args.slice(0, -1), told])
  }
}

function watchedPromise(name: string, original: Callable, log: RefusalLog): Callable {
  return function watched(this: unknown, ...args) {
    const place = log.here()
    const result = original.apply(this, args) as Promise<unknown>
    result.catch((error: unknown) => tell(error, name, args, log, place))
    return result
  }
}
