import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { RunTrace } from '@mayfly/sandbox'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { failureOf } from './support/failure.ts'
import { useSandbox } from './support/use-sandbox.ts'

const sandbox = useSandbox()
let traces: RunTrace[] = []

function take(message: unknown): void {
  traces.push(message as RunTrace)
}

beforeEach(() => {
  traces = []
  subscribe('mayfly:run', take)
})
afterEach(() => unsubscribe('mayfly:run', take))

test('a run tells when each of its steps was done, all by one clock', async () => {
  const [seconds, ns] = process.hrtime()
  await sandbox().run(['/bin/true'])
  expect(traces).toHaveLength(1)
  const times = Object.values(traces[0] as RunTrace)
  const inOrder: readonly (keyof RunTrace)[] = [
    ...(['queuedMs', 'admittedMs', 'encodedMs', 'receivedMs', 'handedOutMs', 'startedMs', 'endedMs'] as const),
    ...(['endReceivedMs', 'countedMs', 'reportReceivedMs', 'deliveredMs'] as const),
  ]
  const ordered = inOrder.map((step) => traces[0]?.[step])
  expect(ordered).toEqual([...ordered].sort((one, other) => Number(one) - Number(other)))
  expect(Math.min(...times.map(Number))).toBeGreaterThanOrEqual(seconds * 1000 + ns / 1e6)
})

test('a run that rejects has no trace', async () => {
  await failureOf(sandbox().run(['/nowhere']))
  expect(traces).toEqual([])
  await sandbox().run(['/bin/sh', '-c', 'exit 3'])
  expect(traces).toHaveLength(1)
})

test('nobody is told who does not subscribe', async () => {
  unsubscribe('mayfly:run', take)
  await sandbox().run(['/bin/true'])
  expect(traces).toEqual([])
})
