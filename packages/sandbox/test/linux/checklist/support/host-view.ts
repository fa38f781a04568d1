import { existsSync, readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs'
import { dirname } from 'node:path'

/** An open descriptor of a process, seen from the host. */
export interface SeenDescriptor {
  readonly number: number
  /** As readlink(2) tells, inode numbers left out. */
  readonly target: string
  readonly closesOnExec: boolean
}

const closeOnExec = 0o2000000

/** Undefined for what is gone, or was, once `look` came to it. */
function ifStillThere<T>(look: () => T): T | undefined {
  try {
    return look()
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ESRCH'))
      return undefined
    throw error
  }
}

function describe(pid: number, number: number): SeenDescriptor {
  const flags = /^flags:\s+(\d+)$/m.exec(readFileSync(`/proc/${pid}/fdinfo/${number}`, 'utf8'))
  return {
    number,
    target: readlinkSync(`/proc/${pid}/fd/${number}`).replace(/\[\d+\]$/, ''),
    closesOnExec: (Number.parseInt(flags?.[1] ?? '', 8) & closeOnExec) !== 0,
  }
}

/** proc_pid_fdinfo(5), by number: none of a process that has ended, nor one that it closed while this looked. */
export function descriptorsOf(pid: number): readonly SeenDescriptor[] {
  const numbers = (ifStillThere(() => readdirSync(`/proc/${pid}/fd`)) ?? []).map(Number)
  numbers.sort((a, b) => a - b)
  return numbers.flatMap((number) => ifStillThere(() => describe(pid, number)) ?? [])
}

/** One field of proc_pid_status(5). */
export function statusField(pid: number, name: string): string {
  const line = readFileSync(`/proc/${pid}/status`, 'utf8')
    .split('\n')
    .find((text) => text.startsWith(`${name}:`))
  return line?.slice(name.length + 1).trim() ?? ''
}

/** Who owns its files in /proc: root once it is not dumpable, else the ids that it runs with (proc(5)). */
export function procOwner(pid: number): { readonly user: number; readonly group: number } {
  const { uid, gid } = statSync(`/proc/${pid}/fd`)
  return { user: uid, group: gid }
}

/** A file of one of its cgroups, from the hierarchy of this controller; undefined where there is none. */
export function cgroupFile(pid: number, controller: string, names: readonly string[]): string | undefined {
  return cgroupFiles(pid, controller, names)[0]
}

/** That file, and those of the cgroups above, whose limits hold below them: the nearest first. */
export function cgroupFiles(pid: number, controller: string, names: readonly string[]): readonly string[] {
  const directory = cgroupDirectories(pid, controller).find((path) =>
    names.some((name) => existsSync(`${path}/${name}`)),
  )
  const found: string[] = []
  for (let path = directory ?? '/'; path !== '/'; path = dirname(path)) {
    const file = names.map((name) => `${path}/${name}`).find((candidate) => existsSync(candidate))
    if (file !== undefined) found.push(readFileSync(file, 'utf8').trim())
  }
  return found
}

/** Where it may stand in the hierarchy of this controller, in the unified one too: proc_pid_cgroup(5). */
function cgroupDirectories(pid: number, controller: string): readonly string[] {
  return readFileSync(`/proc/${pid}/cgroup`, 'utf8')
    .split('\n')
    .flatMap((line) => {
      const [, controllers = '', path = ''] = line.split(':')
      const isUnified = controllers === '' && path !== ''
      if (!isUnified && !controllers.split(',').includes(controller)) return []
      const mounts = isUnified ? ['', '/unified'] : [`/${controllers}`, `/${controller}`]
      return mounts.map((mount) => `/sys/fs/cgroup${mount}${path}`)
    })
}
