import { hostFeatures, type HostFeature } from '@mayfly/sandbox'

import { invalidOption } from '../invalid-option.ts'

/** Adds the features named in `text`, separated by commas; throws `INVALID_OPTION` for a name that is none. */
export function addFeatures(features: readonly HostFeature[], text: string): readonly HostFeature[] {
  return [...features, ...text.split(',').map(parseFeature)]
}

function parseFeature(text: string): HostFeature {
  const feature = hostFeatures.find((name) => name === text)
  if (feature === undefined) throw invalidOption('--allow-missing', `must be of ${hostFeatures.join(', ')}`, text)
  return feature
}
