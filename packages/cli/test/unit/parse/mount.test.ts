import { expect, test } from 'vitest'

import { addMount } from '../../../src/parse/mount.ts'

test.each([
  ['/a:/b', { source: '/a', target: '/b' }],
  ['./a b:/data/in', { source: './a b', target: '/data/in' }],
  ['/a:/b:ro', { source: '/a', target: '/b' }],
  ['/a:/b:rw', { source: '/a', target: '/b', writable: true }],
  ['C:x:/b', { source: 'C:x', target: '/b' }],
])('%s is read', (text, mount) => {
  expect(addMount([], text)).toEqual([mount])
})

test('mounts add up', () => {
  expect(addMount(addMount([], '/a:/b'), '/c:/d').map(({ target }) => target)).toEqual(['/b', '/d'])
})

test.each(['', '/a', '/a:', ':/b', '/a:b', '/a:/b:rx', '/a:/b:', 'a:rw'])('%j is refused', (text) => {
  expect(() => addMount([], text)).toThrow(/^`--mount` must be SOURCE:TARGET or SOURCE:TARGET:rw, /)
})
