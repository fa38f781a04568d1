import { hostFeatures, type HostFeature } from '../features.ts'
import { featureBit } from './protocol.ts'

const bits: Readonly<Record<HostFeature, number>> = {
  cgroup: featureBit.CGROUP,
  memory: featureBit.MEMORY,
  swap: featureBit.SWAP,
  processes: featureBit.PIDS,
  cpu: featureBit.CPU,
  ioWeight: featureBit.IO_WEIGHT,
  userIds: featureBit.USER_IDS,
  refusalNames: featureBit.REFUSAL_NAMES,
  landlock: featureBit.LANDLOCK,
  imageInodes: featureBit.IMAGE_INODES,
  timeNamespace: featureBit.TIME_NAMESPACE,
}

/** The features that a set of bits stands for. */
export function featuresOf(set: number): readonly HostFeature[] {
  return hostFeatures.filter((feature) => (set & bits[feature]) !== 0)
}

/** The bits of these features. */
export function bitsOf(features: readonly HostFeature[]): number {
  return features.reduce((set, feature) => set | bits[feature], 0)
}
