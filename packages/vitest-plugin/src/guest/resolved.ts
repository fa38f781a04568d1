import { readFileSync, writeFileSync } from 'node:fs'
import module from 'node:module'
import { join } from 'node:path'

/** Where each module is, and of what kind, by who asks and what for. */
type Resolved = Record<string, readonly [url: string, format: string | undefined]>

const fileName = 'resolved.json'

function key(specifier: string, parent: string | undefined): string {
  return `${parent ?? ''}\0${specifier}`
}

/** From here on, what Node finds is kept; the function that comes back writes it into `directory`. */
export function recordResolved(directory: string): () => void {
  const found: Resolved = {}
  const hooks = module.registerHooks?.({
    resolve: (specifier, context, next) => {
      const resolved = next(specifier, context)
      found[key(specifier, context.parentURL)] = [resolved.url, resolved.format ?? undefined]
      return resolved
    },
  })
  return () => {
    hooks?.deregister()
    writeFileSync(join(directory, fileName), JSON.stringify(found))
  }
}

/**
 * Modules are where `recordResolved` found them (Node 22.15 and later), which takes a quarter off the time that a worker needs
 * to load; what it has nothing of is looked for. The function that comes back ends that, before anything of a project runs.
 */
export function useResolved(directory: string): () => void {
  const found = readResolved(directory)
  if (found === undefined) return () => {}
  const hooks = module.registerHooks?.({
    resolve: (specifier, context, next) => {
      const [url, format] = found[key(specifier, context.parentURL)] ?? []
      return url === undefined ? next(specifier, context) : { url, format, shortCircuit: true }
    },
  })
  return () => hooks?.deregister()
}

/** Nothing where it is not made yet. */
function readResolved(directory: string): Resolved | undefined {
  try {
    return JSON.parse(readFileSync(join(directory, fileName), 'utf8')) as Resolved
  } catch {
    return undefined
  }
}
