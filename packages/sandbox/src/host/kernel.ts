import type { Host } from './host.ts'
import { enforced, missing, type FeatureReport } from './report.ts'

/** mount_setattr(2) is the youngest call that a container cannot do without. */
const oldestKernel = [5, 12] as const

const architectures: readonly string[] = ['x64', 'arm64']

/** The kernel itself: its architecture and its version. */
export function inspectKernel(host: Host): readonly FeatureReport[] {
  return [inspectArchitecture(host), inspectVersion(host)]
}

function inspectArchitecture({ architecture }: Host): FeatureReport {
  if (architectures.includes(architecture)) return enforced('architecture', `it is ${architecture}`)
  return missing('architecture', `it is ${architecture}; there are supervisors for ${architectures.join(' and ')}`)
}

function inspectVersion(host: Host): FeatureReport {
  const { kernelRelease } = host
  if (isKernel(host, oldestKernel)) return enforced('kernel', `it is Linux ${kernelRelease}`)
  const why = `it is Linux ${kernelRelease}; ${oldestKernel.join('.')} or later is needed`
  const isWindows = /microsoft/i.test(kernelRelease)
  return missing(
    'kernel',
    why,
    isWindows ? 'wsl --update, and wsl --set-version DISTRIBUTION 2' : 'boot a newer kernel',
  )
}

/** Whether the kernel is this version or a later one. */
export function isKernel({ kernelRelease }: Host, [major, minor]: readonly [number, number]): boolean {
  const [ownMajor = 0, ownMinor = 0] = kernelRelease.split('.').map((part) => Number.parseInt(part, 10))
  return ownMajor > major || (ownMajor === major && ownMinor >= minor)
}
