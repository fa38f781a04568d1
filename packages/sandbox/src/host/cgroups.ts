import { featureFixes, featureSentences, type HostFeature } from '../features.ts'
import { readCgroupLayout, v1Controllers, type CgroupLayout } from './cgroup-layout.ts'
import { liftedBy } from './container-flags.ts'
import { controllerFix } from './delegation.ts'
import type { Host } from './host.ts'
import { inspectIoWeight } from './io-weight.ts'
import { enforced, missing, type FeatureReport } from './report.ts'
import type { Surroundings } from './surroundings.ts'

/** Whether memory, swap, processes, CPU and IO can be limited, and where. */
export async function inspectCgroups(
  host: Host,
  surroundings: Surroundings,
): Promise<{ readonly layout: CgroupLayout; readonly features: readonly FeatureReport[] }> {
  const layout = await readCgroupLayout(host)
  const cgroup = await inspectWritable(host, layout, surroundings)
  if (cgroup.state === 'missing') return { layout, features: [cgroup, ...withoutCgroup()] }
  const controllers = await Promise.all([
    inspectController(host, layout, 'memory', 'memory'),
    inspectSwap(host, layout),
    inspectController(host, layout, 'processes', 'pids'),
    inspectController(host, layout, 'cpu', 'cpu'),
    inspectIoWeight(host, layout),
  ])
  return { layout, features: [cgroup, ...controllers] }
}

function withoutCgroup(): readonly FeatureReport[] {
  const controlled = ['memory', 'swap', 'processes', 'cpu', 'ioWeight'] as const
  const why = 'there is no cgroup to limit it in'
  return controlled.map((feature) => missing(feature, why, 'as for cgroup', feature !== 'ioWeight'))
}

/** Whether a cgroup can be made, and this process moved: in version 2 one with controllers may hold no processes. */
async function inspectWritable(host: Host, layout: CgroupLayout, surroundings: Surroundings): Promise<FeatureReport> {
  if (layout.used === 'none') {
    const hidden = layout.version === 'none' ? 'none is mounted' : 'this process’s own is outside of what is mounted'
    return missing('cgroup', hidden, liftedBy(surroundings, 'cgroup') ?? 'mount -t cgroup2 none /sys/fs/cgroup')
  }
  const needed = layout.used === 'v1' ? topsOf(layout) : inOwn(layout)
  const writable = await Promise.all(needed.map((path) => host.isWritable(path)))
  const shut = needed.find((_, index) => writable[index] !== true)
  if (shut === undefined) return enforced('cgroup', `version ${layout.used.slice(1)}, by ${needed[0] ?? ''}`)
  const why = layout.isReadOnly ? `${shut} is mounted read-only` : `this process may not write to ${shut}`
  return missing('cgroup', why, fixOfShut(host, layout, surroundings))
}

function topsOf({ v1 }: CgroupLayout): readonly string[] {
  return [...new Set(v1Controllers.flatMap((controller) => v1.get(controller) ?? []))]
}

function inOwn({ v2 = '' }: CgroupLayout): readonly string[] {
  return [v2, `${v2}/cgroup.procs`, `${v2}/cgroup.subtree_control`]
}

const goWithout = "or go without: allowMissing: ['cgroup'], mayfly run --allow-missing cgroup"

function fixOfShut(host: Host, layout: CgroupLayout, surroundings: Surroundings): string {
  const lift = layout.isReadOnly ? liftedBy(surroundings, 'cgroup') : undefined
  if (lift !== undefined) return `${lift}; ${goWithout}`
  if (host.userId === 0) return 'mount -o remount,rw /sys/fs/cgroup'
  if (layout.used === 'v2') return `systemd-run --user --scope --property=Delegate=yes COMMAND; ${goWithout}`
  return `boot with \`systemd.unified_cgroup_hierarchy=1\`, since version 1 is for root alone; ${goWithout}`
}

/** The directory in which a controller's cgroups are made, whichever hierarchy has it. */
function directoryOf(layout: CgroupLayout, controller: string): string | undefined {
  if (layout.used === 'v1') return layout.v1.get(controller)
  return layout.v2Controllers.includes(controller) ? layout.v2 : undefined
}

async function inspectController(
  host: Host,
  layout: CgroupLayout,
  feature: HostFeature,
  controller: string,
): Promise<FeatureReport> {
  const directory = directoryOf(layout, controller)
  if (directory !== undefined) return enforced(feature, `by ${directory}`)
  const why = `${layout.v2 ?? 'no hierarchy'} lacks ${featureSentences[feature]}`
  return missing(feature, why, await controllerFix(host, layout, controller, featureFixes[feature]))
}

async function inspectSwap(host: Host, layout: CgroupLayout): Promise<FeatureReport> {
  const swaps = (await host.readText('/proc/swaps'))?.trim().split('\n').slice(1) ?? []
  if (swaps.length === 0) return enforced('swap', 'the host has no swap on')
  const directory = directoryOf(layout, 'memory')
  if (directory === undefined) return missing('swap', 'there is no memory controller', featureFixes.memory)
  const file = layout.used === 'v1' ? 'memory.memsw.limit_in_bytes' : 'memory.swap.max'
  // The top of a version 2 hierarchy never has the file, cgroup-v2.rst; of it nothing can be told without making a cgroup.
  const isTop = layout.used === 'v2' && !(await host.exists(`${directory}/cgroup.type`))
  if (isTop || (await host.exists(`${directory}/${file}`))) return enforced('swap', `by ${directory}/${file}`)
  return missing('swap', `there is no ${directory}/${file}`, featureFixes.swap)
}
