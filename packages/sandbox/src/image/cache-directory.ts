import { homedir } from 'node:os'
import { isAbsolute, join } from 'node:path'

/**
 * Where images are kept: `$XDG_CACHE_HOME/mayfly` where that variable is set, else `/var/cache/mayfly` for root and
 * `~/.cache/mayfly` for everyone else. One that is not absolute counts as unset (XDG Base Directory Specification).
 */
export function cacheDirectory(environment: NodeJS.ProcessEnv = process.env): string {
  const base = environment['XDG_CACHE_HOME']
  if (base !== undefined && isAbsolute(base)) return join(base, 'mayfly')
  return process.getuid?.() === 0 ? '/var/cache/mayfly' : join(homedir(), '.cache', 'mayfly')
}
