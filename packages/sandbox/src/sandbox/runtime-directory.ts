import { readdir, readFile, readlink, rmdir, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'

/** A directory for a supervisor, which is empty to the rest of the host. */
export interface RuntimeDirectory {
  readonly path: string
  /** Removes it; may be called twice. */
  readonly remove: () => Promise<void>
}

/** Makes one that only the owner may look into, and removes those beside it whose processes died without doing so. */
export async function makeRuntimeDirectory(): Promise<RuntimeDirectory> {
  // Looks for the directory of temporary files as soon as it is imported, and throws where there is none.
  const { dir } = await import('tmp-promise')
  const namespace = await pidNamespace()
  const { path, cleanup } = await dir({ prefix: 'mayfly', postfix: namespace, mode: 0o700 })
  await sweep(dirname(path), namespace)
  let removed: Promise<void> | undefined
  const remove = async (): Promise<void> => (removed ??= cleanup().catch(() => {}))
  return { path, remove }
}

/** A number is a process only together with its namespace: directories of temporary files are shared with containers. */
async function pidNamespace(): Promise<string> {
  const link = await readlink('/proc/self/ns/pid').catch(() => '')
  return /\d+/.exec(link)?.[0] ?? 'unknown'
}

/** Only empty ones can be removed, and only one's own. */
async function sweep(parent: string, namespace: string): Promise<void> {
  const names = await readdir(parent).catch(() => [])
  const own = new RegExp(`^mayfly-(\\d+)-\\w+-${namespace}$`)
  await Promise.all(
    names.map(async (name) => {
      const [, pid] = own.exec(name) ?? []
      const path = join(parent, name)
      if (pid !== undefined && (await isAbandoned(path, pid))) await rmdir(path).catch(() => {})
    }),
  )
}

async function isAbandoned(path: string, pid: string): Promise<boolean> {
  try {
    const [{ ctimeMs }, boot, process] = await Promise.all([
      stat(path),
      readFile('/proc/stat', 'utf8'),
      readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined),
    ])
    return process === undefined || !hasMade(process, boot, ctimeMs)
  } catch {
    return false
  }
}

const ticksPerSecond = 100
/** /proc/stat tells the time of the boot in whole seconds, and clocks are set. */
const slackMs = 5000

/**
 * Whether a process, by its /proc/PID/stat, can be the one that made something at a time: it is no corpse, and was not
 * started later under a number that had become free (proc_pid_stat(5); `boot` is /proc/stat).
 */
export function hasMade(process: string, boot: string, madeAtMs: number): boolean {
  // The name before may hold anything, but no other `)` comes after it.
  const fields = process.slice(process.lastIndexOf(')') + 2).split(' ')
  const [state, startedTicks] = [fields[0], Number(fields[19])]
  const bootSeconds = Number(/^btime (\d+)$/m.exec(boot)?.[1] ?? 0)
  const startedAtMs = (bootSeconds + startedTicks / ticksPerSecond) * 1000
  return state !== 'Z' && state !== 'X' && startedAtMs <= madeAtMs + slackMs
}
