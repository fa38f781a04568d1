import { chmodSync, copyFileSync, mkdtempSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { inspectHost } from '@mayfly/sandbox'
import { needs } from '@mayfly/test-support'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { Project } from '../support/run-vitest.ts'

const nobody = 65_534

const files = {
  'good.test.ts': `import { createServer } from 'node:http'
import { expect, test } from 'vitest'
test('has a server', async () => {
  const server = createServer((_, response) => response.end('hello')).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  expect(await (await fetch('http://127.0.0.1:' + server.address().port)).text()).toBe('hello')
  server.close()
})`,
  'bad.test.ts': `// @sandbox {"limits":{"wallTime":"8s"}}
import { connect } from 'node:net'
import { writeFileSync } from 'node:fs'
import { test } from 'vitest'
test('writes', () => { try { writeFileSync('left-over', 'x') } catch {} })
test('connects', async () => { await new Promise((resolve) => connect(80, '203.0.113.7').on('error', resolve)) })
test('spins', () => { for (;;); })`,
}

let directory = ''
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'mayfly-test-rootless-'))
  chmodSync(directory, 0o755)
  // Where every user may execute it.
  const require = createRequire(createRequire(import.meta.url).resolve('@mayfly/sandbox/package.json'))
  const built = dirname(require.resolve(`@mayfly/sandbox-linux-${process.arch}/package.json`))
  copyFileSync(join(built, 'bin', 'mayfly-supervisor'), join(directory, 'supervisor'))
})
afterAll(() => rmSync(directory, { recursive: true, force: true }))
beforeEach(async (context) => {
  needs(context, process.getuid?.() === 0, 'only root may become another user')
  needs(context, (await inspectHost()).supported, 'the host lacks something that a sandbox requires')
})

test('an ordinary user without a control group is refused, and told how to go on', async () => {
  using project = new Project(5, files, nobody)
  const run = project.run({}, [], { MAYFLY_SUPERVISOR: join(directory, 'supervisor') })
  await expect(run).rejects.toThrow(/allowMissing: \['cgroup'\][^]*UNSUPPORTED_HOST/)
})

test('where that is allowed, files are isolated, refused and ended as they are for root', async () => {
  using project = new Project(5, files, nobody)
  const { status, tests } = await project.run({ allowMissing: ['cgroup'] }, [], {
    MAYFLY_SUPERVISOR: join(directory, 'supervisor'),
  })
  expect(status).toBe(1)
  const states = Object.fromEntries([...tests].map(([name, { status: state }]) => [name, state]))
  expect(states).toEqual({
    'good.test.ts has a server': 'passed',
    'bad.test.ts writes': 'failed',
    'bad.test.ts connects': 'failed',
    'bad.test.ts spins': 'failed',
  })
  expect(tests.get('bad.test.ts writes')?.messages).toMatch(/left-over: refused/)
  expect(tests.get('bad.test.ts connects')?.messages).toMatch(/connect 203\.0\.113\.7:80: refused/)
  expect(tests.get('bad.test.ts spins')?.messages).toMatch(/wall-clock limit of 8 s reached in "spins"/)
})

test('what may be missing is named as the sandbox names it', async () => {
  using project = new Project(5, files)
  await expect(project.run({ allowMissing: ['everything'] })).rejects.toThrow(/allowMissing[^]*everything/)
})
