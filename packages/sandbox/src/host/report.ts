import type { ContainerKind } from './surroundings.ts'

/** How far a host can do something: wholly, with less effect than it should have, or not at all. */
export type FeatureState = 'enforced' | 'degraded' | 'missing'

/** What the host must or may have for a sandbox. */
export interface FeatureReport {
  readonly name: string
  readonly state: FeatureState
  /** Whether `createSandbox` refuses a host without it. */
  readonly required: boolean
  /** What was found, in a sentence. */
  readonly why: string
  /** The command or the step that enables it. */
  readonly fix?: string
}

/** What {@link inspectHost} found. */
export interface HostReport {
  readonly platform: string
  readonly architecture: string
  readonly kernelRelease: string
  readonly cgroups: 'v1' | 'v2' | 'hybrid' | 'none'
  /** What made the container that this process runs in, if it does. */
  readonly container: ContainerKind | 'none'
  /** Whether nothing that is required is missing. */
  readonly supported: boolean
  readonly features: readonly FeatureReport[]
}

/** A feature that is there. */
export function enforced(name: string, why: string, required = true): FeatureReport {
  return { name, state: 'enforced', required, why }
}

/** A feature that is not there. */
export function missing(name: string, why: string, fix?: string, required = true): FeatureReport {
  return { name, state: 'missing', required, why, ...(fix === undefined ? {} : { fix }) }
}

/** A feature that is there in part. */
export function degraded(name: string, why: string, fix?: string, required = false): FeatureReport {
  return { name, state: 'degraded', required, why, ...(fix === undefined ? {} : { fix }) }
}
