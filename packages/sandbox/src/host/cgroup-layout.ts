import type { Host } from './host.ts'

/** Where the controllers of a host stand. */
export interface CgroupLayout {
  readonly version: 'v1' | 'v2' | 'hybrid' | 'none'
  /** Which of them containers are put into: version 1 where all of it is there. */
  readonly used: 'v1' | 'v2' | 'none'
  /** The top of the hierarchy of each v1 controller, below which containers have theirs. */
  readonly v1: ReadonlyMap<string, string>
  /** The directory of the unified hierarchy that containers get theirs in: this process's own, or the top. */
  readonly v2: string | undefined
  /** The controllers that the unified hierarchy offers there. */
  readonly v2Controllers: readonly string[]
  /** Whether the directories that are used are mounted read-only. */
  readonly isReadOnly: boolean
}

interface Mount {
  readonly root: string
  readonly point: string
  readonly type: string
  readonly isReadOnly: boolean
  readonly options: readonly string[]
}

/** Finds the hierarchies from mountinfo and /proc/self/cgroup (cgroups(7)). */
export async function readCgroupLayout(host: Host): Promise<CgroupLayout> {
  const [mountinfo, membership] = await Promise.all([
    host.readText('/proc/self/mountinfo'),
    host.readText('/proc/self/cgroup'),
  ])
  const mounts = parseMounts(mountinfo ?? '')
  const v1Mounts = mounts.filter(({ type }) => type === 'cgroup')
  const v1 = new Map(v1Mounts.flatMap(({ point, options }) => options.map((option) => [option, point] as const)))
  const unified = mounts.find(({ type }) => type === 'cgroup2')
  const v2 = unified === undefined ? undefined : await chooseDirectory(host, unified, ownPath(membership ?? ''))
  const controllers = v2 === undefined ? undefined : await host.readText(`${v2}/cgroup.controllers`)
  const v2Controllers = controllers?.split(/\s+/).filter((word) => word !== '') ?? []
  const used = usedVersion(v1, v2, v2Controllers)
  const usedMounts = used === 'v1' ? v1Mounts : unified === undefined ? [] : [unified]
  const isReadOnly = usedMounts.some((mount) => mount.isReadOnly)
  return { version: versionOf(v1.size > 0, unified !== undefined), used, v1, v2, v2Controllers, isReadOnly }
}

function versionOf(hasV1: boolean, hasV2: boolean): CgroupLayout['version'] {
  if (hasV1) return hasV2 ? 'hybrid' : 'v1'
  return hasV2 ? 'v2' : 'none'
}

/** Those of version 1 that limits and counters need. */
export const v1Controllers = ['memory', 'pids', 'cpu', 'cpuacct'] as const

/** As the supervisor chooses, native/src/cgroup.c. */
function usedVersion(
  v1: CgroupLayout['v1'],
  v2: string | undefined,
  v2Controllers: readonly string[],
): CgroupLayout['used'] {
  const has = v1Controllers.filter((controller) => v1.has(controller))
  if (has.length === v1Controllers.length || (has.length > 0 && v2 === undefined)) return 'v1'
  if (has.length > 0 && !v2Controllers.includes('memory')) return 'v1'
  return v2 === undefined ? 'none' : 'v2'
}

/** proc_pid_mountinfo(5): ID PARENT MAJOR:MINOR ROOT POINT OPTIONS [TAGS] - TYPE SOURCE SUPEROPTIONS */
function parseMounts(text: string): readonly Mount[] {
  return text.split('\n').flatMap((line) => {
    const [left, right] = line.split(' - ')
    const [, , , root, point, ownOptions] = left?.split(' ') ?? []
    const [type, , options] = right?.split(' ') ?? []
    if (root === undefined || point === undefined || type === undefined) return []
    const isReadOnly = ownOptions?.split(',').includes('ro') === true
    return [{ root, point, type, isReadOnly, options: options?.split(',') ?? [] }]
  })
}

/** /proc/PID/cgroup: NUMBER:CONTROLLERS:PATH, with no controllers for the unified hierarchy. */
function ownPath(text: string): string {
  return /^0::(.*)$/m.exec(text)?.[1] ?? '/'
}

/**
 * As the supervisor chooses, native/src/cgroup_callers.h: root may do without delegation where the top has what a service
 * of systemd was not given. Processes that have a sandbox are in a leaf of the cgroup that they were started in.
 */
async function chooseDirectory(host: Host, unified: Mount, path: string): Promise<string | undefined> {
  const own = within(unified, path.replace(/\/mayfly-callers-\d+$/, '') || '/')
  if (own === undefined || own === unified.point || (await isUsable(host, own))) return own
  return (await isUsable(host, unified.point)) ? unified.point : own
}

async function isUsable(host: Host, directory: string): Promise<boolean> {
  const controllers = (await host.readText(`${directory}/cgroup.controllers`))?.split(/\s+/) ?? []
  const hasRequired = ['memory', 'pids', 'cpu'].every((controller) => controllers.includes(controller))
  return hasRequired && host.isWritable(`${directory}/cgroup.subtree_control`)
}

/** A container's mount shows a part of the hierarchy only; a path outside it has no directory here. */
function within({ root, point }: Mount, path: string): string | undefined {
  const top = root === '/' ? '' : root
  const isInside = path === top || path.startsWith(`${top}/`)
  if (!isInside || path.includes('/..')) return undefined
  const relative = path.slice(top.length)
  return relative === '/' || relative === '' ? point : `${point}${relative}`
}
