import { appArmorProfileFile, profileCommand } from './apparmor-profile.ts'
import { liftedBy } from './container-flags.ts'
import type { Host } from './host.ts'
import { refusedCalls } from './mounts.ts'
import { enforced, missing, type FeatureReport } from './report.ts'
import type { Surroundings } from './surroundings.ts'

/** The names in /proc/self/ns, and those in /proc/sys/user/max_NAME_namespaces. */
const kinds = [
  { name: 'user namespace', file: 'user' },
  { name: 'mount namespace', file: 'mnt' },
  { name: 'pid namespace', file: 'pid' },
  { name: 'network namespace', file: 'net' },
  { name: 'ipc namespace', file: 'ipc' },
  { name: 'uts namespace', file: 'uts' },
  { name: 'cgroup namespace', file: 'cgroup' },
  { name: 'timeNamespace', file: 'time' },
] as const

/** Whether the namespaces can be made (namespaces(7), user_namespaces(7)). */
export async function inspectNamespaces(
  host: Host,
  surroundings: Surroundings,
  supervisor: string,
): Promise<readonly FeatureReport[]> {
  const [user, ...others] = kinds
  return Promise.all([
    (await shut(host, user)) ?? inspectUserNamespace(host, surroundings, user.name, supervisor),
    ...others.map(
      async (kind) => (await shut(host, kind)) ?? enforced(kind.name, 'the kernel makes it', isRequired(kind)),
    ),
  ])
}

type Kind = (typeof kinds)[number]

function isRequired({ name }: Kind): boolean {
  return name !== 'timeNamespace'
}

/** What is shut to everyone: not built in, or none allowed. */
async function shut(host: Host, kind: Kind): Promise<FeatureReport | undefined> {
  const { name, file } = kind
  if (!(await host.exists(`/proc/self/ns/${file}`))) {
    return missing(name, 'the kernel was built without it', 'boot a kernel that has it', isRequired(kind))
  }
  const sysctl = `user.max_${file}_namespaces`
  const most = await host.readText(`/proc/sys/user/max_${file}_namespaces`)
  return most?.trim() === '0'
    ? missing(name, `${sysctl} is 0`, `sysctl -w ${sysctl}=10000`, isRequired(kind))
    : undefined
}

/** The one that makes the others: refused by filters, and by two switches of distributions to everyone but root. */
async function inspectUserNamespace(
  host: Host,
  surroundings: Surroundings,
  name: string,
  supervisor: string,
): Promise<FeatureReport> {
  const refused = surroundings.isFiltered ? await refusedCalls(host, ['unshare', 'clone3', 'keyctl']) : []
  if (refused.length > 0) {
    const why = `the seccomp filter that this process runs under refuses ${refused.join(', ')}`
    return missing(name, why, liftedBy(surroundings, 'seccomp') ?? 'start it without that filter')
  }
  if (host.userId !== 0) {
    const byDistribution = (await shutByDebian(host, name)) ?? (await shutByUbuntu(host, name, supervisor))
    if (byDistribution !== undefined) return byDistribution
  }
  return enforced(name, 'the kernel makes it')
}

async function shutByDebian(host: Host, name: string): Promise<FeatureReport | undefined> {
  const allowed = await host.readText('/proc/sys/kernel/unprivileged_userns_clone')
  if (allowed?.trim() !== '0') return undefined
  return missing(name, 'only root may make it', 'sysctl -w kernel.unprivileged_userns_clone=1')
}

/** Since Ubuntu 23.10 only programs with a profile that says `userns` keep their rights in one. */
async function shutByUbuntu(host: Host, name: string, supervisor: string): Promise<FeatureReport | undefined> {
  const restricted = await host.readText('/proc/sys/kernel/apparmor_restrict_unprivileged_userns')
  if (restricted?.trim() !== '1') return undefined
  if ((await host.readText(appArmorProfileFile))?.includes(`"${supervisor}"`)) return undefined
  const why = 'AppArmor strips it of its rights for users other than root'
  const forAll = 'sysctl -w kernel.apparmor_restrict_unprivileged_userns=0'
  const fix = `give the supervisor a profile: ${profileCommand(supervisor)}; or lift it for all: ${forAll}`
  return missing(name, why, fix)
}
