import type { RunResult } from '@mayfly/sandbox'
import { expect, test } from 'vitest'
import { countCommands, fixtureFiles } from './support/commands.ts'
import { failureOf } from './support/failure.ts'
import { until } from './support/until.ts'
import { useSandbox } from './support/use-sandbox.ts'

const sandbox = useSandbox({ concurrency: 1 })

const endless = { wallTimeMs: 600_000, idleTimeMs: 600_000 }

async function runSleeper(signal: AbortSignal): Promise<RunResult> {
  const files = await fixtureFiles('hostile', 'sleeper')
  return sandbox().run({ argv: ['./sleeper'], files }, endless, { signal })
}

test('a run whose signal is aborted already never starts', async () => {
  const reason = new Error('not wanted')
  expect(await failureOf(runSleeper(AbortSignal.abort(reason)))).toBe(reason)
  expect(countCommands('sleeper')).toBe(0)
})

test('a run that is aborted is dead when its promise rejects with the reason', async ({ signal }) => {
  const controller = new AbortController()
  const reason = new Error('no longer wanted')
  const failure = failureOf(runSleeper(controller.signal))
  await until(signal, () => countCommands('sleeper') === 1)
  controller.abort(reason)
  expect(await failure).toBe(reason)
  expect(countCommands('sleeper')).toBe(0)
})

test('an abort without a reason rejects with an AbortError', async ({ signal }) => {
  const controller = new AbortController()
  const failure = failureOf(runSleeper(controller.signal))
  await until(signal, () => countCommands('sleeper') === 1)
  controller.abort()
  expect(await failure).toMatchObject({ name: 'AbortError' })
})

test('a run that is aborted in the queue never starts, and the one before it goes on', async ({ signal }) => {
  const [first, second] = [new AbortController(), new AbortController()]
  const firstFailure = failureOf(runSleeper(first.signal))
  await until(signal, () => countCommands('sleeper') === 1)
  const secondFailure = failureOf(runSleeper(second.signal))
  second.abort('second')
  expect(await secondFailure).toBe('second')
  expect(countCommands('sleeper')).toBe(1)
  first.abort('first')
  expect(await firstFailure).toBe('first')
})

test('the sandbox runs other commands after an abort', async () => {
  expect(await sandbox().run(['/bin/true'])).toMatchObject({ status: 'exited', exitCode: 0 })
})

test('an abort after the end changes nothing', async () => {
  const controller = new AbortController()
  const result = await sandbox().run(['/bin/true'], {}, { signal: controller.signal })
  controller.abort()
  expect(result).toMatchObject({ status: 'exited', exitCode: 0 })
})
