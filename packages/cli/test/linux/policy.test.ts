import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { inspectHost } from '@mayfly/sandbox'
import { needs } from '@mayfly/test-support'
import { afterEach, beforeEach, expect, test, type TestContext } from 'vitest'

import { mayfly } from './mayfly.ts'
import { sandboxTest } from './sandbox-test.ts'

let directory: string
let file: string

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'mayfly-cli-'))
  file = join(directory, 'policy.json')
})

afterEach(async () => {
  await rm(directory, { recursive: true })
})

async function needsFeature(context: Pick<TestContext, 'skip'>, name: string): Promise<void> {
  const { features } = await inspectHost()
  const found = features.find((feature) => feature.name === name)
  needs(context, found?.state === 'enforced', `${name}: ${found?.why ?? 'not reported'}`)
}

sandboxTest('what was refused is said after the output, by name and in words', async ({ skip }) => {
  await needsFeature({ skip }, 'refusalNames')
  const { status, stdout, stderr } = await mayfly(['run', 'sh', '-c', 'echo out; unshare --user true; exit 3'])
  expect(String(stdout)).toBe('out\n')
  expect(stderr).toBe('unshare: unshare failed: Operation not permitted\nmayfly: refused: unshare user (unshare, 1×)\n')
  expect(status).toBe(3)
})

sandboxTest('it is in the JSON with its count and its time', async ({ skip }) => {
  await needsFeature({ skip }, 'refusalNames')
  const json = join(directory, 'result.json')
  await mayfly(['run', '--json', json, 'sh', '-c', 'kill -9 1; kill -9 1; true'])
  expect(JSON.parse(await readFile(json, 'utf8'))).toMatchObject({
    violations: [{ call: 'kill', detail: '1 SIGKILL', program: 'sh', count: 2, atMs: expect.any(Number) }],
    refusalCount: 2,
  })
})

sandboxTest(
  'a policy that was learnt from a command runs it again, and refuses what it did not do',
  async ({ skip }) => {
    await needsFeature({ skip }, 'refusalNames')
    const learnt = await mayfly(['run', '--learn', file, 'sh', '-c', 'echo learnt'])
    expect(learnt).toMatchObject({ status: 0, stderr: '' })
    expect(String(learnt.stdout)).toBe('learnt\n')
    const { allow } = JSON.parse(await readFile(file, 'utf8')) as { readonly allow: readonly string[] }
    expect(allow).toContain('execve')
    expect(allow).not.toContain('kill')

    const again = await mayfly(['run', '--policy', file, 'sh', '-c', 'echo again'])
    expect(again).toMatchObject({ status: 0, stderr: '' })
    expect(String(again.stdout)).toBe('again\n')
    const other = await mayfly(['run', '--policy', file, 'sh', '-c', 'kill -0 $$ && echo alive'])
    expect(other.stderr).toMatch(/Function not implemented/)
    expect(String(other.stdout)).toBe('')
  },
)

sandboxTest('a policy may be told by its difference from the default one', async () => {
  await writeFile(file, JSON.stringify({ extends: 'default', deny: ['mkdir'] }))
  const { status, stderr } = await mayfly(['run', '--policy', file, 'mkdir', 'x'])
  expect(stderr).toMatch(/^mkdir: .*Operation not permitted\n/)
  expect(status).toBe(1)
})

test.for([
  ['{', /^mayfly: `--policy` must be a file of JSON, got /],
  ['7', /^mayfly: `--policy` must hold an object, got /],
  ['{"extends": "none"}', /^mayfly: `--policy` can extend "default" only, got /],
  ['{"allow": ["no_such_call"]}', /^mayfly: `--policy.allow\[0\]` must name a system call, got 'no_such_call'/],
] as const)('%s is no policy', async ([text, message]) => {
  await writeFile(file, text)
  const { status, stderr } = await mayfly(['run', '--policy', file, 'true'])
  expect(stderr).toMatch(message)
  expect(status).toBe(125)
})

sandboxTest('--boot-time fresh hides how long the host has been up', async ({ skip }) => {
  await needsFeature({ skip }, 'timeNamespace')
  const boot = 'import time; print(time.clock_gettime(time.CLOCK_BOOTTIME) < 60)'
  const hasPython = (await mayfly(['run', 'python3', '-V'])).status === 0
  needs({ skip }, hasPython, 'python3 is not installed')
  expect(String((await mayfly(['run', '--boot-time', 'fresh', 'python3', '-c', boot])).stdout)).toBe('True\n')
  expect(String((await mayfly(['run', 'python3', '-c', boot])).stdout)).toBe('False\n')
})
