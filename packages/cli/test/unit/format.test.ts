import { expect, test } from 'vitest'

import { formatSize, formatTime } from '../../src/format.ts'

test.each([
  [0, '0B'],
  [1023, '1023B'],
  [1024, '1KiB'],
  [1_610_612_736, '1.5GiB'],
  [268_435_456, '256MiB'],
  [1024 ** 4, '1TiB'],
])('%d bytes are %s', (bytes, text) => {
  expect(formatSize(bytes)).toBe(text)
})

test.each([
  [0, '0ms'],
  [512.345, '512.35ms'],
  [1503, '1.5s'],
  [60_000, '1m'],
  [61_000, '61s'],
  [86_400_000, '24h'],
])('%d ms are %s', (milliseconds, text) => {
  expect(formatTime(milliseconds)).toBe(text)
})
