import { setImmediate } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { unlessAborted } from '../../src/judge/unless-aborted.ts'

test('what comes before the signal counts, and nothing listens on', async () => {
  const { signal } = new AbortController()
  expect(await unlessAborted(Promise.resolve('there'), signal)).toBe('there')
  await expect(unlessAborted(Promise.reject(new Error('broken')), signal)).rejects.toThrow('broken')
  expect(await unlessAborted(Promise.resolve('there'), undefined)).toBe('there')
})

test.each(['before', 'while it is waited for'])('a signal that was aborted %s ends the wait', async (when) => {
  const controller = new AbortController()
  if (when === 'before') controller.abort(new Error('enough'))
  let reject: (reason: Error) => void = () => {}
  const value = new Promise<never>((_, refuse) => {
    reject = refuse
  })
  const waited = unlessAborted(value, controller.signal)
  controller.abort(new Error('enough'))
  await expect(waited).rejects.toThrow('enough')
  // Vitest fails where a rejection is heard by nobody.
  reject(new Error('later'))
  await setImmediate()
})
