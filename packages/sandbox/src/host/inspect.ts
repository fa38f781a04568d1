import { inspectCgroups } from './cgroups.ts'
import type { Host } from './host.ts'
import { inspectKernel } from './kernel.ts'
import { inspectNamespaces } from './namespaces.ts'
import { missing, type FeatureReport, type HostReport } from './report.ts'

/** The parts that stand outside the kernel, looked for by the caller. */
export type InstalledPart = () => Promise<FeatureReport>

/** Looks at a host feature by feature; asks only `host` and `parts`. */
export async function inspect(host: Host, parts: readonly InstalledPart[]): Promise<HostReport> {
  const { platform, architecture, kernelRelease } = host
  const about = { platform, architecture, kernelRelease }
  if (platform !== 'linux') {
    const why = `containers are made of Linux namespaces, and this is ${platform}`
    const feature = missing('linux', why, 'run it on Linux, or in a virtual machine that runs Linux')
    return { ...about, cgroups: 'none', supported: false, features: [feature] }
  }
  const [kernel, namespaces, cgroups, installed] = await Promise.all([
    inspectKernel(host),
    inspectNamespaces(host),
    inspectCgroups(host),
    Promise.all(parts.map((part) => part())),
  ])
  const features = [...kernel, ...namespaces, ...cgroups.features, ...installed]
  const supported = features.every(({ required, state }) => !required || state !== 'missing')
  return { ...about, cgroups: cgroups.layout.version, supported, features }
}
