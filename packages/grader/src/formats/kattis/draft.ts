import { join } from 'node:path'
import type { Group, ProgramSource } from '../../problem/problem.ts'
import { exists, isDirectory, names } from '../tree.ts'
import { legacyGroup, standardScoring } from './legacy-data.ts'
import { modernGroup, type ModernData } from './modern-data.ts'
import { programsIn } from './parts.ts'

/**
 * Reads the tests of a package of the time when the 2025-09 format was being made: as the legacy format has them where
 * some group has a `testdata.yaml`, else as that format has them now.
 */
export async function draftGroup(
  root: string,
  data: ModernData,
  validator: ProgramSource | undefined,
): Promise<{ readonly tests: Group; readonly isOld: boolean }> {
  if (!(await hasOldGroups(join(root, 'data')))) return { tests: await modernGroup(root, data), isOld: false }
  const tests = await legacyGroup(root, {
    ...{ flags: [], onReject: 'break', warnings: data.warnings, isDraft: true },
    scoring: data.scoring ? { ...standardScoring, customScore: true } : { kind: 'pass-fail' },
    graders: await programsIn(root, 'graders'),
    validators: validator === undefined ? undefined : [validator],
  })
  return { tests, isOld: true }
}

async function hasOldGroups(path: string): Promise<boolean> {
  if (await exists(join(path, 'testdata.yaml'))) return true
  for (const name of await names(path))
    if ((await isDirectory(join(path, name))) && (await hasOldGroups(join(path, name)))) return true
  return false
}
