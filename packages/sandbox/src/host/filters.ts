import { liftedBy } from './container-flags.ts'
import type { Host } from './host.ts'
import { isKernel } from './kernel.ts'
import { isRefusal } from './probed-calls.ts'
import { degraded, enforced, missing, type FeatureReport } from './report.ts'
import type { Surroundings } from './surroundings.ts'

/** Filters of system calls, and Landlock beside them. */
export async function inspectFilters(host: Host, surroundings: Surroundings): Promise<readonly FeatureReport[]> {
  const [actions, listener, landlock, modules, status] = await Promise.all([
    host.readText('/proc/sys/kernel/seccomp/actions_avail'),
    host.probe('seccomp'),
    host.probe('landlock_create_ruleset'),
    host.readText('/sys/kernel/security/lsm'),
    host.readText('/proc/self/status'),
  ])
  return [
    inspectNoNewPrivs(status),
    inspectSeccomp(actions),
    inspectRefusalNames(host, surroundings, actions, listener),
    landlock === undefined ? landlockByName(modules) : inspectLandlock(host, surroundings, landlock, modules),
  ]
}

/** Of every kernel since 3.5; since 4.10 it shows here (prctl(2)). */
function inspectNoNewPrivs(status: string | undefined): FeatureReport {
  if (status === undefined || /^NoNewPrivs:/m.test(status)) return enforced('noNewPrivs', 'the kernel has it')
  return missing('noNewPrivs', 'the kernel does not show it', 'boot a newer kernel')
}

function inspectSeccomp(actions: string | undefined): FeatureReport {
  if (actions === undefined) {
    return missing('seccomp', 'the kernel was built without CONFIG_SECCOMP_FILTER', 'boot a kernel that has it')
  }
  return enforced('seccomp', `the kernel filters system calls (${actions.trim()})`)
}

/** A listener that may let a call go on came with 5.5 (SECCOMP_USER_NOTIF_FLAG_CONTINUE). */
function inspectRefusalNames(
  host: Host,
  surroundings: Surroundings,
  actions: string | undefined,
  listener: number | undefined,
): FeatureReport {
  const name = 'refusalNames'
  if (!actions?.split(/\s+/).includes('user_notif') || !isKernel(host, [5, 5])) {
    const why = 'the kernel cannot notify of refused calls; they are refused all the same, and nothing says which'
    return missing(name, why, 'boot Linux 5.5 or later', false)
  }
  if (isRefusal(listener)) {
    const why = 'the filter that this process runs under refuses listeners of its own'
    return missing(name, why, liftedBy(surroundings, 'seccomp'), false)
  }
  return enforced(name, 'the kernel notifies of refused calls', false)
}

/** Scoping of abstract sockets and signals came with this version of Landlock's interface (landlock(7)). */
const scopingAbi = 6
/** Version 1 forbids moving files between directories, with no right to grant it: it is not used. */
const firstUsedAbi = 2
const disabled = -95

function inspectLandlock(
  host: Host,
  surroundings: Surroundings,
  abi: number,
  modules: string | undefined,
): FeatureReport {
  const name = 'landlock'
  if (abi >= scopingAbi) return enforced(name, `ABI ${abi}: writes, abstract sockets and signals`, false)
  if (abi > 0 && abi < firstUsedAbi) {
    const why = `ABI ${abi} would keep files from being moved, and is not used`
    return missing(name, why, 'boot Linux 5.19 or later', false)
  }
  if (abi > 0) {
    const why = `ABI ${abi}: writes alone; abstract sockets and signals are scoped from ABI ${scopingAbi} on`
    return degraded(name, why, 'boot Linux 6.12 or later')
  }
  if (surroundings.isFiltered && isRefusal(abi) && modules?.includes('landlock') !== false && isKernel(host, [5, 13])) {
    const why = 'the filter that this process runs under refuses it'
    return missing(name, why, liftedBy(surroundings, 'seccomp'), false)
  }
  if (abi === disabled) return missing(name, 'the kernel has it, switched off', bootOption(modules), false)
  return missing(
    name,
    'the kernel was built without it',
    'boot Linux 5.13 or later with CONFIG_SECURITY_LANDLOCK',
    false,
  )
}

/** Without the call, the list of security modules has to do. */
function landlockByName(modules: string | undefined): FeatureReport {
  if (modules?.trim().split(',').includes('landlock')) {
    return degraded('landlock', 'the kernel has it, and which version of it cannot be seen')
  }
  const why = modules === undefined ? 'securityfs is not mounted, so it cannot be seen' : 'the kernel runs without it'
  return missing('landlock', why, bootOption(modules), false)
}

function bootOption(modules: string | undefined): string {
  return `boot with \`lsm=landlock,${modules?.trim() ?? '…'}\``
}
