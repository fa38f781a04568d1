import { once } from 'node:events'
import { createServer } from 'node:net'
import { inspectHost } from '@mayfly/sandbox'
import { needs } from '@mayfly/test-support'
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { Debugger } from '../support/debugger.ts'
import { Project } from '../support/run-vitest.ts'

let supported = false
beforeAll(async () => {
  supported = (await inspectHost()).supported
})
beforeEach((context) => {
  needs(context, supported, 'the host lacks something that a sandbox requires')
  needs(context, 'WebSocket' in globalThis, 'Node has no WebSocket before 22')
})

const stops = `import { expect, test } from 'vitest'
test('stops', () => {
  const local = 41
  debugger
  expect(globalThis.seen).toBe(local)
})`

const waits = `import { test } from 'vitest'
test('waits for a debugger', { timeout: 60_000 }, async () => {
  while (globalThis.attached !== true) await new Promise((resolve) => setTimeout(resolve, 5))
})`

describe.each([
  [5, 'a container', {}],
  [5, 'a fork', undefined],
  [4, 'a container', {}],
] as const)('under Vitest %i, in %s', (version, _, options) => {
  test('--inspect-brk waits for a debugger, which stops in the test, sees its variables and changes them', async () => {
    using project = new Project(version, { 'a.test.ts': stops })
    const running = project.debug(options, ['--inspect-brk'])
    using attached = await Debugger.attach(running)
    await attached.call('Debugger.enable')
    await attached.call('Runtime.runIfWaitingForDebugger')
    const callFrameId = await attached.pauseWhere('local === 41')
    expect(await attached.evaluate('globalThis.seen = local', callFrameId)).toBe(41)
    await attached.call('Debugger.resume')
    const { status, tests } = await running.ended
    expect(tests.get('a.test.ts stops')).toMatchObject({ status: 'passed' })
    expect(status).toBe(0)
  })

  test('--inspect lets one attach to each file while it runs, wherever it runs', async () => {
    using project = new Project(version, { 'a.test.ts': waits, 'b.test.ts': waits })
    const running = project.debug(options, ['--inspect'])
    for (let fileCount = 0; fileCount < 2; fileCount++) {
      using attached = await Debugger.attach(running)
      expect(await attached.evaluate('process.env.HOME')).toBe(options === undefined ? process.env['HOME'] : '/work')
      const closed = attached.closed
      await attached.evaluate('globalThis.attached = true')
      await closed
    }
    const { status, tests } = await running.ended
    expect([...tests.values()].map((each) => each.status)).toEqual(['passed', 'passed'])
    expect(status).toBe(0)
  })
})

test('while it is debugged, no clock ends a file', async () => {
  using project = new Project(5, { 'a.test.ts': waits })
  const limits = { wallTime: '1ms' }
  const running = project.debug({ limits }, ['--inspect'])
  using attached = await Debugger.attach(running)
  await attached.evaluate('globalThis.attached = true')
  expect(await running.ended).toMatchObject({ status: 0 })
})

test('a port that is taken fails the file by name', async () => {
  using project = new Project(5, { 'a.test.ts': waits })
  await using server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { readonly port: number }
  const { status, output } = await project.run({}, [`--inspect=127.0.0.1:${port}`, '--no-file-parallelism'])
  expect(status).toBe(1)
  expect(output).toContain(`\`--inspect\` must name a free port, got '127.0.0.1:${port}'`)
})

test('without a network of its own there is no debugger, and the file says so', async () => {
  using project = new Project(5, { 'a.test.ts': waits })
  const { status, output } = await project.run({ network: 'none' }, ['--inspect', '--no-file-parallelism'])
  expect(status).toBe(1)
  expect(output).toContain("`network` must be 'loopback' with `--inspect`, got 'none'")
})

test('a worker that floods the channel of debuggers harms nobody', async () => {
  const floods = `import { writeSync } from 'node:fs'
import { test } from 'vitest'
test('floods', () => {
  const frame = Buffer.alloc(1 << 16)
  frame.writeUInt32LE(0xffffffff)
  try { for (let i = 0; i < 1000; i++) writeSync(4, frame) } catch (error) { if (error.code !== 'EAGAIN' && error.code !== 'EPIPE') throw error }
})`
  using project = new Project(5, { 'a.test.ts': floods, 'b.test.ts': floods.replaceAll('0xffffffff', '8') })
  const { status, tests } = await project.debug({}, ['--inspect']).ended
  expect([...tests.values()].map((each) => each.status)).toEqual(['passed', 'passed'])
  expect(status).toBe(0)
})
