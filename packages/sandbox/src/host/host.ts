import { constants } from 'node:fs'
import { access, readdir, readFile } from 'node:fs/promises'
import { arch, availableParallelism, platform, release, userInfo } from 'node:os'
import { probeCall } from './probe-call.ts'
import type { ProbedCall } from './probed-calls.ts'

/** All that the library asks of the machine it runs on; a recorded tree of files can stand in for it. */
export interface Host {
  readonly platform: string
  readonly architecture: string
  readonly kernelRelease: string
  readonly cpuCount: number
  readonly userId: number
  /** The caller's name, as subuid(5) may have it; `undefined` where the user has none. */
  readonly userName: string | undefined
  /** A variable of this process's environment: which build service this is. */
  environment(name: string): string | undefined
  /** The text of a file, or `undefined` where it cannot be read. */
  readText(path: string): Promise<string | undefined>
  /** The names in a directory; none where it cannot be read. */
  names(path: string): Promise<readonly string[]>
  exists(path: string): Promise<boolean>
  isWritable(path: string): Promise<boolean>
  /** What a system call returns that is made so that it changes nothing: a value, or -errno; `undefined` where it cannot be tried. */
  probe(call: ProbedCall): Promise<number | undefined>
}

/** The machine that this process runs on. */
export function thisHost(): Host {
  return {
    platform: platform(),
    architecture: arch(),
    kernelRelease: release(),
    cpuCount: availableParallelism(),
    userId: process.geteuid?.() ?? 0,
    userName: ownName(),
    environment: (name) => process.env[name],
    readText: (path) => readFile(path, 'utf8').catch(() => undefined),
    names: (path) => readdir(path).catch(() => []),
    exists: (path) => reachable(path, constants.F_OK),
    isWritable: (path) => reachable(path, constants.W_OK),
    probe: probeCall,
  }
}

/** A container's user may stand in no passwd(5), and then Node throws. */
function ownName(): string | undefined {
  try {
    return userInfo().username
  } catch {
    return undefined
  }
}

async function reachable(path: string, mode: number): Promise<boolean> {
  return access(path, mode).then(
    () => true,
    () => false,
  )
}
