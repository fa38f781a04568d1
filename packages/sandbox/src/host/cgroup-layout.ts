import type { Host } from './host.ts'

/** Where the controllers of a host stand. */
export interface CgroupLayout {
  readonly version: 'v1' | 'v2' | 'hybrid' | 'none'
  /** The directory of this process's own cgroup for each v1 controller. */
  readonly v1: ReadonlyMap<string, string>
  /** The directory of this process's own cgroup in the unified hierarchy. */
  readonly v2: string | undefined
  /** The controllers that the unified hierarchy offers there. */
  readonly v2Controllers: readonly string[]
}

interface Mount {
  readonly root: string
  readonly point: string
  readonly type: string
  readonly options: readonly string[]
}

/** Finds the hierarchies from mountinfo and /proc/self/cgroup (cgroups(7)). */
export async function readCgroupLayout(host: Host): Promise<CgroupLayout> {
  const [mountinfo, membership] = await Promise.all([
    host.readText('/proc/self/mountinfo'),
    host.readText('/proc/self/cgroup'),
  ])
  const mounts = parseMounts(mountinfo ?? '')
  const own = parseMembership(membership ?? '')
  const v1 = new Map<string, string>()
  for (const mount of mounts.filter(({ type }) => type === 'cgroup')) {
    for (const option of mount.options) {
      const path = own.get(option)
      if (path !== undefined) v1.set(option, within(mount, path))
    }
  }
  const unified = mounts.find(({ type }) => type === 'cgroup2')
  const v2 = unified === undefined ? undefined : within(unified, own.get('') ?? '/')
  const controllers = v2 === undefined ? undefined : await host.readText(`${v2}/cgroup.controllers`)
  const v2Controllers = controllers?.split(/\s+/).filter((word) => word !== '') ?? []
  return { version: versionOf(v1.size > 0, v2 !== undefined), v1, v2, v2Controllers }
}

function versionOf(hasV1: boolean, hasV2: boolean): CgroupLayout['version'] {
  if (hasV1) return hasV2 ? 'hybrid' : 'v1'
  return hasV2 ? 'v2' : 'none'
}

/** proc_pid_mountinfo(5): ID PARENT MAJOR:MINOR ROOT POINT OPTIONS [TAGS] - TYPE SOURCE SUPEROPTIONS */
function parseMounts(text: string): readonly Mount[] {
  return text.split('\n').flatMap((line) => {
    const [left, right] = line.split(' - ')
    const [, , , root, point] = left?.split(' ') ?? []
    const [type, , options] = right?.split(' ') ?? []
    if (root === undefined || point === undefined || type === undefined) return []
    return [{ root, point, type, options: options?.split(',') ?? [] }]
  })
}

/** /proc/PID/cgroup: NUMBER:CONTROLLERS:PATH, with no controllers for the unified hierarchy. */
function parseMembership(text: string): ReadonlyMap<string, string> {
  const paths = new Map<string, string>()
  for (const line of text.split('\n')) {
    const match = /^\d+:([^:]*):(.*)$/.exec(line)
    for (const controller of match?.[1]?.split(',') ?? []) paths.set(controller, match?.[2] ?? '/')
  }
  return paths
}

/** A container's mount shows a part of the hierarchy only; our path may stand outside it, and then its top has to do. */
function within(mount: Mount, path: string): string {
  const relative = mount.root === '/' ? path : path.startsWith(mount.root) ? path.slice(mount.root.length) : '/'
  return relative === '/' || relative === '' ? mount.point : `${mount.point}${relative}`
}
