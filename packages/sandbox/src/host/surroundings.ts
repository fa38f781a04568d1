import type { Host } from './host.ts'

/** What makes containers around us. */
export type ContainerKind = 'docker' | 'podman' | 'kubernetes' | 'lxc' | 'other'

/** What this process runs in and under, as far as it can see. */
export interface Surroundings {
  readonly container: ContainerKind | 'none'
  /** The build service that runs the container, if it is one of those that say so. */
  readonly ci: 'GitHub Actions' | 'GitLab CI' | undefined
  /** Whether a seccomp filter is on this process (proc_pid_status(5)). */
  readonly isFiltered: boolean
  /** The AppArmor profile that confines this process, without its mode; `undefined` where none does. */
  readonly appArmorProfile: string | undefined
  readonly capabilities: bigint
  /** Whether this user namespace is the machine's own: its ids are mapped onto themselves, all of them. */
  readonly isInitialUserNamespace: boolean
  /** Whether ids are here that containers can be given ranges of (native/src/identity.c). */
  readonly hasRangeIds: boolean
  /** What is mounted over parts of /proc. */
  readonly coveredProc: readonly string[]
}

/** Looks at this process. */
export async function readSurroundings(host: Host): Promise<Surroundings> {
  const [status, profile, idMap, mountinfo] = await Promise.all([
    host.readText('/proc/self/status'),
    host.readText('/proc/self/attr/current'),
    host.readText('/proc/self/uid_map'),
    host.readText('/proc/self/mountinfo'),
  ])
  const field = (name: string): string => new RegExp(`^${name}:\\s*(\\S+)`, 'm').exec(status ?? '')?.[1] ?? '0'
  return {
    container: await containerKind(host),
    ci: buildService(host),
    isFiltered: field('Seccomp') !== '0',
    appArmorProfile: confiningProfile(profile),
    capabilities: BigInt(`0x${field('CapEff')}`),
    isInitialUserNamespace: /^\s*0\s+0\s+4294967295\s*$/.test(idMap ?? ''),
    hasRangeIds: idMap === undefined || maps(idMap, firstRangeId),
    coveredProc: coveredProc(mountinfo ?? ''),
  }
}

/** Those in it stand in a file that the maker of the container left, or in the names of its control groups. */
async function containerKind(host: Host): Promise<Surroundings['container']> {
  const [membership, initMembership] = await Promise.all([
    host.readText('/proc/self/cgroup'),
    host.readText('/proc/1/cgroup'),
  ])
  const groups = `${membership ?? ''}${initMembership ?? ''}`
  const kubernetes = host.environment('KUBERNETES_SERVICE_HOST') !== undefined || groups.includes('/kubepods')
  if (kubernetes || (await host.exists('/var/run/secrets/kubernetes.io'))) return 'kubernetes'
  if (await host.exists('/run/.containerenv')) return 'podman'
  if ((await host.exists('/.dockerenv')) || /\/docker[/-]/.test(groups)) return 'docker'
  if (/\/lxc(?:\.payload)?[./]/.test(groups) || (await host.exists('/dev/lxd'))) return 'lxc'
  return host.environment('container') === undefined ? 'none' : 'other'
}

function buildService(host: Host): Surroundings['ci'] {
  if (host.environment('GITHUB_ACTIONS') !== undefined) return 'GitHub Actions'
  return host.environment('GITLAB_CI') === undefined ? undefined : 'GitLab CI'
}

const firstRangeId = 0x7000_0000

/** proc_pid_uid_map(5): INSIDE OUTSIDE COUNT, a line for each range. */
function maps(idMap: string, id: number): boolean {
  return idMap.split('\n').some((line) => {
    const [inside = 0, , count = 0] = line.trim().split(/\s+/).map(Number)
    return id >= inside && id < inside + count
  })
}

/** `NAME (MODE)`, or `unconfined`; reading fails where AppArmor is off, and other modules write their own text there. */
function confiningProfile(text: string | undefined): string | undefined {
  const [, name, mode] = /^(.+) \((\w+)\)/.exec(text?.trim() ?? '') ?? []
  return mode === 'enforce' ? name : undefined
}

/** These are empty directories for file systems that belong there: the kernel takes no offence at them. */
const standing: ReadonlySet<string> = new Set(['/proc/sys/fs/binfmt_misc', '/proc/fs/nfsd'])

function coveredProc(mountinfo: string): readonly string[] {
  const points = mountinfo.split('\n').map((line) => line.split(' ')[4] ?? '')
  return [...new Set(points.filter((point) => point.startsWith('/proc/') && !standing.has(point)))]
}

const capabilityNumbers = { CAP_SETGID: 6, CAP_SETUID: 7, CAP_SYS_ADMIN: 21 } as const

/** The capabilities that root needs and lacks (linux/capability.h). */
export function lackingCapabilities({ capabilities }: Surroundings): readonly string[] {
  return Object.entries(capabilityNumbers)
    .filter(([, number]) => ((capabilities >> BigInt(number)) & 1n) === 0n)
    .map(([name]) => name)
}
