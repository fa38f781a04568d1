import type { HostFeature } from '@mayfly/sandbox'

import { invalidOption } from '../invalid-option.ts'

const known: Readonly<Record<HostFeature, true>> = {
  cgroup: true,
  memory: true,
  swap: true,
  processes: true,
  cpu: true,
  ioWeight: true,
  userIds: true,
  refusalNames: true,
  landlock: true,
  imageInodes: true,
  timeNamespace: true,
}

/** Adds the features named in `text`, separated by commas; throws `INVALID_OPTION` for a name that is none. */
export function addFeatures(features: readonly HostFeature[], text: string): readonly HostFeature[] {
  return [...features, ...text.split(',').map(parseFeature)]
}

function parseFeature(text: string): HostFeature {
  if (isFeature(text)) return text
  throw invalidOption('--allow-missing', `must be of ${Object.keys(known).join(', ')}`, text)
}

function isFeature(text: string): text is HostFeature {
  return Object.hasOwn(known, text)
}
