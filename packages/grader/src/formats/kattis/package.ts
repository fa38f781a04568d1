import { join, resolve } from 'node:path'
import type { Problem } from '../../problem/problem.ts'
import { exists, isDirectory, requireWithin } from '../tree.ts'
import { YamlMap } from '../yaml-map.ts'
import { readLegacy } from './legacy.ts'
import { readModern } from './modern.ts'

/** Whether a folder is a problem package of this family. */
export async function isKattisPackage(path: string): Promise<boolean> {
  return (await exists(join(path, 'problem.yaml'))) && (await isDirectory(join(path, 'data')))
}

/** What packages were told to say while 2025-09 was being made. */
const drafts = ['2023-07-draft', '2023-07']

/** What is read of a package as it stands; its programs are looked at as they are read. */
const ownFiles = [
  ...['problem.yaml', 'domjudge-problem.ini', '.timelimit', 'submissions.json', 'submissions/submissions.yaml'],
  'data',
]

/** Reads a Kattis problem package of either version, with DOMjudge's additions. */
export async function readKattis(path: string): Promise<Problem> {
  const root = resolve(path)
  await requireWithin(root, ownFiles)
  const file = join(root, 'problem.yaml')
  const config = (await exists(file)) ? await YamlMap.load(file, file) : YamlMap.parse('', file)
  const version = config.string('problem_format_version') ?? 'legacy'
  if (version === 'legacy' || version === 'legacy-icpc') return readLegacy(root, config)
  if (version === '2025-09') return readModern(root, config, { isDraft: false })
  if (drafts.includes(version)) return readModern(root, config, { isDraft: true })
  throw config.error('problem_format_version', `is ${version}; legacy, 2025-09 and its draft 2023-07 are read`)
}
