import { createSandbox, type RunOptions, type RunResult, type Sandbox } from '@mayfly/sandbox'
import { expect, test } from 'vitest'
import { countCommands, fixtureFiles } from './support/commands.ts'
import { failureOf } from './support/failure.ts'
import { until } from './support/until.ts'
import { needsSandboxes } from './support/use-sandbox.ts'

needsSandboxes()

const endless = { wallTimeMs: 600_000, idleTimeMs: 600_000 }

async function runSleeper(sandbox: Sandbox, options: RunOptions = {}): Promise<RunResult> {
  const files = await fixtureFiles('hostile', 'sleeper')
  return sandbox.run({ argv: ['./sleeper'], files }, endless, options)
}

test('one run more than the queue holds is QUEUE_FULL', async ({ signal }) => {
  const sandbox = await createSandbox({ concurrency: 1, maxQueued: 1 })
  try {
    const running = failureOf(runSleeper(sandbox))
    await until(signal, () => countCommands('sleeper') === 1)
    const queued = failureOf(sandbox.run(['/bin/true']))
    expect(await failureOf(sandbox.run(['/bin/true']))).toMatchObject({ code: 'QUEUE_FULL' })
    await sandbox.close()
    expect(await running).toMatchObject({ code: 'SANDBOX_CLOSED' })
    expect(await queued).toMatchObject({ code: 'SANDBOX_CLOSED' })
  } finally {
    await sandbox.close()
  }
})

test('runs of a higher priority start first, those of the same one in their order', async ({ signal }) => {
  const sandbox = await createSandbox({ concurrency: 1 })
  try {
    const controller = new AbortController()
    const running = failureOf(runSleeper(sandbox, { signal: controller.signal }))
    await until(signal, () => countCommands('sleeper') === 1)
    const ended: string[] = []
    const queued = [
      { name: 'low', priority: -1 },
      { name: 'first', priority: 0 },
      { name: 'second', priority: 0 },
      { name: 'high', priority: 10 },
    ].map(async ({ name, priority }) => {
      await sandbox.run(['/bin/true'], {}, { priority })
      ended.push(name)
    })
    controller.abort()
    await Promise.all([running, ...queued])
    expect(ended).toEqual(['high', 'first', 'second', 'low'])
  } finally {
    await sandbox.close()
  }
})

test('as many runs as concurrency says are at work at once, and no more', async ({ signal }) => {
  const sandbox = await createSandbox({ concurrency: 2 })
  try {
    const controllers = [new AbortController(), new AbortController(), new AbortController()]
    const failures = controllers.map((controller) => failureOf(runSleeper(sandbox, { signal: controller.signal })))
    await until(signal, () => countCommands('sleeper') === 2)
    const other = sandbox.run(['/bin/true'])
    controllers[0]?.abort()
    await failures[0]
    await until(signal, () => countCommands('sleeper') === 2)
    controllers[1]?.abort()
    controllers[2]?.abort()
    await Promise.all(failures)
    expect(await other).toMatchObject({ status: 'exited', exitCode: 0 })
  } finally {
    await sandbox.close()
  }
})
