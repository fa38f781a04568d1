import { execFile } from 'node:child_process'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Workspace } from './workspace.ts'

/** What became of a mutation: noticed by a test of its line, not noticed, or nothing works any more. */
export type Fate = 'killed' | 'survived' | 'broken'

const tests = 'packages/sandbox/test/linux/checklist'

const patience = 300_000

async function exitsWithZero(workspace: Workspace, program: string, argv: readonly string[]): Promise<boolean> {
  const env = { ...process.env, MAYFLY_SUPERVISOR: workspace.supervisor, SANDBOX_MUST_WORK: '' }
  return new Promise((resolve) => {
    execFile(program, [...argv], { cwd: workspace.folder, env, timeout: patience, maxBuffer: 2 ** 26 }, (error) =>
      resolve(error === null),
    )
  })
}

/** The files that have tests of the line. */
async function filesOf(workspace: Workspace, line: number): Promise<readonly string[]> {
  const names = await readdir(join(workspace.folder, tests))
  const found: string[] = []
  for (const name of names.filter((file) => file.endsWith('.test.ts'))) {
    const text = await readFile(join(workspace.folder, tests, name), 'utf8')
    if (new RegExp(`\\(['"\`]${line}: `).test(text)) found.push(`${tests}/${name}`)
  }
  return found
}

/** Whether every test of the line passes. */
export async function linePasses(workspace: Workspace, line: number): Promise<boolean> {
  const vitest = 'node_modules/.bin/vitest'
  const options = ['run', '--project', 'linux', '--testTimeout', '40000', '--bail', '1', '-t', `^${line}: `]
  return exitsWithZero(workspace, vitest, [...options, ...(await filesOf(workspace, line))])
}

/** Whether an ordinary command works: a mutation after which none does proves nothing of the tests. */
export async function somethingWorks(workspace: Workspace): Promise<boolean> {
  return exitsWithZero(workspace, process.execPath, ['--conditions=mayfly-source', 'test/mutations/control.ts'])
}

/** Runs the line's tests with a mutation in place. */
export async function tryLine(workspace: Workspace, line: number): Promise<Fate> {
  if (!(await somethingWorks(workspace))) return 'broken'
  return (await linePasses(workspace, line)) ? 'survived' : 'killed'
}
