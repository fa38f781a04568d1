import type { HostCapacity, Limits } from '../../../src/limits.ts'
import { resolveLimits } from '../../../src/limits.ts'
import { GiB, MiB } from '../../../src/units.ts'

/** A host that can give more than any default. */
export const roomyHost: HostCapacity = {
  memoryBytes: 16 * GiB,
  processCount: 4_194_304,
  cpuCount: 8,
  fileBytes: Number.MAX_SAFE_INTEGER,
  openFileCount: 524_288,
  stackBytes: Number.MAX_SAFE_INTEGER,
}

/** The documented defaults. */
export const defaultLimits: Limits = resolveLimits({}, roomyHost)

/** Limits that are easy to tell apart in evidence. */
export const testLimits: Limits = resolveLimits(
  {
    wallTimeMs: 1000,
    cpuTimeMs: 500,
    idleTimeMs: 300,
    memoryBytes: 64 * MiB,
    processCount: 20,
    outputBytes: 4096,
    diskBytes: 8 * MiB,
    inodeCount: 100,
    fileBytes: 5 * MiB,
  },
  roomyHost,
)
