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

test('who waits for what another makes is not left without it when that one gives up', async () => {
  const cache = new CompileCache(2)
  const { made } = product()
  const first = cache.get('a', async () => Promise.reject(new Error('given up')))
  const others = [cache.get('a', async () => made), cache.get('a', async () => made)]
  await expect(first).rejects.toThrow('given up')
  expect((await Promise.all(others)).map((lease) => lease.product === made)).toEqual([true, true])
  await expect(cache.get('b', async () => Promise.reject(new Error('broken')))).rejects.toThrow('broken')
})

test('the one that was not used for the longest time goes first', async () => {
  const cache = new CompileCache(2)
  const made = { a: product(), b: product(), c: product() }
  for (const name of ['a', 'b', 'a', 'c'] as const) await (await cache.get(name, async () => made[name].made)).release()
  expect([made.a.state.closed, made.b.state.closed, made.c.state.closed]).toEqual([0, 1, 0])
})
