import type { ResourceLimit } from '../container/rlimits.ts'
import type { FoundMount } from '../image/host-mounts.ts'
import type { HostCapacity } from '../limits.ts'

/** What of the host a sandbox goes by. */
export interface HostFacts {
  readonly capacity: HostCapacity
  readonly fixedResourceLimits: readonly ResourceLimit[]
  /** The sandbox's mounts, as they were found. */
  readonly mounts: readonly FoundMount[]
}
