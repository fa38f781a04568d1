import { statfsSync } from 'node:fs'

/** The kinds of host that `test/expected-skips.json` tells apart. */
export type HostKind = 'cgroup-v1' | 'cgroup-v2' | 'vm'

/** CGROUP2_SUPER_MAGIC, statfs(2). */
const cgroup2Magic = 0x63677270

/** The kind of this host; the virtual machine's harness says so itself, in MAYFLY_HOST_KIND. */
export function hostKind(): HostKind {
  const said = process.env['MAYFLY_HOST_KIND']
  if (said === 'cgroup-v1' || said === 'cgroup-v2' || said === 'vm') return said
  if (said !== undefined) throw new Error(`MAYFLY_HOST_KIND must be cgroup-v1, cgroup-v2 or vm, got ${said}`)
  return statfsSync('/sys/fs/cgroup').type === cgroup2Magic ? 'cgroup-v2' : 'cgroup-v1'
}
