import { describe, expect, test } from 'vitest'
import { Admission } from '../../../src/sandbox/admission.ts'

/** A job that ends when it is told to, and tells whether it was started. */
class Job {
  isStarted = false
  end: (value: string) => void = () => {}
  readonly #name: string
  readonly #log: string[]

  constructor(name: string, log: string[]) {
    this.#name = name
    this.#log = log
  }

  run = async (): Promise<string> => {
    this.isStarted = true
    this.#log.push(this.#name)
    return new Promise((resolve) => {
      this.end = resolve
    })
  }
}

const turn = { priority: 0, signal: undefined }
const settled = async (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

function jobs(...names: readonly string[]): { readonly all: readonly Job[]; readonly log: string[] } {
  const log: string[] = []
  return { all: names.map((name) => new Job(name, log)), log }
}

describe('admission', () => {
  test('starts as many as may run at once, at once, and the next when one has ended', async () => {
    const admission = new Admission(2, 10)
    const { all, log } = jobs('a', 'b', 'c')
    const results = all.map(async (job) => admission.admit(job.run, turn))
    expect(log).toEqual(['a', 'b'])
    expect(admission).toMatchObject({ runningCount: 2, queuedCount: 1 })
    all[0]?.end('first')
    expect(await results[0]).toBe('first')
    await settled()
    expect(log).toEqual(['a', 'b', 'c'])
    expect(admission).toMatchObject({ runningCount: 2, queuedCount: 0 })
  })

  test('starts the urgent ones first', async () => {
    const admission = new Admission(1, 10)
    const { all, log } = jobs('first', 'low', 'high', 'middle')
    for (const [index, priority] of [0, -1, 5, 2].entries()) {
      void admission.admit(all[index]?.run ?? (async () => ''), { ...turn, priority })
    }
    for (const job of [all[0], all[2], all[3]]) {
      job?.end('')
      await settled()
    }
    expect(log).toEqual(['first', 'high', 'middle', 'low'])
  })

  test('refuses one more than may wait, and takes it again later', async () => {
    const admission = new Admission(1, 1)
    const { all } = jobs('a', 'b', 'c')
    const [a, b, c] = all.map((job) => job.run)
    void admission.admit(a ?? (async () => ''), turn)
    void admission.admit(b ?? (async () => ''), turn)
    await expect(admission.admit(c ?? (async () => ''), turn)).rejects.toMatchObject({
      code: 'QUEUE_FULL',
      message: '1 runs wait already, and `maxQueued` is 1',
    })
    all[0]?.end('')
    await settled()
    void admission.admit(c ?? (async () => ''), turn)
    expect(admission.queuedCount).toBe(1)
  })

  test('lets nobody wait where `maxQueued` is 0, and runs what can start', async () => {
    const admission = new Admission(1, 0)
    const { all } = jobs('a', 'b')
    void admission.admit(all[0]?.run ?? (async () => ''), turn)
    expect(all[0]?.isStarted).toBe(true)
    await expect(admission.admit(async () => '', turn)).rejects.toMatchObject({ code: 'QUEUE_FULL' })
  })

  test('takes an aborted one out of the queue, and never starts it', async () => {
    const admission = new Admission(1, 1)
    const { all } = jobs('a', 'b', 'c')
    void admission.admit(all[0]?.run ?? (async () => ''), turn)
    const controller = new AbortController()
    const waiting = admission.admit(all[1]?.run ?? (async () => ''), { ...turn, signal: controller.signal })
    const reason = new Error('changed my mind')
    controller.abort(reason)
    await expect(waiting).rejects.toBe(reason)
    expect(admission.queuedCount).toBe(0)
    all[0]?.end('')
    await settled()
    expect(all[1]?.isStarted).toBe(false)
  })

  test('never starts one whose signal was aborted before', async () => {
    const { all } = jobs('a')
    const reason = new Error('too late')
    const aborted = new Admission(1, 1).admit(all[0]?.run ?? (async () => ''), {
      ...turn,
      signal: AbortSignal.abort(reason),
    })
    await expect(aborted).rejects.toBe(reason)
    expect(all[0]?.isStarted).toBe(false)
  })

  test('does not let go of one that is aborted while it runs', async () => {
    const admission = new Admission(1, 1)
    const { all } = jobs('a')
    const controller = new AbortController()
    const running = admission.admit(all[0]?.run ?? (async () => ''), { ...turn, signal: controller.signal })
    controller.abort()
    await settled()
    expect(admission.runningCount).toBe(1)
    all[0]?.end('ended')
    expect(await running).toBe('ended')
  })

  test('passes on what a job rejects with, and goes on', async () => {
    const admission = new Admission(1, 1)
    const error = new Error('mine')
    await expect(admission.admit(async () => Promise.reject(error), turn)).rejects.toBe(error)
    expect(await admission.admit(async () => 'next', turn)).toBe('next')
  })

  test('rejects those of a group that wait, which never start, and leaves the others in their order', async () => {
    const admission = new Admission(1, 5)
    const { all } = jobs('a', 'b', 'c', 'd')
    const groups = [undefined, 'x', undefined, 'x']
    const results = all.map(async (job, index) => admission.admit(job.run, { ...turn, group: groups[index] }))
    const reason = new Error('died')
    admission.rejectGroup(reason, 'x')
    await expect(results[1]).rejects.toBe(reason)
    await expect(results[3]).rejects.toBe(reason)
    expect(admission).toMatchObject({ runningCount: 1, queuedCount: 1 })
    all[0]?.end('first')
    await settled()
    expect(all.map(({ isStarted }) => isStarted)).toEqual([true, false, true, false])
    all[2]?.end('third')
    expect(await results[2]).toBe('third')
    await admission.idle()
  })

  test('rejects all that wait on request, and leaves what runs alone', async () => {
    const admission = new Admission(1, 5)
    const { all } = jobs('a', 'b', 'c')
    const [running, ...waiting] = all.map(async (job) => admission.admit(job.run, turn))
    const reason = new Error('closed')
    admission.rejectWaiting(reason)
    for (const one of waiting) await expect(one).rejects.toBe(reason)
    expect(admission).toMatchObject({ runningCount: 1, queuedCount: 0 })
    all[0]?.end('ended')
    expect(await running).toBe('ended')
    expect(all.map(({ isStarted }) => isStarted)).toEqual([true, false, false])
  })
})
