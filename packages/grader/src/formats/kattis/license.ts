import type { YamlMap } from '../yaml-map.ts'

const licenses = ['unknown', 'public domain', 'cc0', 'cc by', 'cc by-sa', 'educational', 'permission']

/**
 * What is wrong with whose a package is, in sentences with file and line: it has no part in judging, and others who judge
 * by the package do not look at it.
 */
export function licenseWarnings(config: YamlMap): readonly string[] {
  const license = config.string('license') ?? 'unknown'
  if (!licenses.includes(license))
    return [config.error('license', `is ${license}, and should be one of ${licenses.join(', ')}`).message]
  const owners = ['rights_owner', 'author', 'credits', 'source'].filter((key) => (config.value(key) ?? '') !== '')
  if (license === 'public domain' && owners.includes('rights_owner'))
    return [config.error('rights_owner', 'is there, and what is in the public domain has none').message]
  if (license !== 'unknown' && license !== 'public domain' && owners.length === 0)
    return [config.error('license', `is ${license}, and nobody is told whose the problem is`).message]
  return []
}
