import { test } from 'vitest'

test('is modest', () => {})

test('keeps all that it reads', () => {
  const kept = []
  for (;;) kept.push(Buffer.alloc(1024 * 1024, 1))
})
