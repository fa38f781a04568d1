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
  readonly policy: Policy
  readonly network: Network
  readonly proc: Proc
}

/** What a run says in place of the sandbox's. */
export type MakeOverrides = Partial<Make>

/** The same for two makes that differ in nothing, however they were written. */
export function keyOf({ policy, network, proc }: Make): string {
  return JSON.stringify([network, proc, policy])
}

/** The make that a run asks for; undefined where it is the sandbox's own. */
export function otherMake(options: ResolvedOptions, overrides: MakeOverrides | undefined): Make | undefined {
  if (overrides === undefined) return undefined
  const { policy, network, proc } = options
  const make = { policy, network, proc, ...overrides }
  return keyOf(make) === keyOf(options) ? undefined : make
}
