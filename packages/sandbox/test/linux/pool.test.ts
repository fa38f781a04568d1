import { createSandbox, type Sandbox } from '@mayfly/sandbox'
import { expect, test } from 'vitest'
import { initsOf, supervisorsOf } from '../../../../fixtures/host-processes.ts'
import { sh } from './support/commands.ts'
import { until } from './support/until.ts'
import { needsSandboxes } from './support/use-sandbox.ts'

needsSandboxes()

/** The containers of the one sandbox that lives here, by their inits. */
function countContainers(): number {
  return initsOf(supervisorsOf(process.pid)).length
}

/** Many runs at once; the largest number of ready containers that any of them was told. */
async function burst(sandbox: Sandbox, count: number): Promise<number> {
  let mostReady = 0
  const one = async (): Promise<void> => {
    const { status } = await sandbox.run(['/bin/true'])
    expect(status).toBe('exited')
    mostReady = Math.max(mostReady, sandbox.stats().ready)
  }
  await Promise.all(Array.from({ length: count }, one))
  return mostReady
}

test('the pool keeps warm.min ready, grows to warm.max under a burst, and goes back when it is idle', async ({
  signal,
}) => {
  await using sandbox = await createSandbox({ concurrency: 6, warm: { min: 1, max: 4 } })
  await until(signal, () => countContainers() === 1)
  expect(await burst(sandbox, 24)).toBeLessThanOrEqual(4)
  // All but its own, once the used ones of the burst are replaced.
  for (let ready = 0; ready < 3; ready = sandbox.stats().ready) {
    await until(signal, () => countContainers() === 4)
    await sandbox.run(['/bin/true'])
  }
  await until(signal, () => countContainers() === 1)
})

test('no more than warm.max are ready, however many runs there are', async ({ signal }) => {
  await using sandbox = await createSandbox({ concurrency: 8, warm: { min: 2, max: 2 } })
  expect(await burst(sandbox, 60)).toBeLessThanOrEqual(2)
  await until(signal, () => countContainers() === 2)
  expect(await burst(sandbox, 1)).toBeLessThanOrEqual(2)
})

test('a container is used once', async () => {
  await using sandbox = await createSandbox({ concurrency: 4, warm: { min: 1, max: 8 } })
  const once = sh('set -C; : > /tmp/used && : > /work/used && : > /dev/shm/used')
  const results = await Promise.all(Array.from({ length: 60 }, async () => sandbox.run(once)))
  expect(results.map((result) => result.status === 'exited' && result.exitCode)).toEqual(results.map(() => 0))
})

test('a run that finds no container ready is a cold start, and no other is', async ({ signal }) => {
  await using sandbox = await createSandbox({ concurrency: 1, warm: { min: 1, max: 1 } })
  await until(signal, () => countContainers() === 1)
  await sandbox.run(['/bin/true'])
  expect(sandbox.stats().coldStartCount).toBe(0)
})

test('with warm.min of 0 nothing is kept without a demand', async ({ signal }) => {
  await using sandbox = await createSandbox({ concurrency: 2, warm: { min: 0, max: 2 } })
  await burst(sandbox, 6)
  expect(sandbox.stats().coldStartCount).toBeGreaterThan(0)
  await until(signal, () => countContainers() === 0)
  await sandbox.run(['/bin/true'])
})
