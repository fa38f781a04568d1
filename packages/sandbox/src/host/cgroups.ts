import { featureFixes, featureSentences, type HostFeature } from '../features.ts'
import { readCgroupLayout, type CgroupLayout } from './cgroup-layout.ts'
import type { Host } from './host.ts'
import { degraded, enforced, missing, type FeatureReport } from './report.ts'

/** Whether memory, swap, processes, CPU and IO can be limited, and where. */
export async function inspectCgroups(
  host: Host,
): Promise<{ readonly layout: CgroupLayout; readonly features: readonly FeatureReport[] }> {
  const layout = await readCgroupLayout(host)
  const features = await Promise.all([
    inspectController(host, layout, 'memory', 'memory'),
    inspectSwap(host, layout),
    inspectController(host, layout, 'processes', 'pids'),
    inspectController(host, layout, 'cpu', 'cpu'),
    inspectIoWeight(host, layout),
  ])
  return { layout, features }
}

function absent(feature: HostFeature, why: string): FeatureReport {
  return missing(feature, why, featureFixes[feature], feature !== 'ioWeight')
}

/** The directory in which a controller's cgroups are made, whichever hierarchy has it. */
function directoryOf(layout: CgroupLayout, controller: string): string | undefined {
  return layout.v1.get(controller) ?? (layout.v2Controllers.includes(controller) ? layout.v2 : undefined)
}

async function inspectController(
  host: Host,
  layout: CgroupLayout,
  feature: HostFeature,
  controller: string,
): Promise<FeatureReport> {
  const directory = directoryOf(layout, controller)
  if (directory === undefined) return absent(feature, `no hierarchy has ${featureSentences[feature]}`)
  if (!(await host.isWritable(directory))) {
    return missing(feature, `this process may not write to ${directory}`, featureFixes.cgroup)
  }
  return enforced(feature, `by ${directory}`)
}

async function inspectSwap(host: Host, layout: CgroupLayout): Promise<FeatureReport> {
  const swaps = (await host.readText('/proc/swaps'))?.trim().split('\n').slice(1) ?? []
  if (swaps.length === 0) return enforced('swap', 'the host has no swap on')
  const v1 = layout.v1.get('memory')
  if (v1 !== undefined) {
    const file = `${v1}/memory.memsw.limit_in_bytes`
    return (await host.exists(file)) ? enforced('swap', `by ${file}`) : absent('swap', `there is no ${file}`)
  }
  const v2 = directoryOf(layout, 'memory')
  // The top of the hierarchy never has the file, cgroup-v2.rst; of it nothing can be told without making a cgroup.
  if (v2 === undefined) return absent('swap', 'no hierarchy has the memory controller')
  const isTop = !(await host.exists(`${v2}/cgroup.type`))
  if (isTop || (await host.exists(`${v2}/memory.swap.max`))) return enforced('swap', `by ${v2}`)
  return absent('swap', `there is no ${v2}/memory.swap.max`)
}

/**
 * Where the weight stands in a cgroup, and what tells of it at the top of a hierarchy, which never has it: BFQ's
 * counters on v1, the cost model that io.weight came with on v2 (cgroup-v2.rst).
 */
const weightFiles = {
  blkio: ['blkio.bfq.weight', 'blkio.weight', 'blkio.bfq.io_service_bytes'],
  io: ['io.weight', 'io.bfq.weight', 'io.cost.qos'],
} as const

async function inspectIoWeight(host: Host, layout: CgroupLayout): Promise<FeatureReport> {
  const controller = layout.v1.has('blkio') ? 'blkio' : 'io'
  const directory = directoryOf(layout, controller)
  if (directory === undefined) return absent('ioWeight', 'no hierarchy has a controller of IO')
  const found = await Promise.all(weightFiles[controller].map((file) => host.exists(`${directory}/${file}`)))
  if (!found.includes(true)) return absent('ioWeight', 'the kernel offers no weight for IO')
  const disks = await host.names('/sys/block')
  const schedulers = await Promise.all(disks.map((disk) => host.readText(`/sys/block/${disk}/queue/scheduler`)))
  if (schedulers.some((scheduler) => scheduler?.includes('[bfq]')))
    return enforced('ioWeight', `by ${directory}`, false)
  const why = 'it can be set, and has no effect: no disk uses the scheduler that goes by it'
  return degraded('ioWeight', why, featureFixes.ioWeight)
}
