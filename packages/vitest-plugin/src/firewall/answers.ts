import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import type { FileInMessage } from '../wire/messages.ts'
import type { Modules } from './modules.ts'
import type { VisiblePaths } from './visible-paths.ts'

/** Those of the modules that a worker may be told of. */
export function visibleModules(modules: unknown, rules: Modules): unknown {
  const entries = Object.entries((modules ?? {}) as Record<string, unknown>).filter(([, each]) => {
    try {
      rules.checkAnswer(each)
      return true
    } catch {
      return false
    }
  })
  return Object.assign(Object.create(null) as object, Object.fromEntries(entries))
}

/**
 * A module as Vitest answered, whose code it may have left in a file: where the container does not show that (Vitest 5 keeps
 * what it cannot cache below a directory for all projects), the file goes with it.
 */
export async function withCode(answer: unknown, paths: VisiblePaths): Promise<unknown> {
  const { tmp } = (answer ?? {}) as { readonly tmp?: unknown }
  if (typeof tmp !== 'string' || paths.has(tmp)) return answer
  const file: FileInMessage = { mayflyFile: await readFile(tmp), name: basename(tmp) }
  return { ...(answer as object), tmp: file }
}

/** An error without what cannot be sent, which those of plugins often have. */
export function sendable(error: unknown): unknown {
  if (!(error instanceof Error)) return error
  const copy = new Error(error.message)
  copy.name = error.name
  copy.stack = error.stack ?? ''
  const { code, id, plugin, loc, frame } = error as Error & Record<string, unknown>
  for (const [key, value] of Object.entries({ code, id, plugin, loc, frame }))
    if (value !== undefined) Object.assign(copy, { [key]: value })
  return copy
}
