import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { needs } from '@mayfly/test-support'
import { expect, test } from 'vitest'
import { needsSandboxes } from './support/use-sandbox.ts'

needsSandboxes()

const run = promisify(execFile)
const root = fileURLToPath(new URL('../../../..', import.meta.url))
const machineNode = '/usr/bin/node'

/** Node 20 has no `await using`, and no types in its sources: what its users write. */
const program = `
import { createSandbox } from '@mayfly/sandbox'
const sandbox = await createSandbox({ concurrency: 1 })
try {
  const result = await sandbox.run({ argv: ['cat', 'file'], files: { file: 'built' } })
  console.log(JSON.stringify({ status: result.status, stdout: String(result.stdout), node: process.versions.node }))
} finally {
  await sandbox.close()
}
`

test('the built package runs a command on the machine’s own Node', async (context) => {
  needs(context, existsSync(machineNode), 'the machine has no Node of its own')
  needs(context, existsSync(`${root}/packages/sandbox/dist/index.js`), 'the packages are not built')
  const { stdout } = await run(machineNode, ['--input-type=module', '--eval', program], { cwd: root })
  const own = await run(machineNode, ['--version'])
  expect(JSON.parse(stdout)).toEqual({ status: 'exited', stdout: 'built', node: own.stdout.trim().slice(1) })
})
