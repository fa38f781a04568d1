import type { FoundImage } from '../image/find-image.ts'
import { joinMounts, type ResolvedMount } from '../image/mounts.ts'
import type { FoundMount } from '../image/host-mounts.ts'
import type { Policy } from '../policy/policy.ts'
import type { ResolvedOptions } from './options.ts'

/** Every {@link Network}. */
export const networks = ['none', 'loopback'] as const

/**
 * What a command reaches by sockets: nothing, not even itself; or itself by a loopback device of the container's own,
 * 127.0.0.1 and, where the host has IPv6, ::1.
 */
export type Network = (typeof networks)[number]

/** Every {@link Proc}. */
export const procs = ['pid', 'full'] as const

/**
 * What a command sees of /proc: its own processes; or also what programs read of the machine, such as cpuinfo, stat,
 * meminfo and, read-only, sys.
 */
export type Proc = (typeof procs)[number]

/** What is built into a container when it is made: runs of one make may have each other's ready containers. */
export interface Make {
  readonly image: FoundImage
  readonly policy: Policy
  readonly network: Network
  readonly proc: Proc
  readonly mounts: readonly FoundMount[]
}

/** What a run says in place of the sandbox's. */
export type MakeOverrides = Partial<Omit<Make, 'mounts'>>

/** A make, before anyone has looked at what it mounts. */
export type WantedMake = Omit<Make, 'mounts'> & { readonly mounts: readonly ResolvedMount[] }

/** The same for two makes that differ in nothing, however they were written. */
export function keyOf({ image, policy, network, proc, mounts }: Make | WantedMake): string {
  return JSON.stringify([image.key, network, proc, mounts, policy])
}

/** The make that a run asks for, whose mounts come beside the sandbox's; undefined where it is the sandbox's own. */
export function otherMake(
  options: ResolvedOptions,
  overrides: MakeOverrides | undefined,
  mounts: readonly ResolvedMount[],
): WantedMake | undefined {
  if (overrides === undefined && mounts.length === 0) return undefined
  const { image, policy, network, proc, mounts: all } = options
  const own = { image, policy, network, proc, mounts: all }
  const make = { ...own, ...overrides, mounts: joinMounts(all, mounts) }
  return keyOf(make) === keyOf(own) ? undefined : make
}
