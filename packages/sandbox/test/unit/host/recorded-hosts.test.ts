import { describe, expect, test } from 'vitest'
import { inspect } from '../../../src/host/inspect.ts'
import type { FeatureReport, HostReport } from '../../../src/host/report.ts'
import { hostOf, readRecord, recordNames } from './recorded-host.ts'

const supervisor = '/usr/lib/mayfly-supervisor'

async function look(name: string): Promise<HostReport> {
  return inspect(hostOf(readRecord(name)), { supervisor, parts: [] })
}

/** What is expected of a recorded host; all that is not listed is enforced. */
interface Expected {
  readonly about: Partial<HostReport>
  /** Required and missing, with what mends it. */
  readonly missing?: Readonly<Record<string, RegExp | string>>
  readonly additional?: readonly string[]
}

const withoutCgroup = Object.fromEntries(['memory', 'swap', 'processes', 'cpu'].map((name) => [name, 'as for cgroup']))
const delegate = /^systemd-run --user --scope --property=Delegate=yes COMMAND; or go without: .*--allow-missing cgroup$/
const landlock = 'landlock: degraded'
const withoutEffect = 'ioWeight: degraded'

/** What Docker refuses root by default, each with the flag that lifts it; `lift` says where the flag goes. */
function dockerRefuses(lift: string): Readonly<Record<string, RegExp | string>> {
  return {
    rights: `${lift} --cap-add SYS_ADMIN; or run it as a user other than root`,
    'user namespace': `${lift} --security-opt seccomp=unconfined`,
    mounts: `${lift} --security-opt apparmor=unconfined`,
    proc: `${lift} --security-opt systempaths=unconfined`,
    cgroup: new RegExp(`^${lift} --cgroupns=private --security-opt writable-cgroups=true .*--privileged`),
    ...withoutCgroup,
  }
}

const hosts: Readonly<Record<string, Expected>> = {
  'hybrid-root': {
    about: { supported: true, cgroups: 'hybrid', container: 'docker' },
    additional: ['ioWeight: missing'],
  },
  'hybrid-user': {
    about: { supported: false, cgroups: 'hybrid' },
    missing: { cgroup: /^boot with `systemd.unified_cgroup_hierarchy=1`.*; or go without/, ...withoutCgroup },
    additional: ['userIds: missing', 'ioWeight: missing'],
  },
  'network-namespaces-off': {
    about: { supported: false },
    missing: { 'network namespace': 'sysctl -w user.max_net_namespaces=10000' },
    additional: ['userIds: missing', 'ioWeight: missing'],
  },
  'debian-12-v2-root': { about: { supported: true, cgroups: 'v2' }, additional: [landlock, withoutEffect] },
  'debian-12-v2-user': {
    about: { supported: true, cgroups: 'v2' },
    additional: ['userIds: missing', landlock, withoutEffect],
  },
  'debian-12-root': {
    about: { supported: true, cgroups: 'v2', container: 'none' },
    additional: [landlock, 'ioWeight: missing'],
  },
  'debian-12-user': {
    about: { supported: false, cgroups: 'v2', container: 'none' },
    missing: { cgroup: delegate, ...withoutCgroup },
    additional: [landlock, 'ioWeight: missing'],
  },
  'debian-12-user-delegated': { about: { supported: true, cgroups: 'v2' }, additional: [landlock, withoutEffect] },
  'debian-12-userns-off': {
    about: { supported: false },
    missing: { 'user namespace': 'sysctl -w kernel.unprivileged_userns_clone=1' },
    additional: ['userIds: missing', landlock, 'ioWeight: missing'],
  },
  'ubuntu-24.04-user': {
    about: { supported: false, container: 'none' },
    missing: {
      'user namespace':
        /profile mayfly-supervisor "\/usr\/lib\/mayfly-supervisor" flags=\(unconfined\) \{ userns, \}.* apparmor_parser -r .*; or lift it for all: sysctl -w kernel\.apparmor_restrict_unprivileged_userns=0$/,
    },
    additional: [landlock, 'ioWeight: missing'],
  },
  'docker-default': {
    about: { supported: false, cgroups: 'v2', container: 'docker' },
    missing: dockerRefuses('start the container with'),
    additional: [landlock, 'ioWeight: missing'],
  },
  'docker-user-lifted': {
    about: { supported: false, container: 'docker' },
    missing: { cgroup: /writable-cgroups=true .*; or go without/, ...withoutCgroup },
    additional: ['userIds: missing', landlock, 'ioWeight: missing'],
  },
  'docker-privileged': {
    about: { supported: true, container: 'docker' },
    additional: [landlock, 'ioWeight: missing'],
  },
  'github-actions-container': {
    about: { supported: false, container: 'docker' },
    missing: dockerRefuses("put into the job's container.options:"),
    additional: [landlock, 'ioWeight: missing'],
  },
  'podman-rootless': {
    about: { supported: false, container: 'podman' },
    missing: {
      rights: /--cap-add SYS_ADMIN/,
      'user namespace': 'start the container with --security-opt seccomp=unconfined',
      mounts: 'start the container with --security-opt seccomp=unconfined',
      proc: 'start the container with --security-opt unmask=ALL',
      cgroup: /--cgroupns=private --security-opt unmask=ALL; or go without/,
      ...withoutCgroup,
    },
    additional: ['userIds: missing', landlock, 'ioWeight: missing'],
  },
  'kubernetes-default': {
    about: { supported: false, container: 'kubernetes' },
    missing: {
      rights: /securityContext, capabilities: \{add: \[SYS_ADMIN\]\}/,
      'user namespace': /securityContext, seccompProfile: \{type: Unconfined\}/,
      mounts: /securityContext, appArmorProfile: \{type: Unconfined\}/,
      proc: /securityContext, procMount: Unmasked/,
      cgroup: /securityContext, privileged: true/,
      ...withoutCgroup,
    },
    additional: [landlock, 'ioWeight: missing'],
  },
  wsl2: {
    about: { supported: true, cgroups: 'hybrid', container: 'none' },
    additional: ['landlock: missing', 'ioWeight: missing'],
  },
  'old-kernel': {
    about: { supported: false },
    missing: { kernel: 'boot a newer kernel', mounts: 'boot Linux 5.12 or later' },
    additional: ['timeNamespace: missing', 'refusalNames: missing', 'landlock: missing', 'ioWeight: missing'],
  },
  macos: {
    about: { supported: false, cgroups: 'none', container: 'none' },
    missing: { linux: /^run it on Linux/ },
  },
}

const without = (report: HostReport, required: boolean): readonly FeatureReport[] =>
  report.features.filter((feature) => feature.state !== 'enforced' && feature.required === required)

test('every recorded host is looked at', () => {
  expect(Object.keys(hosts).sort()).toEqual([...recordNames].sort())
})

describe.each(Object.entries(hosts))('%s', (name, { about, missing = {}, additional = [] }) => {
  test('lacks what it lacks, and is told how to mend it', async () => {
    const report = await look(name)
    expect(report).toMatchObject(about)
    const found = without(report, true)
    expect(found.map((feature) => feature.name)).toEqual(Object.keys(missing))
    for (const { name: of, fix } of found) expect(fix).toMatch(missing[of] ?? /^$/)
    expect(without(report, false).map((feature) => `${feature.name}: ${feature.state}`)).toEqual(additional)
  })

  test('has a reason for every state, and a fix for all that is missing', async () => {
    const { features } = await look(name)
    expect(features.filter(({ why }) => why === '')).toEqual([])
    expect(features.filter(({ state, fix }) => state === 'missing' && fix === undefined)).toEqual([])
  })
})

test('what a filter refuses is named, call by call', async () => {
  const report = await look('docker-default')
  const why = report.features.find(({ name }) => name === 'user namespace')?.why
  expect(why).toBe('the seccomp filter that this process runs under refuses unshare, clone3, keyctl')
})

test('a profile of AppArmor lifts the restriction for the supervisor that it names, and for no other', async () => {
  const record = readRecord('ubuntu-24.04-user')
  const withProfile = (path: string): ReturnType<typeof hostOf> => {
    const profile = `abi <abi/4.0>,\nprofile mayfly-supervisor "${path}" flags=(unconfined) { userns, }\n`
    return hostOf({ ...record, files: { ...record.files, '/etc/apparmor.d/mayfly-supervisor': profile } })
  }
  expect(await inspect(withProfile(supervisor), { supervisor, parts: [] })).toMatchObject({ supported: true })
  expect(await inspect(withProfile('/elsewhere'), { supervisor, parts: [] })).toMatchObject({ supported: false })
})

test('under GitLab the flags are those of its runner', async () => {
  const host = hostOf({ ...readRecord('docker-default'), environment: { GITLAB_CI: 'true' } })
  const { features } = await inspect(host, { supervisor, parts: [] })
  expect(features.find(({ name }) => name === 'proc')?.fix).toMatch(/privileged = true under \[runners\.docker\]/)
})

test.each([
  ['docker', { files: { '/proc/1/cgroup': '4:memory:/docker/0123abcd\n' } }],
  ['docker', { files: { '/proc/1/cgroup': '0::/system.slice/docker-0123abcd.scope\n' } }],
  ['podman', { existing: ['/run/.containerenv', '/.dockerenv'] }],
  ['kubernetes', { files: { '/proc/1/cgroup': '0::/kubepods.slice/kubepods-pod1.slice/cri-1.scope\n' } }],
  ['kubernetes', { existing: ['/var/run/secrets/kubernetes.io/serviceaccount', '/.dockerenv'] }],
  ['lxc', { files: { '/proc/1/cgroup': '0::/lxc.payload.one/init.scope\n' } }],
  ['other', { environment: { container: 'systemd-nspawn' } }],
  ['none', {}],
] as const)('it sees that this is %s', async (container, trace) => {
  const bare = { ...readRecord('debian-12-root'), ...trace }
  expect(await inspect(hostOf(bare), { supervisor, parts: [] })).toMatchObject({ container })
})
