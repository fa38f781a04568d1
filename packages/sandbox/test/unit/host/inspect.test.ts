import { describe, expect, test } from 'vitest'
import type { Host } from '../../../src/host/host.ts'
import { inspect } from '../../../src/host/inspect.ts'
import { missing, type FeatureReport, type HostReport } from '../../../src/host/report.ts'
import { hybrid, recordedHost, unified } from './recorded-host.ts'

const without = (files: Readonly<Record<string, string>>, pattern: RegExp): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(files).filter(([path]) => !pattern.test(path)))

const feature = (report: HostReport, name: string): FeatureReport | undefined =>
  report.features.find((found) => found.name === name)

async function look(files: Readonly<Record<string, string>>, about?: Partial<Host>): Promise<HostReport> {
  return inspect(recordedHost(files, about), { supervisor: '/s', parts: [] })
}

const names = [
  ...['architecture', 'kernel', 'rights', 'userIds', 'user namespace', 'mount namespace', 'pid namespace'],
  ...['network namespace', 'ipc namespace', 'uts namespace', 'cgroup namespace', 'timeNamespace', 'mounts', 'proc'],
  'imageInodes',
  ...['noNewPrivs', 'seccomp', 'refusalNames', 'landlock'],
  ...['cgroup', 'memory', 'swap', 'processes', 'cpu', 'ioWeight'],
]

describe('a host with everything', () => {
  test('is supported, and every feature is told with its state and a reason', async () => {
    const report = await look(unified)
    expect(report).toMatchObject({ supported: true, cgroups: 'v2', platform: 'linux', kernelRelease: '6.1.0-18-amd64' })
    expect(report.features.map(({ name }) => name)).toEqual(names)
    for (const { name, state, why } of report.features) {
      expect([name, state]).toEqual([name, 'enforced'])
      expect(why).not.toBe('')
    }
  })

  test('may be one where only the top has the controllers, as root finds it in a session of systemd', async () => {
    const session = '/sys/fs/cgroup/user.slice/user-0.slice/session-1.scope'
    const top = '/sys/fs/cgroup'
    const report = await look({
      ...unified,
      [`${session}/cgroup.controllers`]: 'memory pids\n',
      [`${top}/cgroup.controllers`]: 'cpuset cpu io memory pids\n',
      [`${top}/cgroup.procs`]: '1\n',
      [`${top}/cgroup.subtree_control`]: 'memory pids\n',
    })
    expect(report.supported).toBe(true)
    expect(feature(report, 'cpu')?.why).toBe(`by ${top}`)
  })

  test('may have a sandbox already, and all its processes in a leaf', async () => {
    const report = await look({
      ...unified,
      '/proc/self/cgroup': '0::/user.slice/user-0.slice/session-1.scope/mayfly-callers-15\n',
    })
    expect(report.supported).toBe(true)
    expect(feature(report, 'memory')?.why).toBe('by /sys/fs/cgroup/user.slice/user-0.slice/session-1.scope')
  })

  test('may as well have control groups of version 1', async () => {
    const report = await look(hybrid)
    expect(report).toMatchObject({ supported: true, cgroups: 'hybrid' })
    expect(feature(report, 'memory')?.why).toBe('by /sys/fs/cgroup/memory')
    expect(feature(report, 'cpu')?.why).toBe('by /sys/fs/cgroup/cpu')
  })
})

describe('a host is not supported, and told why and what to do,', () => {
  const cases: readonly (readonly [string, Readonly<Record<string, string>>, Partial<Host>, string, RegExp])[] = [
    [
      'without the memory controller',
      { ...hybrid, '/proc/self/mountinfo': hybrid['/proc/self/mountinfo']?.replace(/.*memory.*\n/, '') ?? '' },
      {},
      'memory',
      /cgroup_enable=memory/,
    ],
    ['with another architecture', unified, { architecture: 'riscv64' }, 'architecture', /^$/],
    ['with an old kernel', unified, { kernelRelease: '5.11.22' }, 'kernel', /newer kernel/],
    [
      'to root without its capabilities',
      { ...unified, '/proc/self/status': 'CapEff:\t00000000a80425fb\n' },
      {},
      'rights',
      /^run it as a user other than root$/,
    ],
    ['without seccomp', without(unified, /seccomp/), {}, 'seccomp', /boot a kernel/],
    ['without user namespaces', without(unified, /ns\/user$/), {}, 'user namespace', /boot a kernel/],
    [
      'with no network namespaces allowed',
      { ...unified, '/proc/sys/user/max_net_namespaces': '0\n' },
      {},
      'network namespace',
      /^sysctl -w user.max_net_namespaces=10000$/,
    ],
    [
      'where Debian’s switch is off',
      { ...unified, '/proc/sys/kernel/unprivileged_userns_clone': '0\n' },
      { userId: 1000 },
      'user namespace',
      /^sysctl -w kernel.unprivileged_userns_clone=1$/,
    ],
    [
      'where AppArmor restricts user namespaces',
      { ...unified, '/proc/sys/kernel/apparmor_restrict_unprivileged_userns': '1\n' },
      { userId: 1000 },
      'user namespace',
      /sysctl -w kernel.apparmor_restrict_unprivileged_userns=0$/,
    ],
    ['without cgroups', without(unified, /mountinfo/), {}, 'cgroup', /^mount -t cgroup2/],
    [
      'where control groups are read-only',
      unified,
      { isWritable: async () => false, userId: 1000 },
      'cgroup',
      /systemd-run --user --scope/,
    ],
    ['with swap on and no limit for it', without(hybrid, /memsw/), {}, 'swap', /swapaccount=1/],
  ]

  test.each(cases)('%s', async (_, files, about, name, fix) => {
    const report = await look(files, about)
    expect(report.supported).toBe(false)
    const found = feature(report, name)
    expect(found).toMatchObject({ state: 'missing', required: true })
    expect(found?.fix ?? '').toMatch(fix)
  })

  test('without a part that is to be installed', async () => {
    const report = await inspect(recordedHost(unified), {
      supervisor: '/s',
      parts: [async () => missing('supervisor', 'it is not there', 'install it')],
    })
    expect(report.supported).toBe(false)
    expect(feature(report, 'supervisor')).toMatchObject({ fix: 'install it' })
  })

  test('where it is not Linux', async () => {
    const report = await inspect(recordedHost({}, { platform: 'darwin', architecture: 'arm64' }), {
      supervisor: '/s',
      parts: [],
    })
    expect(report).toMatchObject({ supported: false, platform: 'darwin', cgroups: 'none' })
    expect(report.features).toMatchObject([{ name: 'linux', state: 'missing', required: true }])
  })
})

describe('what is additional', () => {
  test.each([
    ['landlock', unified, { probe: async (call: string) => (call === 'landlock_create_ruleset' ? -38 : 0) }],
    ['landlock', unified, { probe: async (call: string) => (call === 'landlock_create_ruleset' ? 1 : 0) }],
    ['imageInodes', without(unified, /filesystems/), {}],
    ['ioWeight', without(unified, /io\.weight|scheduler/), {}],
  ])('may be missing: %s', async (name, files, about) => {
    const report = await look(files, about)
    expect(report.supported).toBe(true)
    expect(feature(report, name)).toMatchObject({ state: 'missing', required: false })
  })

  test('may be without effect: a weight of IO that no disk goes by', async () => {
    const files = { ...unified, '/sys/block/sda/queue/scheduler': '[none] mq-deadline bfq\n' }
    expect(feature(await look(files), 'ioWeight')).toMatchObject({ state: 'degraded', required: false })
  })

  test.each([
    ['that no disk goes by', hybrid],
    ['of a host without disks', { ...without(hybrid, /scheduler/), '/sys/block/none': '' }],
  ])('may be left alone: with v1, the hierarchy of weights %s', async (_, files) => {
    expect(feature(await look(files), 'ioWeight')).toMatchObject({
      state: 'missing',
      required: false,
      fix: 'choose an IO scheduler with weights: echo bfq > /sys/block/DEVICE/queue/scheduler',
    })
  })
})

describe('the part of the hierarchy that a container is shown', () => {
  test('is where its controllers are looked for', async () => {
    const files = {
      ...unified,
      '/proc/self/mountinfo': '1 0 0:30 /docker/abc /sys/fs/cgroup rw - cgroup2 cgroup rw\n',
      '/proc/self/cgroup': '0::/docker/abc/inner\n',
      '/sys/fs/cgroup/inner/cgroup.controllers': 'memory\n',
      '/sys/fs/cgroup/inner/cgroup.procs': '1\n',
      '/sys/fs/cgroup/inner/cgroup.subtree_control': '\n',
    }
    const report = await look(files)
    expect(feature(report, 'memory')).toMatchObject({ state: 'enforced', why: 'by /sys/fs/cgroup/inner' })
    expect(feature(report, 'processes')).toMatchObject({ state: 'missing' })
  })
})
