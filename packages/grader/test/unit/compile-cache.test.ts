import { expect, test } from 'vitest'
import { CompileCache } from '../../src/judge/compile-cache.ts'
import type { Product } from '../../src/judge/product.ts'

/** A product that tells when it is closed. */
function product(): { readonly made: Product; readonly state: { closed: number } } {
  const state = { closed: 0 }
  const made: Product = {
    kind: 'ready',
    language: 'c',
    messages: { text: '', totalBytes: 0, truncated: false },
    usage: undefined,
    argv: () => [],
    env: {},
    start: () => ({ files: {} }),
    ownProcessCount: 0,
    entry: '',
    close: async () => {
      state.closed++
    },
  }
  return { made, state }
}

test('what is there is not made again, and two who ask at once share it', async () => {
  const cache = new CompileCache(2)
  let count = 0
  const make = async (): Promise<Product> => {
    count++
    return product().made
  }
  const [first, second] = await Promise.all([cache.get('a', make), cache.get('a', make)])
  expect([first.cached, second.cached, count]).toEqual([false, true, 1])
})

test('what is in use when it has to go is closed by its last user, once', async () => {
  const cache = new CompileCache(1)
  const [old, next] = [product(), product()]
  const lease = await cache.get('old', async () => old.made)
  const other = await cache.get('old', async () => old.made)
  const later = await cache.get('next', async () => next.made)
  await lease.release()
  expect(old.state.closed).toBe(0)
  await other.release()
  expect(old.state.closed).toBe(1)
  await later.release()
  expect(next.state.closed).toBe(0)
  await cache.close()
  expect([old.state.closed, next.state.closed]).toEqual([1, 1])
})

test('a failure of ours is not kept', async () => {
  const cache = new CompileCache(2)
  await cache.get('a', async () => ({ kind: 'broken', reason: 'lost' }))
  await expect(cache.get('b', async () => Promise.reject(new Error('no')))).rejects.toThrow('no')
  const [again, retried] = [
    await cache.get('a', async () => product().made),
    await cache.get('b', async () => product().made),
  ]
  expect([again.cached, retried.cached]).toEqual([false, false])
})
