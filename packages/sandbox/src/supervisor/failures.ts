import { errnoName } from '../errno.ts'
import { SandboxError, type SandboxErrorCode } from '../errors.ts'
import { additionalFeatures, featureFixes, featureSentences, type HostFeature } from '../features.ts'
import { featuresOf } from './feature-bits.ts'
import { layersMax } from './protocol.ts'
import type { Failure } from './report.ts'
import { step } from './steps.ts'

interface Explanation {
  /** Completes "it failed at". */
  readonly at: string
  /** The command or the step that helps, where the host is what lacks something. */
  readonly fix?: string
}

const namespaceFix =
  'allow namespaces: sysctl -w user.max_user_namespaces=10000 kernel.unprivileged_userns_clone=1 ' +
  'kernel.apparmor_restrict_unprivileged_userns=0 (those that the kernel has); inside Docker, start that container with --privileged'
const procFix =
  'show the whole of /proc to this process: a container that masks parts of it cannot mount another; ' +
  'in Docker, start that container with --security-opt systempaths=unconfined'
const kernelFix = 'boot Linux 5.12 or later'

const explanations: ReadonlyMap<number, Explanation> = new Map<number, Explanation>([
  [step.PROTOCOL, { at: 'understanding a frame: library and supervisor are not of one version' }],
  [step.CGROUP_FIND, { at: 'finding control groups', fix: featureFixes.cgroup }],
  [step.CGROUP_BASE, { at: 'making control groups of its own', fix: featureFixes.cgroup }],
  [
    step.ID_RANGE,
    {
      at: 'getting user ids of its own',
      fix: `${namespaceFix}; or run it as root, with at most 64 sandboxes on one host`,
    },
  ],
  [step.NAMESPACE, { at: 'making a mount namespace', fix: namespaceFix }],
  [step.ROOT_MOUNT, { at: 'mounting the file system that the root stands on', fix: namespaceFix }],
  [step.ROOT_ENTRY, { at: 'putting the read-only root together' }],
  [step.ROOT_PIVOT, { at: 'entering the read-only root', fix: namespaceFix }],
  [step.SUPERVISOR, { at: 'getting memory and descriptors' }],
  [step.CGROUP, { at: "making a container's control group" }],
  [step.CHANNELS, { at: "making a container's sockets and pipes" }],
  [step.CLONE, { at: "making a container's namespaces", fix: namespaceFix }],
  [step.ID_MAPS, { at: "writing a container's user id maps", fix: namespaceFix }],
  [step.IDENTITY, { at: "becoming root of a container's own user namespace" }],
  [step.PARENT_DEATH, { at: 'asking to be told of the death of the supervisor' }],
  [step.HOST_NAME, { at: "setting a container's host name" }],
  [step.KEYRING, { at: "making a container's keyring" }],
  [step.PROC, { at: "mounting a container's /proc", fix: procFix }],
  [step.IMAGE, { at: 'giving a container inodes of its own for the image' }],
  [step.DISK, { at: "mounting a container's private file systems" }],
  [step.MESSAGE_QUEUES, { at: "mounting a container's message queues" }],
  [
    step.MOUNT_IDS,
    {
      at: 'giving the command the right to write to a mount',
      fix: 'mount it read-only; or run it as root, with the source on a file system that has idmapped mounts (ext4, XFS and FAT since Linux 5.12, btrfs since 5.15, tmpfs since 6.3)',
    },
  ],
  [
    step.MOUNT,
    {
      at: "mounting what `mounts` asks for: a target must be there in the image's own directories, as a directory or a file like its source, and lead through no link",
    },
  ],
  [step.TERMINAL, { at: 'opening its terminal' }],
  [step.LOOPBACK, { at: "bringing up a container's loopback device" }],
  [step.PROC_MASK, { at: "covering parts of a container's /proc" }],
  [step.TIME_NAMESPACE, { at: 'making a time namespace', fix: featureFixes.timeNamespace }],
  [
    step.LAYER,
    { at: 'keeping or showing a layer', fix: 'boot Linux 6.6 or later with overlayfs, which layers stand on' },
  ],
  [step.CHANGES, { at: 'remembering the working directory, to tell what changes in it' }],
  [step.UNPACK, { at: 'unpacking a layer' }],
  [step.GUEST, { at: 'starting a command in a container that is kept open' }],
  [step.FORK, { at: 'forking inside a container' }],
  [step.CGROUP_JOIN, { at: "joining a container's control group" }],
  [step.CGROUP_NAMESPACE, { at: 'making a cgroup namespace', fix: namespaceFix }],
  [step.DESCRIPTORS, { at: 'closing inherited descriptors', fix: kernelFix }],
  [step.SESSION, { at: 'starting a session' }],
  [step.SIGNALS, { at: 'resetting signals' }],
  [step.INHERITED, { at: 'resetting what is inherited' }],
  [step.CAPABILITIES, { at: 'dropping capabilities' }],
  [step.CREDENTIALS, { at: "becoming the command's user" }],
  [step.NO_NEW_PRIVILEGES, { at: 'setting no_new_privs', fix: kernelFix }],
  [step.LANDLOCK, { at: 'confining itself by Landlock' }],
  [step.FILTER, { at: 'installing the filter of system calls', fix: 'boot a kernel with CONFIG_SECCOMP_FILTER' }],
  [step.REQUEST, { at: 'reading the request' }],
  [step.FILES, { at: 'placing the files' }],
  [step.LIMITS, { at: 'setting resource limits' }],
  [step.WORKING_DIRECTORY, { at: 'entering the working directory' }],
  [step.EXEC, { at: 'executing the command' }],
])

/** The error of a supervisor that could not start: the host's fault where something about the host helps. */
export function startFailure(failure: Failure): SandboxError {
  const lacking = failure.step === step.CGROUP_FIND ? featuresOf(Number(failure.detail)) : []
  if (lacking.length > 0) return lackingFeatures(lacking, failure)
  const hasFix = explanations.get(failure.step)?.fix !== undefined
  return describe(failure, 'a sandbox cannot be made here', hasFix ? 'UNSUPPORTED_HOST' : 'CONTAINER_FAILED')
}

/** Additional features are never what a start fails for, and with no control groups at all the rest goes without saying. */
function lackingFeatures(lacking: readonly HostFeature[], { errno }: Failure): SandboxError {
  const required = lacking.filter((feature) => !additionalFeatures.has(feature))
  const told = required.includes('cgroup') ? (['cgroup'] as const) : required
  const what = told.map((feature) => featureSentences[feature]).join(', and ')
  const fixes = [...new Set(told.map((feature) => featureFixes[feature]))].join('; ')
  const allowed = told.map((feature) => `'${feature}'`).join(', ')
  const message = `a sandbox cannot be made here: this host lacks ${what} (${errnoName(errno)}); ${fixes}; or go without: \`allowMissing: [${allowed}]\``
  return new SandboxError('UNSUPPORTED_HOST', message, { errno: errnoName(errno) })
}

/** What a kernel says that lacks what layers need; of others the host's own state is at fault. */
const lacksLayers: ReadonlySet<string> = new Set(['EINVAL', 'ENOSYS', 'ENOTTY', 'ENODEV', 'EOPNOTSUPP'])

/** The error of a container that could not be made or used. */
export function containerFailure(failure: Failure): SandboxError {
  const name = errnoName(failure.errno)
  if (failure.step === step.GUEST && name === 'ESRCH') return containerIsOver()
  if (failure.step === step.LAYER && name === 'EMFILE') return tooManyLayers(name)
  if (failure.step === step.LAYER && lacksLayers.has(name))
    return describe(failure, 'layers cannot be had here', 'UNSUPPORTED_HOST')
  return describe(failure, 'the container cannot be used', 'CONTAINER_FAILED')
}

/** The error of a command for a container that was kept open, and is no more. */
export function containerIsOver(): SandboxError {
  return new SandboxError('CONTAINER_FAILED', 'the container is closed, or one of its limits has ended it')
}

function tooManyLayers(errno: string): SandboxError {
  const message = `the layer cannot be kept: a sandbox has at most ${layersMax} at once; close those that are not used`
  return new SandboxError('CONTAINER_FAILED', message, { errno })
}

function describe({ step: number, errno, detail }: Failure, what: string, code: SandboxErrorCode): SandboxError {
  const { at, fix } = explanations.get(number) ?? { at: `step ${number}` }
  const name = errno === 0 ? undefined : errnoName(errno)
  const about = detail === '' ? '' : ` (${detail})`
  const message = `${what}: it failed at ${at}${about}${name === undefined ? '' : ` with ${name}`}`
  const path = detail.startsWith('/') ? detail : undefined
  return new SandboxError(code, fix === undefined ? message : `${message}; ${fix}`, { errno: name, path })
}
