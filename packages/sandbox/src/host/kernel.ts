import type { Host } from './host.ts'
import { degraded, enforced, missing, type FeatureReport } from './report.ts'

/** mount_setattr(2) is the youngest call that a container cannot do without. */
const oldestKernel = [5, 12] as const

const architectures: readonly string[] = ['x64', 'arm64']

/** The kernel itself: its version, its architecture, its filters. */
export async function inspectKernel(host: Host): Promise<readonly FeatureReport[]> {
  const [actions, modules] = await Promise.all([
    host.readText('/proc/sys/kernel/seccomp/actions_avail'),
    host.readText('/sys/kernel/security/lsm'),
  ])
  return [
    inspectArchitecture(host),
    inspectVersion(host),
    inspectRights(host),
    inspectSeccomp(actions),
    inspectLandlock(modules),
  ]
}

function inspectArchitecture({ architecture }: Host): FeatureReport {
  if (architectures.includes(architecture)) return enforced('architecture', `it is ${architecture}`)
  return missing('architecture', `it is ${architecture}; there are supervisors for ${architectures.join(' and ')}`)
}

function inspectVersion({ kernelRelease }: Host): FeatureReport {
  const [major = 0, minor = 0] = kernelRelease.split('.').map((part) => Number.parseInt(part, 10))
  const isEnough = major > oldestKernel[0] || (major === oldestKernel[0] && minor >= oldestKernel[1])
  if (isEnough) return enforced('kernel', `it is Linux ${kernelRelease}`)
  const why = `it is Linux ${kernelRelease}; ${oldestKernel.join('.')} or later is needed`
  return missing('kernel', why, 'boot a newer kernel')
}

/** A range of ids of its own for each container, and a root put together from mounts, are for root to make. */
function inspectRights({ isRoot }: Host): FeatureReport {
  if (isRoot) return enforced('rights', 'this process runs as root')
  return missing(
    'rights',
    'this process does not run as root, which alone may give containers ids of their own',
    'run it as root: sudo COMMAND',
  )
}

function inspectSeccomp(actions: string | undefined): FeatureReport {
  if (actions === undefined) {
    return missing('seccomp', 'the kernel was built without CONFIG_SECCOMP_FILTER', 'boot a kernel that has it')
  }
  return enforced('seccomp', `the kernel filters system calls (${actions.trim()})`)
}

/** Landlock is no part of a container yet, and the report says no more than is true. */
function inspectLandlock(modules: string | undefined): FeatureReport {
  if (modules?.trim().split(',').includes('landlock')) {
    return degraded('landlock', 'the kernel has it; this version of Mayfly does not use it yet')
  }
  const why = modules === undefined ? 'securityfs is not mounted, so it cannot be seen' : 'the kernel runs without it'
  return missing('landlock', why, 'boot with `lsm=landlock,…`', false)
}
