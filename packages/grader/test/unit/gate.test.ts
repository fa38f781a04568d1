import { expect, test } from 'vitest'
import { Gate } from '../../src/judge/gate.ts'

/** A job that ends when it is told to. */
function job(): { readonly run: () => Promise<void>; end(): void; readonly state: { started: boolean } } {
  const state = { started: false }
  let end = (): void => {}
  const over = new Promise<void>((resolve) => (end = resolve))
  const run = async (): Promise<void> => {
    state.started = true
    await over
  }
  return { run, end: () => end(), state }
}

const small = { cores: 1, memoryBytes: 10 }

test('what fits runs at once, what does not waits until there is room', async () => {
  const gate = new Gate(2, 25)
  const [first, second, third] = [job(), job(), job()]
  const runs = [first, second, third].map(({ run }) => gate.within(small, run))
  await Promise.resolve()
  expect([first, second, third].map(({ state }) => state.started)).toEqual([true, true, false])
  first.end()
  await runs[0]
  await Promise.resolve()
  expect(third.state.started).toBe(true)
  second.end()
  third.end()
  await Promise.all(runs)
})

test('what needs the whole machine is not overtaken by what is small', async () => {
  const gate = new Gate(2, 100)
  const [first, alone, last] = [job(), job(), job()]
  const runs = [
    gate.within(small, first.run),
    gate.within({ ...small, alone: true }, alone.run),
    gate.within(small, last.run),
  ]
  await Promise.resolve()
  expect([alone.state.started, last.state.started]).toEqual([false, false])
  first.end()
  await runs[0]
  await Promise.resolve()
  expect([alone.state.started, last.state.started]).toEqual([true, false])
  alone.end()
  await runs[1]
  last.end()
  await runs[2]
  expect(last.state.started).toBe(true)
})

test('what asks for more than there is gets all there is', async () => {
  const gate = new Gate(1, 10)
  expect(await gate.within({ cores: 8, memoryBytes: 1000 }, async () => 'ran')).toBe('ran')
})

test('what is aborted while it waits leaves the queue, and those behind it move up', async () => {
  const gate = new Gate(1, 10)
  const first = job()
  const running = gate.within(small, first.run)
  const controller = new AbortController()
  const reason = new Error('enough')
  const waiting = gate.within({ ...small, signal: controller.signal }, async () => 'never')
  const behind = gate.within(small, async () => 'behind')
  controller.abort(reason)
  await expect(waiting).rejects.toBe(reason)
  first.end()
  await running
  expect(await behind).toBe('behind')
  expect(gate.waitingCount).toBe(0)
})
