import type { Host } from './host.ts'
import { enforced, missing, type FeatureReport } from './report.ts'

/** The names in /proc/self/ns, and those in /proc/sys/user/max_NAME_namespaces. */
const kinds = [
  { name: 'user namespace', file: 'user', sysctl: 'user' },
  { name: 'mount namespace', file: 'mnt', sysctl: 'mnt' },
  { name: 'pid namespace', file: 'pid', sysctl: 'pid' },
  { name: 'network namespace', file: 'net', sysctl: 'net' },
  { name: 'ipc namespace', file: 'ipc', sysctl: 'ipc' },
  { name: 'uts namespace', file: 'uts', sysctl: 'uts' },
  { name: 'cgroup namespace', file: 'cgroup', sysctl: 'cgroup' },
] as const

/** Whether the seven namespaces can be made (namespaces(7), user_namespaces(7)). */
export async function inspectNamespaces(host: Host): Promise<readonly FeatureReport[]> {
  return Promise.all(kinds.map((kind) => inspectNamespace(host, kind)))
}

async function inspectNamespace(host: Host, kind: (typeof kinds)[number]): Promise<FeatureReport> {
  if (!(await host.exists(`/proc/self/ns/${kind.file}`))) {
    return missing(kind.name, 'the kernel was built without it', 'boot a kernel that has it')
  }
  const sysctl = `user.max_${kind.sysctl}_namespaces`
  const most = await host.readText(`/proc/sys/user/max_${kind.sysctl}_namespaces`)
  if (most?.trim() === '0') return missing(kind.name, `${sysctl} is 0`, `sysctl -w ${sysctl}=10000`)
  if (kind.file === 'user' && !host.isRoot) return inspectUnprivileged(host, kind.name)
  return enforced(kind.name, 'the kernel makes it')
}

/** Distributions shut user namespaces to everyone but root in two ways: Debian's sysctl, and Ubuntu's AppArmor. */
async function inspectUnprivileged(host: Host, name: string): Promise<FeatureReport> {
  const [debian, ubuntu] = await Promise.all([
    host.readText('/proc/sys/kernel/unprivileged_userns_clone'),
    host.readText('/proc/sys/kernel/apparmor_restrict_unprivileged_userns'),
  ])
  if (debian?.trim() === '0') {
    return missing(name, 'only root may make it', 'sysctl -w kernel.unprivileged_userns_clone=1')
  }
  if (ubuntu?.trim() === '1') {
    return missing(
      name,
      'AppArmor strips it of its rights for users other than root',
      'sysctl -w kernel.apparmor_restrict_unprivileged_userns=0',
    )
  }
  return enforced(name, 'the kernel makes it')
}
