import { readdirSync, readFileSync } from 'node:fs'
import type { Host } from '../../../src/host/host.ts'
import { probes, type ProbedCall } from '../../../src/host/probed-calls.ts'

/** A host as it was recorded: what it answered to all that was asked of it. */
export interface HostRecord {
  /** Where it comes from, and whether a machine answered or a document. */
  readonly origin: string
  readonly platform: string
  readonly architecture: string
  readonly kernelRelease: string
  readonly cpuCount: number
  readonly userId: number
  readonly userName?: string
  readonly environment: Readonly<Record<string, string>>
  /** What the probed system calls returned. */
  readonly calls: Readonly<Partial<Record<ProbedCall, number>>>
  /** By path, their text. */
  readonly files: Readonly<Record<string, string>>
  /** What else was there. */
  readonly existing: readonly string[]
  readonly writable: readonly string[]
}

const folder = new URL('../../../../../fixtures/hosts/', import.meta.url)

/** The names of all records. */
export const recordNames: readonly string[] = readdirSync(folder).map((file) => file.replace(/\.json$/, ''))

/** Reads one of fixtures/hosts/. */
export function readRecord(name: string): HostRecord {
  return JSON.parse(readFileSync(new URL(`${name}.json`, folder), 'utf8')) as HostRecord
}

/** A host that answers as the recorded one did, and to nothing else. */
export function hostOf(record: HostRecord): Host {
  const { platform, architecture, kernelRelease, cpuCount, userId, userName } = record
  const paths = [...Object.keys(record.files), ...record.existing, ...record.writable]
  return {
    ...{ platform, architecture, kernelRelease, cpuCount, userId, userName },
    environment: (name) => record.environment[name],
    readText: async (path) => record.files[path],
    names: async (path) => namesBelow(paths, path),
    exists: async (path) => paths.some((known) => known === path || known.startsWith(`${path}/`)),
    isWritable: async (path) => record.writable.includes(path),
    probe: async (call) => record.calls[call],
  }
}

function namesBelow(paths: readonly string[], directory: string): readonly string[] {
  const below = paths.filter((path) => path.startsWith(`${directory}/`))
  return [...new Set(below.map((path) => path.slice(directory.length + 1).split('/')[0] ?? ''))]
}

/** What a kernel answers that refuses none of the probes. */
const letThrough: Readonly<Record<ProbedCall, number>> = {
  clone3: -22,
  keyctl: 1,
  landlock_create_ruleset: 6,
  mount: -14,
  mount_setattr: -22,
  open_tree: -22,
  pivot_root: -14,
  seccomp: -14,
  unshare: 0,
}

/** A host made of files, whose kernel lets every call through and where everything may be written to; for what needs no whole record. */
export function recordedHost(files: Readonly<Record<string, string>>, about: Partial<Host> = {}): Host {
  const calls = Object.fromEntries(Object.keys(probes).map((call) => [call, letThrough[call as ProbedCall]]))
  const host = hostOf({
    ...{ origin: 'made up', platform: 'linux', architecture: 'x64', kernelRelease: '6.1.0-18-amd64', cpuCount: 4 },
    ...{ userId: 0, environment: {}, calls, files, existing: [], writable: [] },
  })
  return { ...host, isWritable: async (path) => host.exists(path), ...about }
}

const namespaces = Object.fromEntries(
  ['user', 'mnt', 'pid', 'net', 'ipc', 'uts', 'cgroup', 'time'].flatMap((kind) => [
    [`/proc/self/ns/${kind}`, ''],
    [`/proc/sys/user/max_${kind}_namespaces`, '96365\n'],
  ]),
)

const kernel = {
  ...namespaces,
  '/proc/self/status': 'CapEff:\t000001ffffffffff\nNoNewPrivs:\t0\nSeccomp:\t0\n',
  '/proc/filesystems': 'nodev\tsysfs\nnodev\toverlay\n\text4\n',
  '/proc/self/uid_map': '         0          0 4294967295\n',
  '/proc/sys/kernel/seccomp/actions_avail': 'kill_process kill_thread trap errno user_notif trace log allow\n',
  '/sys/kernel/security/lsm': 'lockdown,capability,landlock,yama,apparmor\n',
  '/proc/swaps': 'Filename\tType\tSize\tUsed\tPriority\n',
}

const swapOn = { '/proc/swaps': 'Filename\tType\tSize\tUsed\tPriority\n/dev/sda2 partition 8388604 0 -2\n' }

const own = '/sys/fs/cgroup/user.slice/user-0.slice/session-1.scope'

/** Debian 12 with systemd, as root in a user's session. */
export const unified: Readonly<Record<string, string>> = {
  ...kernel,
  '/proc/self/mountinfo':
    '35 24 0:30 / /sys/fs/cgroup rw,nosuid shared:9 - cgroup2 cgroup2 rw,nsdelegate,memory_recursiveprot\n',
  '/proc/self/cgroup': '0::/user.slice/user-0.slice/session-1.scope\n',
  [`${own}/cgroup.controllers`]: 'cpu io memory pids\n',
  [`${own}/cgroup.procs`]: '1\n',
  [`${own}/cgroup.subtree_control`]: '\n',
  [`${own}/cgroup.type`]: 'domain\n',
  [`${own}/memory.swap.max`]: 'max\n',
  [`${own}/io.weight`]: 'default 100\n',
  '/sys/block/sda/queue/scheduler': 'none mq-deadline [bfq]\n',
}

/** A machine with version 1 hierarchies, and a version 2 one without controllers beside them. */
export const hybrid: Readonly<Record<string, string>> = {
  ...kernel,
  ...swapOn,
  '/proc/self/mountinfo': `32 31 0:29 / /sys/fs/cgroup/cpu rw,relatime - cgroup cgroup rw,cpu,cpuacct
35 31 0:32 / /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory
38 31 0:35 / /sys/fs/cgroup/blkio rw,relatime - cgroup cgroup rw,blkio
39 31 0:36 / /sys/fs/cgroup/pids rw,relatime - cgroup cgroup rw,pids
41 31 0:38 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw
`,
  '/proc/self/cgroup': '9:pids:/\n7:blkio:/\n4:memory:/build/one\n2:cpu,cpuacct:/\n0::/\n',
  '/sys/fs/cgroup/cpu/cpu.cfs_quota_us': '-1\n',
  '/sys/fs/cgroup/memory/memory.limit_in_bytes': '9223372036854771712\n',
  '/sys/fs/cgroup/memory/memory.memsw.limit_in_bytes': '9223372036854771712\n',
  '/sys/fs/cgroup/blkio/blkio.bfq.io_service_bytes': '',
  '/sys/fs/cgroup/pids/cgroup.procs': '1\n',
  '/sys/fs/cgroup/unified/cgroup.controllers': '\n',
  '/sys/block/vda/queue/scheduler': '[none] mq-deadline bfq\n',
}
