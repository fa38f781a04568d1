import { expect, test } from 'vitest'
import { GeneratedTexts, type Texts } from '../../src/judge/generated-texts.ts'
import type { Test } from '../../src/problem/problem.ts'

const blob = { content: new Uint8Array() }
const some = (id: string): Test => ({
  id,
  input: blob,
  answer: blob,
  files: {},
  args: [],
  checkerFlags: [],
  hidden: true,
})
const texts = (input: string, size = 0): Texts => ({ input: Buffer.from(input), answer: new Uint8Array(size) })
const changed = { failed: 'changed' }
const KiB = 1024

/** Makes `texts`, and counts how often. */
function maker(...made: readonly (Texts | { readonly failed: string } | Error)[]): {
  make: () => Promise<Texts | { readonly failed: string }>
  count: () => number
} {
  let count = 0
  const make = async (): Promise<Texts | { readonly failed: string }> => {
    const next = made[Math.min(count++, made.length - 1)] ?? new Error('nothing to make')
    if (next instanceof Error) throw next
    return next
  }
  return { make, count: () => count }
}

test('a test is made once, for those too who ask meanwhile', async () => {
  const [generated, one] = [new GeneratedTexts(8 * KiB), some('1')]
  const { make, count } = maker(texts('a'), texts('b'))
  const asked = await Promise.all([generated.get(one, make, changed), generated.get(one, make, changed)])
  expect([...asked, await generated.get(one, make, changed)]).toEqual([texts('a'), texts('a'), texts('a')])
  expect(count()).toBe(1)
})

test('a failure is told to all who wait for it, and not kept', async () => {
  const [generated, one] = [new GeneratedTexts(8 * KiB), some('1')]
  const { make } = maker(new Error('no'), { failed: 'no' }, texts('a'))
  const asked = [generated.get(one, make, changed), generated.get(one, make, changed)]
  expect((await Promise.allSettled(asked)).map(({ status }) => status)).toEqual(['rejected', 'rejected'])
  expect(await generated.get(one, make, changed)).toEqual({ failed: 'no' })
  expect(await generated.get(one, make, changed)).toEqual(texts('a'))
})

test('beyond the bound the least recently used go, and may not come back as others', async () => {
  const generated = new GeneratedTexts(9 * KiB)
  const [first, second, third] = [some('1'), some('2'), some('3')]
  const [seeded, unseeded] = [maker(texts('a', 3 * KiB)), maker(texts('b', 3 * KiB), texts('c', 3 * KiB))]
  await generated.get(first, seeded.make, changed)
  await generated.get(second, unseeded.make, changed)
  await generated.get(first, seeded.make, changed)
  await generated.get(third, maker(texts('d', 2 * KiB)).make, changed)
  await generated.get(first, seeded.make, changed)
  expect([seeded.count(), unseeded.count()]).toEqual([1, 1])
  expect(await generated.get(second, unseeded.make, changed)).toEqual(changed)
  await generated.get(some('4'), maker(texts('e', 9 * KiB)).make, changed)
  expect(await generated.get(first, seeded.make, changed)).toEqual(texts('a', 3 * KiB))
  expect(seeded.count()).toBe(2)
})
