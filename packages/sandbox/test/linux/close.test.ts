import { createSandbox, type Sandbox } from '@mayfly/sandbox'
import { expect, test } from 'vitest'
import { supervisorsOf } from '../../../../fixtures/host-processes.ts'
import { readHostState } from '../../../../fixtures/host-state.ts'
import { countCommands, fixtureFiles } from './support/commands.ts'
import { failureOf } from './support/failure.ts'
import { until } from './support/until.ts'
import { needsSandboxes } from './support/use-sandbox.ts'

needsSandboxes()

async function startSleeper(sandbox: Sandbox, signal: AbortSignal): Promise<{ readonly failure: Promise<unknown> }> {
  const before = countCommands('sleeper')
  const files = await fixtureFiles('hostile', 'sleeper')
  const failure = failureOf(sandbox.run({ argv: ['./sleeper'], files }, { wallTimeMs: 600_000, idleTimeMs: 600_000 }))
  await until(signal, () => countCommands('sleeper') === before + 1)
  return { failure }
}

test('close ends what runs and what waits with SANDBOX_CLOSED, and leaves nothing on the host', async ({ signal }) => {
  await (await createSandbox()).close() // what Node opens once and keeps
  const before = readHostState()
  const sandbox = await createSandbox({ concurrency: 1 })
  const { failure } = await startSleeper(sandbox, signal)
  const queued = failureOf(sandbox.run(['/bin/true']))
  await sandbox.close()
  expect(readHostState()).toEqual(before)
  expect(await failure).toMatchObject({ code: 'SANDBOX_CLOSED' })
  expect(await queued).toMatchObject({ code: 'SANDBOX_CLOSED' })
})

test('close may be called twice, and at once', async () => {
  const sandbox = await createSandbox()
  await expect(Promise.all([sandbox.close(), sandbox.close()])).resolves.toBeDefined()
  await expect(sandbox.close()).resolves.toBeUndefined()
})

test('a closed sandbox refuses runs with SANDBOX_CLOSED', async () => {
  const sandbox = await createSandbox()
  await sandbox.close()
  expect(await failureOf(sandbox.run(['/bin/true']))).toMatchObject({ code: 'SANDBOX_CLOSED' })
})

test('await using closes the sandbox at the end of the block', async () => {
  const before = supervisorsOf(process.pid)
  {
    await using sandbox = await createSandbox()
    expect(await sandbox.run(['/bin/true'])).toMatchObject({ status: 'exited', exitCode: 0 })
    expect(supervisorsOf(process.pid).length).toBe(before.length + 1)
  }
  expect(supervisorsOf(process.pid)).toEqual(before)
})

test('two sandboxes run at once and do not see each other', async ({ signal }) => {
  const [left, right] = await Promise.all([createSandbox(), createSandbox()])
  try {
    const { failure } = await startSleeper(left, signal)
    const seen = await right.run(['/bin/sh', '-c', 'ls -A /work /tmp /dev/shm; cd /proc; echo [0-9]*; echo $$'])
    expect(String(seen.stdout)).toMatch(/^\/dev\/shm:\n\n\/tmp:\n\n\/work:\n(\d+)\n\1\n$/)
    await right.close()
    expect(countCommands('sleeper')).toBe(1)
    await left.close()
    expect(await failure).toMatchObject({ code: 'SANDBOX_CLOSED' })
  } finally {
    await Promise.all([left.close(), right.close()])
  }
})
