import { liftedBy } from './container-flags.ts'
import type { Host } from './host.ts'
import { isRefusal, type ProbedCall } from './probed-calls.ts'
import { enforced, missing, type FeatureReport } from './report.ts'
import { lackingCapabilities, type Surroundings } from './surroundings.ts'

/** Whether a root file system can be put together and changed to, and a /proc mounted in it. */
export async function inspectMounts(host: Host, surroundings: Surroundings): Promise<readonly FeatureReport[]> {
  return [await inspectMountCalls(host, surroundings), inspectProc(host, surroundings), await inspectImageInodes(host)]
}

/** Every kernel that is new enough lays overlays in user namespaces; what is a module is listed once it is loaded. */
async function inspectImageInodes(host: Host): Promise<FeatureReport> {
  const name = 'imageInodes'
  const shared = 'files of the image are shared, and containers can tell each other something by locking them'
  const listed = await host.readText('/proc/filesystems')
  if (/^\S*\toverlay$/m.test(listed ?? '')) return enforced(name, 'the kernel lays overlays over the image', false)
  const module = `/lib/modules/${host.kernelRelease}/kernel/fs/overlayfs/overlay.ko`
  const forms = await Promise.all(['', '.xz', '.zst', '.gz'].map((form) => host.exists(module + form)))
  if (forms.includes(true)) return enforced(name, 'the kernel loads overlayfs when the first container asks', false)
  return missing(name, `the kernel has no overlayfs; ${shared}`, 'modprobe overlay (CONFIG_OVERLAY_FS)', false)
}

async function inspectMountCalls(host: Host, surroundings: Surroundings): Promise<FeatureReport> {
  const profile = surroundings.appArmorProfile
  if (profile !== undefined && deniesMounts(profile)) {
    return missing('mounts', `the AppArmor profile ${profile} denies them`, liftedBy(surroundings, 'apparmor'))
  }
  const refused = await refusedCalls(host, callsThatTell(host, surroundings))
  if (refused.length === 0) return enforced('mounts', 'the kernel mounts, and changes its root')
  if (!surroundings.isFiltered) {
    return missing('mounts', `the kernel refuses ${refused.join(', ')}`, 'boot Linux 5.12 or later')
  }
  const why = `the seccomp filter that this process runs under refuses ${refused.join(', ')}`
  return missing('mounts', why, liftedBy(surroundings, 'seccomp') ?? 'start it without that filter')
}

/** pivot_root looks at rights before anything else, so that it tells nothing to who has none yet. */
function callsThatTell(host: Host, surroundings: Surroundings): readonly ProbedCall[] {
  const calls = ['mount', 'mount_setattr', 'open_tree'] as const
  return mayMount(host, surroundings) ? [...calls, 'pivot_root'] : calls
}

/** Whether this is root of the machine's own user namespace, with the right to mount. */
function mayMount({ userId }: Host, surroundings: Surroundings): boolean {
  const lacks = lackingCapabilities(surroundings).includes('CAP_SYS_ADMIN')
  return userId === 0 && surroundings.isInitialUserNamespace && !lacks
}

/** Those of them that a filter refuses, or that the kernel does not have. */
export async function refusedCalls(host: Host, calls: readonly ProbedCall[]): Promise<readonly ProbedCall[]> {
  const answers = await Promise.all(calls.map((call) => host.probe(call)))
  return calls.filter((_, index) => isRefusal(answers[index]))
}

/** The profiles that the makers of containers ship, of which each has `deny mount`. */
function deniesMounts(profile: string): boolean {
  return /^(?:docker-default|containers-default-.*|cri-containerd\.apparmor\.d|crio-default)$/.test(profile)
}

/**
 * A user namespace may mount a new /proc only where one is visible of which nothing is covered
 * (mount_namespaces(7)). Root of the machine's own namespace is not asked.
 */
function inspectProc(host: Host, surroundings: Surroundings): FeatureReport {
  const { coveredProc: covered } = surroundings
  if (covered.length === 0) return enforced('proc', 'a new one can be mounted: nothing is mounted over the one here')
  if (mayMount(host, surroundings)) return enforced('proc', 'a new one can be mounted: this is root of the machine')
  const shown = covered.slice(0, 3).join(', ')
  const more = covered.length > 3 ? ` and ${covered.length - 3} more` : ''
  const why = `something is mounted over ${shown}${more}, and the kernel then lets nobody mount a whole one`
  return missing('proc', why, liftedBy(surroundings, 'proc') ?? `umount ${covered.join(' ')}`)
}
