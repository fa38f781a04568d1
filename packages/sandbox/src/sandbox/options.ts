import { refuseUnknown, requireList, requireObject } from '../checks.ts'
import {
  resolveChannels,
  resolveTerminal,
  type ResolvedAttachment,
  type TerminalSize,
} from '../container/attachment.ts'
import { invalidOption } from '../errors.ts'
import { hostFeatures, type HostFeature } from '../features.ts'
import { hostImage, type FoundImage } from '../image/find-image.ts'
import { resolveLimits, type HostCapacity, type Limits } from '../limits.ts'
import { resolveMounts, type Mount, type ResolvedMount } from '../image/mounts.ts'
import { checkPolicy } from '../policy/check-policy.ts'
import { defaultPolicy } from '../policy/default-policy.ts'
import type { Policy } from '../policy/policy.ts'
import { guestsMax, pairsMax, runsMax } from '../supervisor/protocol.ts'
import { GiB, KiB, MiB } from '../units.ts'
import { networks, procs, type MakeOverrides, type Network, type Proc } from './make.ts'

/**
 * How many containers are kept ready, made before anyone asks for one, while no run is under way or shortly after. The
 * number follows the demand of the last seconds: as many as ran at once, and one more for each run that found none.
 */
export interface Warm {
  /** So many always, and no more without a demand. Default: `concurrency`, so that all that may start at once find one. */
  readonly min?: number
  /** Never more. Default: twice `min`, so that the next runs find one while those of the first are replaced. */
  readonly max?: number
}

/** What is fixed for the life of a sandbox. */
export interface SandboxOptions {
  /** Runs at once. Default: `os.availableParallelism()`. */
  readonly concurrency?: number
  /** Runs that may wait; one more is `QUEUE_FULL`. Default: 10,000. */
  readonly maxQueued?: number
  /** The defaults of its runs, replaced one by one by a run's own. */
  readonly limits?: Partial<Limits>
  readonly warm?: Warm
  /**
   * What a command sees as its root: `'host'`, the host's programs; a directory that holds a root file system; or an
   * image that `mayfly image` has made, by its name or digest. Default: `'host'`.
   */
  readonly image?: string
  /** Which system calls are allowed. Default: `defaultPolicy`. */
  readonly policy?: Policy
  /** What a command may connect to; what else it tries shows in `violations`. Default: `'none'`. */
  readonly network?: Network
  /** What of /proc a command sees. Default: `'pid'`. */
  readonly proc?: Proc
  /** Directories and files of the host in every container, found when the sandbox is made. Default: none. */
  readonly mounts?: readonly Mount[]
  /**
   * What clocks that count from boot show: the host's, or their own start. `'fresh'` makes a time namespace, and rejects
   * with `UNSUPPORTED_HOST` where the kernel has none. Default: `'host'`.
   */
  readonly bootTime?: 'host' | 'fresh'
  /** What everything in its store may take together, see `store`. Default: 4 GiB, or half of the host's memory if that is less. */
  readonly storeBytes?: number
  /** Protections that the host may lack. Default: none. */
  readonly allowMissing?: readonly HostFeature[]
}

/** What is said of a single run. */
export interface RunOptions {
  /** Aborted before the start, the run never starts; after it, it is killed. Either way it rejects with the reason. */
  readonly signal?: AbortSignal
  /** A higher one goes first. Default: 0. */
  readonly priority?: number
  /** Whether to keep what it leaves in its working directory, as the result's `layer`. Default: false. */
  readonly freeze?: boolean
  /**
   * These four in place of the sandbox's. Ready containers are of the sandbox's own make: a run that differs from it
   * waits for one of its own, and the first of its kind, or the first after a while, for a supervisor too.
   */
  readonly image?: string
  readonly policy?: Policy
  readonly network?: Network
  readonly proc?: Proc
}

/** What is said of a command that is spawned. */
export interface SpawnOptions extends RunOptions {
  /** Gives it a terminal of this size as standard input, output and error, with `TERM=xterm-256color`. Default: pipes. */
  readonly terminal?: TerminalSize
  /**
   * Names of further descriptors, sockets that go both ways: descriptor 3 and so on, told in `MAYFLY_CHANNEL_NAME`. At
   * most 8. Default: none.
   */
  readonly channels?: readonly string[]
}

/** What is said of a layer that is loaded: runs on it have the same make. */
export type LoadOptions = Omit<RunOptions, 'freeze'>

/** What is said of two commands that are connected: of both of them alike. */
export interface ConnectOptions extends Omit<RunOptions, 'freeze'> {
  /**
   * So much is kept of what they say to each other, 16 bytes for each piece included, less than 64 MiB. Default: 0, which
   * keeps nothing.
   */
  readonly transcriptBytes?: number
}

/** Options, checked and complete. */
export interface ResolvedOptions {
  readonly concurrency: number
  readonly maxQueued: number
  readonly limits: Limits
  /** Those that the caller named: a run's own are put over these. */
  readonly namedLimits: Partial<Limits>
  readonly warm: { readonly min: number; readonly max: number }
  readonly image: FoundImage
  readonly policy: Policy
  readonly network: Network
  readonly proc: Proc
  readonly mounts: readonly ResolvedMount[]
  readonly bootTime: 'host' | 'fresh'
  readonly storeBytes: number
  readonly allowMissing: readonly HostFeature[]
}

const known: ReadonlySet<string> = new Set([
  ...['concurrency', 'maxQueued', 'limits', 'warm', 'image', 'policy', 'network', 'proc', 'mounts', 'bootTime'],
  ...['storeBytes', 'allowMissing'],
])
const knownOfWarm: ReadonlySet<string> = new Set(['min', 'max'])
export const knownOfRun: ReadonlySet<string> = new Set([
  'signal',
  'priority',
  'freeze',
  'image',
  'policy',
  'network',
  'proc',
])
const knownOfConnect: ReadonlySet<string> = new Set(
  [...knownOfRun, 'transcriptBytes'].filter((name) => name !== 'freeze'),
)
const knownOfLoad: ReadonlySet<string> = new Set([...knownOfRun].filter((name) => name !== 'freeze'))
const maxQueuedStandard = 10_000

/** What one report carries of a stream. */
const transcriptBytesMax = 64 * MiB - KiB

/** Should every run be a pair that may be one, it has two more containers. */
const concurrencyMax = runsMax - guestsMax - 2 * pairsMax

/** Fills in the defaults and refuses what breaks a rule; `image` is what `options.image` names. */
export function resolveOptions(
  options: SandboxOptions,
  host: HostCapacity,
  image: FoundImage = hostImage,
): ResolvedOptions {
  requireObject(options, 'options')
  refuseUnknown(options, known, 'options')
  const concurrency = count(options.concurrency ?? host.cpuCount, 'concurrency', 1)
  return {
    concurrency,
    maxQueued: count(options.maxQueued ?? maxQueuedStandard, 'maxQueued', 0, Number.MAX_SAFE_INTEGER),
    limits: resolveLimits(options.limits ?? {}, host),
    namedLimits: options.limits ?? {},
    warm: resolveWarm(options.warm ?? {}, concurrency),
    image,
    policy: checkPolicy(options.policy ?? defaultPolicy),
    network: one(options.network ?? 'none', 'network', networks),
    proc: one(options.proc ?? 'pid', 'proc', procs),
    mounts: resolveMounts(options.mounts ?? [], 'mounts'),
    bootTime: one(options.bootTime ?? 'host', 'bootTime', ['host', 'fresh']),
    storeBytes: count(options.storeBytes ?? storeBytesStandard(host), 'storeBytes', 1, Number.MAX_SAFE_INTEGER),
    allowMissing: resolveAllowMissing(options.allowMissing ?? []),
  }
}

function storeBytesStandard({ memoryBytes }: HostCapacity): number {
  return Math.min(4 * GiB, Math.floor(memoryBytes / 2))
}

function one<Value extends string>(value: Value, option: string, values: readonly Value[]): Value {
  if (values.includes(value)) return value
  throw invalidOption(option, `be ${values.map((each) => `'${each}'`).join(' or ')}`, value)
}

function count(value: number, option: string, minimum: number, maximum = concurrencyMax): number {
  if (Number.isSafeInteger(value) && value >= minimum && value <= maximum) return value
  throw invalidOption(option, `be an integer from ${minimum} to ${maximum}`, value)
}

function resolveWarm(warm: Warm, concurrency: number): ResolvedOptions['warm'] {
  requireObject(warm, 'warm')
  refuseUnknown(warm, knownOfWarm, 'warm')
  const min = count(warm.min ?? Math.min(concurrency, warm.max ?? concurrency), 'warm.min', 0)
  const max = count(warm.max ?? 2 * Math.max(min, 1), 'warm.max', 1)
  if (max < min) throw invalidOption('warm.max', `be at least \`warm.min\`, ${min}`, max)
  return { min, max }
}

function resolveAllowMissing(features: readonly HostFeature[]): readonly HostFeature[] {
  for (const feature of requireList(features, 'allowMissing')) {
    if (!hostFeatures.includes(feature))
      throw invalidOption('allowMissing', `hold only ${hostFeatures.join(', ')}`, feature)
  }
  return features
}

/** What is said of a run, checked. */
export interface ResolvedRunOptions {
  readonly signal: AbortSignal | undefined
  readonly priority: number
  readonly freeze: boolean
  /** What is still to be found; undefined where it is the sandbox's. */
  readonly image: string | undefined
  /** Undefined where nothing else is said in place of the sandbox's. */
  readonly overrides: Omit<MakeOverrides, 'image'> | undefined
}

/** Checks what is said of a command that is spawned. */
export function resolveSpawnOptions(options: SpawnOptions): ResolvedRunOptions & {
  readonly attachment: ResolvedAttachment
} {
  requireObject(options, 'options')
  const { terminal, channels, ...others } = options
  const attachment = {
    terminal: terminal === undefined ? undefined : resolveTerminal(terminal, 'options.terminal'),
    channels: channels === undefined ? [] : resolveChannels(channels, 'options.channels'),
  }
  return { ...resolveRunOptions(others), attachment }
}

/** Checks what is said of two commands that are connected. */
export function resolveConnectOptions(
  options: ConnectOptions,
): ResolvedRunOptions & { readonly transcriptBytes: number } {
  requireObject(options, 'options')
  refuseUnknown(options, knownOfConnect, 'options')
  const { transcriptBytes = 0, ...others } = options
  return {
    ...resolveRunOptions(others),
    transcriptBytes: count(transcriptBytes, 'options.transcriptBytes', 0, transcriptBytesMax),
  }
}

/** Checks what is said of a layer that is loaded. */
export function resolveLoadOptions(options: LoadOptions): ResolvedRunOptions {
  requireObject(options, 'options')
  refuseUnknown(options, knownOfLoad, 'options')
  return resolveRunOptions(options)
}

/** Checks what is said of a run. */
export function resolveRunOptions(options: RunOptions): ResolvedRunOptions {
  requireObject(options, 'options')
  refuseUnknown(options, knownOfRun, 'options')
  const { signal, priority = 0, freeze = false } = options
  if (typeof priority !== 'number' || Number.isNaN(priority))
    throw invalidOption('options.priority', 'be a number', priority)
  if (signal !== undefined && !(signal instanceof AbortSignal))
    throw invalidOption('options.signal', 'be an AbortSignal', signal)
  if (typeof freeze !== 'boolean') throw invalidOption('options.freeze', 'be true or false', freeze)
  return { signal, priority, freeze, image: options.image, overrides: resolveOverrides(options) }
}

function resolveOverrides({ policy, network, proc }: RunOptions): ResolvedRunOptions['overrides'] {
  if (policy === undefined && network === undefined && proc === undefined) return undefined
  return {
    ...(policy === undefined ? {} : { policy: checkPolicy(policy, 'options.policy') }),
    ...(network === undefined ? {} : { network: one(network, 'options.network', networks) }),
    ...(proc === undefined ? {} : { proc: one(proc, 'options.proc', procs) }),
  }
}
