import { featureFixes, featureSentences, type HostFeature } from '../features.ts'
import { readCgroupLayout, type CgroupLayout } from './cgroup-layout.ts'
import type { Host } from './host.ts'
import { enforced, missing, type FeatureReport } from './report.ts'

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
    return missing(feature, `this process may not write to ${directory}`, featureFixes.cgroups)
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

async function inspectIoWeight(host: Host, layout: CgroupLayout): Promise<FeatureReport> {
  const v1 = layout.v1.get('blkio')
  const v2 = directoryOf(layout, 'io')
  const files =
    v1 === undefined
      ? ['io.weight', 'io.bfq.weight'].map((name) => `${v2 ?? ''}/${name}`)
      : ['blkio.weight', 'blkio.bfq.weight'].map((name) => `${v1}/${name}`)
  const found = await Promise.all(files.map((file) => host.exists(file)))
  const file = files[found.indexOf(true)]
  if (file !== undefined) return enforced('ioWeight', `by ${file}`, false)
  return absent('ioWeight', 'the kernel offers no weight for IO here')
}
