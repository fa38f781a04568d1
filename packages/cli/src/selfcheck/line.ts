import type { HostFeature, Sandbox } from '@mayfly/sandbox'

import type { Finding } from './finding.ts'

/** What a probe works with. */
export interface Bench {
  /** Takes two runs at once. */
  readonly sandbox: Sandbox
  /** Another one, with nothing in common with the first. */
  readonly neighbour: Sandbox
  /** Protections that this host lacks and that were allowed to be missing. */
  readonly missing: readonly HostFeature[]
}

/** Looks, from inside a container, whether a line holds. */
export type Probe = (bench: Bench) => Promise<Finding>

/** A line of the checklist. */
export interface Line {
  readonly number: number
  /** What holds, in a sentence. */
  readonly sentence: string
  readonly probe: Probe
  /** Protections that it rests on: where one is missing, it cannot hold and is not looked at. */
  readonly restsOn?: readonly HostFeature[]
}
