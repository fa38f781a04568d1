import { isAssignment, readAssignment } from '../course/assignment.ts'
import { GraderError } from '../errors.ts'
import type { Problem } from '../problem/problem.ts'
import { isDmojPackage, readDmoj } from './dmoj/package.ts'
import { isPolygonPackage, readPolygon } from './polygon/package.ts'
import { isTestFolder, readFolder } from './folder.ts'
import { withDomjudge } from './kattis/domjudge-package.ts'
import { isKattisPackage, readKattis } from './kattis/package.ts'
import { loadPacked } from './packed.ts'
import { isDirectory, requireWithin } from './tree.ts'

/** What the judges of these formats compile by, and programs for them look at. */
const defines: readonly string[] = ['ONLINE_JUDGE']

/** Reads a problem in whatever format it is, also one that is packed as a `.zip`. Throws `INVALID_PACKAGE` with file and line. */
export async function loadProblem(path: string): Promise<Problem> {
  if (await isDirectory(path)) return loadFolder(path)
  if (/\.zip$/i.test(path)) return loadPacked(path, loadFolder)
  throw new GraderError('INVALID_PACKAGE', 'is no folder, and no .zip', { path })
}

async function loadFolder(path: string): Promise<Problem> {
  await requireWithin(path, ['assignment.yaml', 'init.yml', 'problem.xml'])
  if (await isKattisPackage(path)) return withDomjudge(path, await readKattis(path))
  if (await isAssignment(path)) return readAssignment(path)
  if (await isDmojPackage(path)) return { defines, ...(await readDmoj(path)) }
  if (await isPolygonPackage(path)) return { defines, ...(await readPolygon(path)) }
  if (await isTestFolder(path)) return readFolder(path)
  throw new GraderError('INVALID_PACKAGE', 'is in no format that is known', { path })
}
