import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { GraderError, loadProblem } from '@mayfly/grader'
import { afterEach, expect } from 'vitest'

const made: string[] = []
afterEach(() => {
  for (const path of made.splice(0)) rmSync(path, { recursive: true })
})

/** A package of these files, until the test is over. */
export function packageOf(files: Readonly<Record<string, string>>): string {
  const root = mkdtempSync(join(tmpdir(), 'package-'))
  made.push(root)
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
  }
  return root
}

/** What a package of these files is refused with, by its place in the package. */
export async function refusal(files: Readonly<Record<string, string>>): Promise<string> {
  const root = packageOf(files)
  const error: unknown = await loadProblem(root).then(
    () => undefined,
    (reason: unknown) => reason,
  )
  expect(error).toBeInstanceOf(GraderError)
  expect(error).toMatchObject({ code: 'INVALID_PACKAGE' })
  return (error as GraderError).message.replace(root, '')
}

/** The least of a package of the 2025-09 format, and of its tests. */
export const modern = 'problem_format_version: 2025-09\nname: N\nuuid: 1\n'
export const tests = { 'data/secret/1.in': '1', 'data/secret/1.ans': '1' }
