import type { Host } from '../../../src/host/host.ts'

/** A host made of the files that were recorded from one: by path, their text; directories end in a slash. */
export function recordedHost(files: Readonly<Record<string, string>>, about: Partial<Host> = {}): Host {
  const paths = Object.keys(files)
  const exists = async (path: string): Promise<boolean> =>
    paths.some((known) => known === path || known.startsWith(`${path}/`))
  return {
    platform: 'linux',
    architecture: 'x64',
    kernelRelease: '6.1.0-18-amd64',
    cpuCount: 4,
    isRoot: true,
    readText: async (path) => files[path],
    names: async (path) => [
      ...new Set(
        paths
          .filter((known) => known.startsWith(`${path}/`))
          .map((known) => known.slice(path.length + 1).split('/')[0] ?? ''),
      ),
    ],
    exists,
    isWritable: exists,
    ...about,
  }
}

const namespaces = Object.fromEntries(
  ['user', 'mnt', 'pid', 'net', 'ipc', 'uts', 'cgroup'].flatMap((kind) => [
    [`/proc/self/ns/${kind}`, ''],
    [`/proc/sys/user/max_${kind}_namespaces`, '96365\n'],
  ]),
)

const kernel = {
  ...namespaces,
  '/proc/sys/kernel/seccomp/actions_avail': 'kill_process kill_thread trap errno user_notif trace log allow\n',
  '/sys/kernel/security/lsm': 'lockdown,capability,landlock,yama,apparmor\n',
  '/proc/swaps': 'Filename\tType\tSize\tUsed\tPriority\n',
}

const swapOn = { '/proc/swaps': 'Filename\tType\tSize\tUsed\tPriority\n/dev/sda2 partition 8388604 0 -2\n' }

/** Debian 12 with systemd, as root in a user's session. */
export const unified: Readonly<Record<string, string>> = {
  ...kernel,
  '/proc/self/mountinfo':
    '35 24 0:30 / /sys/fs/cgroup rw,nosuid shared:9 - cgroup2 cgroup2 rw,nsdelegate,memory_recursiveprot\n',
  '/proc/self/cgroup': '0::/user.slice/user-0.slice/session-1.scope\n',
  '/sys/fs/cgroup/user.slice/user-0.slice/session-1.scope/cgroup.controllers': 'cpu io memory pids\n',
  '/sys/fs/cgroup/user.slice/user-0.slice/session-1.scope/cgroup.type': 'domain\n',
  '/sys/fs/cgroup/user.slice/user-0.slice/session-1.scope/memory.swap.max': 'max\n',
  '/sys/fs/cgroup/user.slice/user-0.slice/session-1.scope/io.weight': 'default 100\n',
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
  '/sys/fs/cgroup/memory/build/one/memory.memsw.limit_in_bytes': '9223372036854771712\n',
  '/sys/fs/cgroup/blkio/blkio.bfq.io_service_bytes': '',
  '/sys/fs/cgroup/pids/cgroup.procs': '1\n',
  '/sys/fs/cgroup/unified/cgroup.controllers': '\n',
  '/sys/block/vda/queue/scheduler': '[none] mq-deadline bfq\n',
}
