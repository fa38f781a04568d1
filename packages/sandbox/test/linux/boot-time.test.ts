import { existsSync } from 'node:fs'
import { uptime } from 'node:os'
import { createSandbox, type SandboxOptions } from '@mayfly/sandbox'
import { needs } from '@mayfly/test-support'
import { expect, test } from 'vitest'
import { needsSandboxes } from './support/use-sandbox.ts'

needsSandboxes()

const clocks = 'import time\nfor clock in (time.CLOCK_BOOTTIME, time.CLOCK_MONOTONIC): print(time.clock_gettime(clock))'

async function readClocks(bootTime: NonNullable<SandboxOptions['bootTime']>): Promise<readonly number[]> {
  await using sandbox = await createSandbox({ bootTime, concurrency: 1 })
  const result = await sandbox.run(['/usr/bin/python3', '-c', clocks])
  return String(result.stdout).trim().split('\n').map(Number)
}

const hasTimeNamespaces = existsSync('/proc/self/ns/time')
const lacking = 'the kernel has no time namespaces'
const testSeconds = 60

test('clocks show the host’s uptime unless told otherwise', async () => {
  const before = uptime()
  const [boot = 0] = await readClocks('host')
  expect(boot).toBeGreaterThanOrEqual(before - 1)
  expect(boot).toBeLessThan(before + testSeconds)
})

test('a fresh boot time starts every clock that counts from boot at the container’s own start', async (context) => {
  needs(context, hasTimeNamespaces, lacking)
  needs(context, uptime() > 2 * testSeconds, 'the host was started a moment ago')
  for (const clock of await readClocks('fresh')) {
    expect(clock).toBeGreaterThan(0)
    expect(clock).toBeLessThan(testSeconds)
  }
})

test('times are measured alike with a fresh boot time', async (context) => {
  needs(context, hasTimeNamespaces, lacking)
  await using sandbox = await createSandbox({ bootTime: 'fresh', concurrency: 1 })
  const script = 'import ctypes, time\ntime.sleep(0.2)\nctypes.CDLL(None).unshare(0x10000000)'
  const result = await sandbox.run(['/usr/bin/python3', '-c', script], { wallTimeMs: 20_000 })
  expect(result).toMatchObject({ status: 'exited', exitCode: 0 })
  // Where no disk goes by weights, that is missing by right.
  expect(result.missing.filter((feature) => feature !== 'ioWeight')).toEqual([])
  expect(result.usage.wallTimeMs).toBeGreaterThanOrEqual(200)
  expect(result.usage.wallTimeMs).toBeLessThan(20_000)
  expect(result.violations[0]?.atMs).toBeGreaterThanOrEqual(200)
  expect(result.violations[0]?.atMs).toBeLessThanOrEqual(result.usage.wallTimeMs)
})

test('a sleeper meets its wall with a fresh boot time', async (context) => {
  needs(context, hasTimeNamespaces, lacking)
  await using sandbox = await createSandbox({ bootTime: 'fresh', concurrency: 1 })
  const result = await sandbox.run(['sleep', '30'], { wallTimeMs: 300 })
  expect(result).toMatchObject({ status: 'limited', limit: 'wallTime' })
})
