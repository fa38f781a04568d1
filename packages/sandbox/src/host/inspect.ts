import { inspectCgroups } from './cgroups.ts'
import { inspectFilters } from './filters.ts'
import type { Host } from './host.ts'
import { inspectKernel } from './kernel.ts'
import { inspectMounts } from './mounts.ts'
import { inspectNamespaces } from './namespaces.ts'
import { missing, type FeatureReport, type HostReport } from './report.ts'
import { inspectRights } from './rights.ts'
import { readSurroundings } from './surroundings.ts'

/** What stands outside the kernel, looked for by the caller. */
export interface Installed {
  /** The supervisor's path, as a profile of AppArmor needs it. */
  readonly supervisor: string
  readonly parts: readonly (() => Promise<FeatureReport>)[]
}

/** Looks at a host feature by feature; asks only `host` and `installed`. */
export async function inspect(host: Host, { supervisor, parts }: Installed): Promise<HostReport> {
  const { platform, architecture, kernelRelease } = host
  const about = { platform, architecture, kernelRelease }
  if (platform !== 'linux') {
    const why = `containers are made of Linux namespaces, and this is ${platform}`
    const feature = missing('linux', why, 'run it on Linux, or in a virtual machine that runs Linux')
    return { ...about, cgroups: 'none', container: 'none', supported: false, features: [feature] }
  }
  const surroundings = await readSurroundings(host)
  const [rights, namespaces, mounts, filters, cgroups, installed] = await Promise.all([
    inspectRights(host, surroundings),
    inspectNamespaces(host, surroundings, supervisor),
    inspectMounts(host, surroundings),
    inspectFilters(host, surroundings),
    inspectCgroups(host, surroundings),
    Promise.all(parts.map((part) => part())),
  ])
  const kernel = inspectKernel(host)
  const features = [...kernel, ...rights, ...namespaces, ...mounts, ...filters, ...cgroups.features, ...installed]
  const supported = features.every(({ required, state }) => !required || state === 'enforced')
  const { container } = surroundings
  return { ...about, cgroups: cgroups.layout.version, container, supported, features }
}
