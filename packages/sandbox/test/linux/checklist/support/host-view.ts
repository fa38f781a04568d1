import { readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs'

/** An open descriptor of a process, seen from the host. */
export interface SeenDescriptor {
  readonly number: number
  /** As readlink(2) tells, inode numbers left out. */
  readonly target: string
  readonly closesOnExec: boolean
}

const closeOnExec = 0o2000000

function describe(pid: number, number: number): SeenDescriptor {
  const flags = /^flags:\s+(\d+)$/m.exec(readFileSync(`/proc/${pid}/fdinfo/${number}`, 'utf8'))
  return {
    number,
    target: readlinkSync(`/proc/${pid}/fd/${number}`).replace(/\[\d+\]$/, ''),
    closesOnExec: (Number.parseInt(flags?.[1] ?? '', 8) & closeOnExec) !== 0,
  }
}

/** proc_pid_fdinfo(5), by number. */
export function descriptorsOf(pid: number): readonly SeenDescriptor[] {
  const numbers = readdirSync(`/proc/${pid}/fd`).map(Number)
  numbers.sort((a, b) => a - b)
  return numbers.map((number) => describe(pid, number))
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
  for (const line of readFileSync(`/proc/${pid}/cgroup`, 'utf8').split('\n').filter(Boolean)) {
    const [, controllers = '', path = ''] = line.split(':')
    const mount = controllers === '' ? ['', '/unified'] : [`/${controllers}`, `/${controller}`]
    if (controllers !== '' && !controllers.split(',').includes(controller)) continue
    for (const name of names) {
      for (const below of mount) {
        try {
          return readFileSync(`/sys/fs/cgroup${below}${path}/${name}`, 'utf8').trim()
        } catch {
          // not in this hierarchy
        }
      }
    }
  }
  return undefined
}
