import { lstatSync, mkdtempSync, readdirSync, readlinkSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A new directory that only its owner may look into; those of processes that were killed go with it. */
export function makePrivateDirectory(parent = realpathSync(tmpdir())): string {
  const prefix = `mayfly-vitest-${pidNamespace()}-`
  for (const name of readdirSync(parent)) {
    const pid = name.startsWith(prefix) ? /^\d+(?=-)/.exec(name.slice(prefix.length))?.[0] : undefined
    if (pid !== undefined && !isAlive(Number(pid))) removeOwn(join(parent, name))
  }
  return mkdtempSync(join(parent, `${prefix}${process.pid}-`))
}

/** A number is a process only together with its namespace: directories of temporary files are shared with containers. */
function pidNamespace(): string {
  try {
    return /\d+/.exec(readlinkSync('/proc/self/ns/pid'))?.[0] ?? 'unknown'
  } catch {
    return 'unknown'
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH'
  }
}

/** In a directory of somebody else's, links might be put where it is just being emptied. */
function removeOwn(path: string): void {
  try {
    const { uid } = lstatSync(path)
    if (uid === process.getuid?.()) rmSync(path, { recursive: true, force: true })
  } catch {
    // Another Vitest that starts was faster.
  }
}
