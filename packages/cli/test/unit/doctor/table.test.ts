import type { HostReport } from '@mayfly/sandbox'
import { expect, test } from 'vitest'

import { describeHost } from '../../../src/doctor/table.ts'

const host: HostReport = {
  platform: 'linux',
  architecture: 'x64',
  kernelRelease: '6.18.0',
  cgroups: 'v1',
  container: 'none',
  supported: true,
  features: [
    { name: 'memory', state: 'enforced', required: true, why: 'by /sys/fs/cgroup/memory' },
    { name: 'ioWeight', state: 'missing', required: false, why: 'no weight here', fix: 'echo bfq' },
  ],
}

test('a host that can do all that is required', () => {
  expect(describeHost(host)).toBe(`\
linux 6.18.0 on x64, cgroups v1

enforced  memory    by /sys/fs/cgroup/memory
missing   ioWeight  no weight here (not required)
                    to enable it: echo bfq

Everything that is required is here: \`mayfly run\` works.
`)
})

test('a host that lacks something required', () => {
  const feature = { name: 'linux', state: 'missing', required: true, why: 'this is darwin' } as const
  expect(describeHost({ ...host, cgroups: 'none', container: 'docker', supported: false, features: [feature] })).toBe(`\
linux 6.18.0 on x64, no cgroups, inside docker

missing   linux  this is darwin

Required and missing: linux. \`mayfly run\` refuses this host.
`)
})
