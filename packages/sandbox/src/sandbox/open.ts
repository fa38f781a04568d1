import { refuseUnknown } from '../checks.ts'
import type { CommandLimits, ContainerLimits } from '../container/container.ts'
import { openContainer, type ContainerParts, type OpenContainer } from '../container/open-container.ts'
import { overlayLimits, type Limits } from '../limits.ts'
import type { Hold } from './makes.ts'
import type { Supervision } from './supervision.ts'
import { resolveInsideOptions } from './open-options.ts'

const dayMs = 24 * 60 * 60 * 1000

/** What all that runs in a container may use: a day, and the rest as a single run. */
export function namedForContainer(named: Partial<Limits>, limits: Partial<ContainerLimits>): Partial<Limits> {
  const { idleTimeMs: _, ...others } = named
  return overlayLimits({ ...others, wallTimeMs: dayMs, cpuTimeMs: dayMs }, limits)
}

const knownOfCommand: ReadonlySet<string> = new Set([
  ...['wallTimeMs', 'cpuTimeMs', 'idleTimeMs', 'memoryBytes', 'processCount', 'cpus', 'cpuWeight', 'ioWeight'],
  ...['outputBytes', 'fileBytes', 'openFileCount', 'stackBytes'],
])

/** What a container needs beside what its commands have in common with any. */
export type Opening = Omit<ContainerParts, 'limitsOf' | 'optionsOf'> & {
  /** Completes the limits of a run. */
  readonly resolveLimits: (limits: Partial<Limits>) => Limits
}

/** Opens a container; settles once commands may run in it. */
export async function open({ resolveLimits, ...parts }: Opening): Promise<OpenContainer> {
  const { memoryBytes, processCount, cpus, diskBytes, inodeCount } = parts.limits
  const limitsOf = (limits: Partial<CommandLimits>): Limits => {
    const own = resolveLimits(limits)
    refuseUnknown(limits, knownOfCommand, 'limits')
    return {
      ...own,
      memoryBytes: Math.min(own.memoryBytes, memoryBytes),
      processCount: Math.min(own.processCount, processCount),
      cpus: Math.min(own.cpus, cpus),
      diskBytes,
      inodeCount,
    }
  }
  return openContainer({ ...parts, limitsOf, optionsOf: resolveInsideOptions })
}

type Begin = (supervision: Supervision, hold: Hold, left: Promise<void>) => Promise<OpenContainer>

/** Opens a container when its turn has come, which lasts until it is closed; then `release` is called. */
export async function openOnTurn(
  takeTurn: (job: (supervision: Supervision, hold: Hold) => Promise<void>) => Promise<unknown>,
  release: (() => void) | undefined,
  begin: Begin,
): Promise<OpenContainer> {
  return new Promise((resolve, reject) => {
    let leave = (): void => {}
    const left = new Promise<void>((settle) => {
      leave = settle
    })
    const turn = takeTurn(async (supervision, hold) => {
      const container = await begin(supervision, hold, left)
      resolve(container)
      await container.ended
    })
    turn.catch(reject).finally(() => {
      leave()
      release?.()
    })
  })
}
