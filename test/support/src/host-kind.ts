import { statfsSync } from 'node:fs'

const kinds = ['cgroup-v1', 'cgroup-v1-user', 'cgroup-v2', 'vm'] as const

/**
 * The kinds of host that `test/expected-skips.json` tells apart. On cgroup v1 an ordinary user can have no control
 * groups, and so no sandbox that has every protection; on v2 they can be handed over.
 */
export type HostKind = (typeof kinds)[number]

/** CGROUP2_SUPER_MAGIC, statfs(2). */
const cgroup2Magic = 0x63677270

/** The kind of this host; the virtual machine's harness says so itself, in MAYFLY_HOST_KIND. */
export function hostKind(): HostKind {
  const said = process.env['MAYFLY_HOST_KIND']
  const kind = kinds.find((one) => one === said)
  if (kind !== undefined) return kind
  if (said !== undefined) throw new Error(`MAYFLY_HOST_KIND must be one of ${kinds.join(', ')}, got ${said}`)
  if (statfsSync('/sys/fs/cgroup').type === cgroup2Magic) return 'cgroup-v2'
  return process.getuid?.() === 0 ? 'cgroup-v1' : 'cgroup-v1-user'
}
