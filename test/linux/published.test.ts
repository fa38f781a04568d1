import { spawnSync } from 'node:child_process'
import { accessSync, constants, realpathSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { needs } from '@mayfly/test-support'
import { expect, test } from 'vitest'

const root = fileURLToPath(new URL('../../', import.meta.url))

const program = `
import { createSandbox } from '@mayfly/sandbox'
const sandbox = await createSandbox({ concurrency: 1 })
try {
  const result = await sandbox.run(['/bin/echo', 'hello'])
  console.log(JSON.stringify({ node: process.version, status: result.status, text: String(result.stdout) }))
} finally {
  await sandbox.close()
}`

/** The Node that the machine has, not the one from npm that runs the tests. */
function machinesNode(): string | undefined {
  const candidates = (process.env['PATH'] ?? '').split(delimiter).map((directory) => join(directory, 'node'))
  return candidates.find((path) => isExecutable(path) && realpathSync(path) !== realpathSync(process.execPath))
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

test('what is published runs a command on the Node of the machine', (context) => {
  const node = machinesNode()
  needs(context, node !== undefined, 'no Node on the PATH but the one from npm')
  const args = ['--input-type=module', '--eval', program]
  const { stdout, stderr } = spawnSync(node ?? '', args, { cwd: root, encoding: 'utf8' })
  const version = spawnSync(node ?? '', ['--version'], { encoding: 'utf8' }).stdout.trim()
  expect(stderr).toBe('')
  expect(JSON.parse(stdout)).toEqual({ node: version, status: 'exited', text: 'hello\n' })
})
