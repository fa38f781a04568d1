import { describe, expect, test } from 'vitest'
import { noneOf, oneOf } from '../../../src/policy/comparisons.ts'

const eight = 0xff

describe('comparisons of an argument', () => {
  test.each([[[]], [[0]], [[0x12, 0x1c]], [[1, 2, 10]], [[0, 255]], [[0, 1, 2, 3, 4, 5, 6, 7]]])(
    'of which exactly one holds where the value is none of %j',
    (values) => {
      const comparisons = noneOf(values, eight)
      for (let value = 0; value <= eight; value++) {
        const holding = comparisons.filter((comparison) => (value & comparison.mask) === comparison.value)
        expect(holding).toHaveLength(values.includes(value) ? 0 : 1)
      }
    },
  )

  test('look at no bit outside the mask', () => {
    for (const { mask } of noneOf([0], 0x7e02_0000)) expect((mask & ~0x7e02_0000) >>> 0).toBe(0)
  })

  test('are unsigned where the highest bit is in them', () => {
    for (const { mask, value } of noneOf([0xffff_ffff], 0xffff_ffff)) {
      expect(mask).toBeGreaterThanOrEqual(0)
      expect(value).toBeGreaterThanOrEqual(0)
    }
  })

  test('hold for one of several values, each once', () => {
    expect(oneOf([0xffff_ffff, 8, 8], 0xffff_ffff)).toEqual([
      { mask: 0xffff_ffff, value: 0xffff_ffff },
      { mask: 0xffff_ffff, value: 8 },
    ])
  })
})
