import { SandboxError } from '../errors.ts'
import type { HostFeature } from '../features.ts'
import { thisHost } from '../host/host.ts'
import { readSubordinateIds } from '../host/subordinate-ids.ts'
import { commandUser } from '../image/command-user.ts'
import type { FoundImage } from '../image/find-image.ts'
import { planMounts, type FoundMount } from '../image/host-mounts.ts'
import { planHostRoot } from '../image/host-root.ts'
import { planImageRoot, type RootPlan } from '../image/image-root.ts'
import { compilePolicy } from '../policy/compile.ts'
import type { CompiledPolicy } from '../policy/filter.ts'
import { findSupervisor } from '../supervisor/binary.ts'
import { encodeConfiguration } from '../supervisor/configure.ts'
import { featuresOf } from '../supervisor/feature-bits.ts'
import { Supervisor } from '../supervisor/supervisor.ts'
import type { ResolvedOptions } from './options.ts'
import { makeRuntimeDirectory } from './runtime-directory.ts'

/** A supervisor with the directory that it stands on. */
export interface Launched {
  readonly supervisor: Supervisor
  /** Protections that the host lacks and that were allowed to be missing. */
  readonly missing: readonly HostFeature[]
  /** The calls that violations are of. */
  readonly callOf: CompiledPolicy['callOf']
  /** Ends the supervisor and everything in its care, if that has not happened yet. */
  close(): Promise<void>
}

/** Starts a supervisor for these options, in a private directory that goes when it goes. */
export async function launch(
  options: ResolvedOptions,
  mounts: readonly FoundMount[],
  onEnd: (error: SandboxError) => void,
): Promise<Launched> {
  const binary = findSupervisor()
  const [policy, root, subordinate] = await Promise.all([
    compilePolicy(options.policy),
    planRoot(options.image),
    readSubordinateIds(thisHost()),
  ])
  const { user } = options.image.config
  const goesWithoutTime = options.bootTime === 'fresh' && (await lacksTime(options))
  const directory = await attempted('making a private directory', makeRuntimeDirectory)
  const configuration = encodeConfiguration({
    warm: options.warm,
    allowMissing: options.allowMissing,
    userId: user?.id ?? commandUser.id,
    groupId: user?.groupId ?? commandUser.id,
    runtimeDirectory: directory.path,
    filter: policy.filter,
    root: planMounts(root.entries, mounts),
    freshBootTime: options.bootTime === 'fresh' && !goesWithoutTime,
    loopback: options.network === 'loopback',
    fullProc: options.proc === 'full',
    subordinateUsers: subordinate.users,
    subordinateGroups: subordinate.groups,
    limits: options.limits,
  })
  try {
    const { supervisor, ready } = await Supervisor.start(binary, configuration, (error) => {
      void directory.remove()
      onEnd(error)
    })
    const { callOf } = policy
    const missing = new Set(featuresOf(ready.missingBits))
    if (goesWithoutTime) missing.add('timeNamespace')
    if (root.sharesInodes) missing.add('imageInodes')
    const close = async (): Promise<void> => supervisor.close().then(directory.remove)
    return { supervisor, missing: [...missing], callOf, close }
  } catch (error) {
    await directory.remove()
    throw error
  }
}

async function planRoot({ root, config }: FoundImage): Promise<RootPlan> {
  if (root === undefined) {
    const entries = await attempted("reading what of the host's files to show", planHostRoot)
    return { entries, sharesInodes: false }
  }
  return attempted('reading what of the image to show', async () => planImageRoot(root, config.user))
}

/** Whether the host has no time namespaces, and is allowed to have none. */
async function lacksTime({ allowMissing }: ResolvedOptions): Promise<boolean> {
  return allowMissing.includes('timeNamespace') && !(await thisHost().exists('/proc/self/ns/time'))
}

/** What Node's own file calls reject with is the host's failure, told as such. */
async function attempted<Value>(what: string, work: () => Promise<Value>): Promise<Value> {
  try {
    return await work()
  } catch (cause) {
    if (cause instanceof SandboxError) throw cause
    const { code: errno, path, message } = cause as NodeJS.ErrnoException
    const told = `a sandbox cannot be made here: it failed at ${what}: ${message}`
    throw new SandboxError('CONTAINER_FAILED', told, { errno, path, cause })
  }
}
