import { refuseUnknown, requireObject } from '../checks.ts'
import type { ResolvedAttachment } from '../container/attachment.ts'
import type { ContainerLimits, ContainerSpawnOptions } from '../container/container.ts'
import { resolveBase, type KeptLayer, type Layer } from '../container/layer.ts'
import { resolveMounts, type Mount, type ResolvedMount } from '../image/mounts.ts'
import {
  knownOfRun,
  resolveRunOptions,
  resolveSpawnOptions,
  type ResolvedRunOptions,
  type RunOptions,
} from './options.ts'

/** What is said of a container that is kept open. */
export interface OpenOptions extends Omit<RunOptions, 'freeze'> {
  /**
   * What all that runs in it may use together. Times count from when it is open, and are a day each by default; `cpus`,
   * `processCount` and the rest are by default what the sandbox gives to a single run.
   */
  readonly limits?: Partial<ContainerLimits>
  /** As of a command: what its working directory starts with. */
  readonly base?: Layer
  /** As of a command: directories and files of the host. Default: none. */
  readonly mounts?: readonly Mount[]
}

const knownOfOpen: ReadonlySet<string> = new Set(
  [...knownOfRun, 'limits', 'base', 'mounts'].filter((name) => name !== 'freeze'),
)
const knownOfInside: ReadonlySet<string> = new Set(['signal', 'terminal', 'channels'])
const knownOfContainer: ReadonlySet<string> = new Set([
  ...['wallTimeMs', 'cpuTimeMs', 'idleTimeMs', 'memoryBytes', 'processCount', 'cpus', 'cpuWeight', 'ioWeight'],
  ...['diskBytes', 'inodeCount'],
])

/** Checks what is said of a container that is kept open. */
export function resolveOpenOptions(options: OpenOptions): Omit<ResolvedRunOptions, 'freeze'> & {
  readonly limits: Partial<ContainerLimits>
  readonly base: KeptLayer | undefined
  readonly mounts: readonly ResolvedMount[]
} {
  requireObject(options, 'options')
  refuseUnknown(options, knownOfOpen, 'options')
  const { limits = {}, base, mounts = [], ...others } = options
  requireObject(limits, 'options.limits')
  refuseUnknown(limits, knownOfContainer, 'options.limits')
  return {
    ...resolveRunOptions(others),
    limits,
    base: resolveBase(base, 'options.base'),
    mounts: resolveMounts(mounts, 'options.mounts'),
  }
}

/** Checks what is said of a command in a container that is kept open. */
export function resolveInsideOptions(options: ContainerSpawnOptions): {
  readonly signal: AbortSignal | undefined
  readonly attachment: ResolvedAttachment
} {
  requireObject(options, 'options')
  refuseUnknown(options, knownOfInside, 'options')
  return resolveSpawnOptions(options)
}
