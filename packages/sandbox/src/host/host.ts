import { constants } from 'node:fs'
import { access, readdir, readFile } from 'node:fs/promises'
import { arch, availableParallelism, platform, release } from 'node:os'

/** All that the library asks of the machine it runs on; a recorded tree of files can stand in for it. */
export interface Host {
  readonly platform: string
  readonly architecture: string
  readonly kernelRelease: string
  readonly cpuCount: number
  readonly isRoot: boolean
  /** The text of a file, or `undefined` where it cannot be read. */
  readText(path: string): Promise<string | undefined>
  /** The names in a directory; none where it cannot be read. */
  names(path: string): Promise<readonly string[]>
  exists(path: string): Promise<boolean>
  isWritable(path: string): Promise<boolean>
}

/** The machine that this process runs on. */
export function thisHost(): Host {
  return {
    platform: platform(),
    architecture: arch(),
    kernelRelease: release(),
    cpuCount: availableParallelism(),
    isRoot: process.geteuid?.() === 0,
    readText: (path) => readFile(path, 'utf8').catch(() => undefined),
    names: (path) => readdir(path).catch(() => []),
    exists: (path) => reachable(path, constants.F_OK),
    isWritable: (path) => reachable(path, constants.W_OK),
  }
}

async function reachable(path: string, mode: number): Promise<boolean> {
  return access(path, mode).then(
    () => true,
    () => false,
  )
}
