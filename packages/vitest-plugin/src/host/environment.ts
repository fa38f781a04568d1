import type { PoolOptions } from 'vitest/node'

/** What tests are told of where they run; nothing of it is anyone's secret. */
const told: readonly string[] = [
  ...['CI', 'COLORTERM', 'COLUMNS', 'FORCE_COLOR', 'FORCE_TTY', 'LANG', 'LC_ALL', 'LINES', 'NODE_ENV', 'NO_COLOR'],
  ...['NODE_DISABLE_COMPILE_CACHE', 'TERM', 'TEST', 'TZ', 'VITEST', 'VITEST_MODE'],
]

/** The variables of a worker: those of the config, those that `names` let through, and Vitest's own. Of the rest none. */
export function environmentOf(
  { env, project }: PoolOptions,
  names: readonly string[],
): Readonly<Record<string, string>> {
  const ofConfig = [...Object.keys(project.vitest.config.env ?? {}), ...Object.keys(project.config.env ?? {})]
  const kept = new Set([...told, ...names, ...ofConfig])
  const pairs = Object.entries(env).filter(
    (pair): pair is [string, string] => kept.has(pair[0]) && pair[1] !== undefined,
  )
  return { HOME: '/work', ...Object.fromEntries(pairs) }
}
