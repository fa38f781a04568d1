import { expect, test } from 'vitest'

import { parseCount, parseDecimal, requireRange } from '../../../src/parse/number.ts'

test('a count is a whole number in decimal digits', () => {
  expect(parseCount('--processes', '32')).toBe(32)
  for (const text of ['', '1.5', '-1', '1e2', '0x10', '12a', '9007199254740993']) {
    expect(() => parseCount('--processes', text)).toThrow(/^`--processes` must be a whole number, got /)
  }
})

test('a decimal may have a fraction', () => {
  expect(parseDecimal('--cpus', '2')).toBe(2)
  expect(parseDecimal('--cpus', '0.25')).toBe(0.25)
  for (const text of ['', '.5', '1.', 'Infinity', '-1', '1,5']) {
    expect(() => parseDecimal('--cpus', text)).toThrow(/^`--cpus` must be a number such as 1 or 0.5, got /)
  }
})

test('a range includes both of its ends and is named when it is left', () => {
  const range = { min: 10, max: 1000 }
  expect(requireRange('-I', 10, range, '10')).toBe(10)
  expect(requireRange('-I', 1000, range, '1000')).toBe(1000)
  expect(() => requireRange('-I', 9, range, '9')).toThrow('`-I` must be from 10 to 1000, got 9')
  expect(() => requireRange('-I', 1001, range, '1001')).toThrow('`-I` must be from 10 to 1000, got 1001')
})
