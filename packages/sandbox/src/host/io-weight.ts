import { featureFixes } from '../features.ts'
import type { CgroupLayout } from './cgroup-layout.ts'
import { controllerFix } from './delegation.ts'
import type { Host } from './host.ts'
import { degraded, enforced, missing, type FeatureReport } from './report.ts'

/** Where the weight of a cgroup stands, whichever scheduler goes by it. */
const weightFiles = {
  v1: ['blkio.bfq.weight', 'blkio.weight'],
  v2: ['io.weight', 'io.bfq.weight'],
} as const

/** What tells of a weight at the top of a hierarchy, which never has one: BFQ's counters; the model it came with (cgroup-v2.rst). */
const tellingFiles = { v1: 'blkio.bfq.io_service_bytes', v2: 'io.cost.qos' } as const

/** Whether disks go by a weight: a cgroup must have one, and a scheduler must heed it. */
export async function inspectIoWeight(host: Host, layout: CgroupLayout): Promise<FeatureReport> {
  const version = layout.used === 'v1' ? 'v1' : 'v2'
  const directory = version === 'v1' ? layout.v1.get('blkio') : ioDirectory(layout)
  if (directory === undefined) {
    const fix = await controllerFix(host, layout, 'io', featureFixes.cpu)
    return missing('ioWeight', 'no cgroup here has a controller of IO', fix, false)
  }
  const schedulers = await readSchedulers(host)
  if (!(await hasWeight(host, directory, version, schedulers))) {
    return missing('ioWeight', 'the kernel offers no weight for IO', featureFixes.ioWeight, false)
  }
  if (schedulers.some((scheduler) => /\[(?:bfq|cfq)\]/.test(scheduler))) {
    return enforced('ioWeight', `by ${directory}`, false)
  }
  if (version === 'v1' && (await host.exists('/sys/block'))) {
    return missing('ioWeight', 'no disk uses a scheduler that goes by it', featureFixes.ioWeight, false)
  }
  const why = 'it can be set, and has no effect: no disk uses the scheduler that goes by it'
  return degraded('ioWeight', why, featureFixes.ioWeight)
}

function ioDirectory({ v2Controllers, v2 }: CgroupLayout): string | undefined {
  return v2Controllers.includes('io') ? v2 : undefined
}

async function readSchedulers(host: Host): Promise<readonly string[]> {
  const disks = await host.names('/sys/block')
  const texts = await Promise.all(disks.map((disk) => host.readText(`/sys/block/${disk}/queue/scheduler`)))
  return texts.flatMap((text) => text ?? [])
}

/** In a cgroup it is seen; at the top it is guessed from a child, from the counters, and from what schedulers there are. */
async function hasWeight(
  host: Host,
  directory: string,
  version: 'v1' | 'v2',
  schedulers: readonly string[],
): Promise<boolean> {
  const children = (await host.names(directory)).filter((name) => !name.includes('.') && name !== 'tasks')
  const candidates = [directory, ...children.slice(0, 8).map((name) => `${directory}/${name}`)]
  const paths = candidates.flatMap((candidate) => weightFiles[version].map((file) => `${candidate}/${file}`))
  const found = await Promise.all([...paths, `${directory}/${tellingFiles[version]}`].map((path) => host.exists(path)))
  return found.includes(true) || schedulers.some((scheduler) => /\bbfq\b/.test(scheduler))
}
