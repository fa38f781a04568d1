import type { Modules } from './modules.ts'

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
