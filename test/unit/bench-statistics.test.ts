import { expect, test } from 'vitest'
import { bootstrap, percentile, ratioOfMedians, relativeSpread, summarize } from '../../bench/statistics.ts'

const oneToHundred = Array.from({ length: 100 }, (_, index) => 100 - index)

test('percentiles are the nearest rank of the sorted samples, whatever their order', () => {
  expect(summarize(oneToHundred)).toEqual({ count: 100, p10: 10, p50: 50, p90: 90, p99: 99, max: 100 })
})

test('one sample is every percentile, and none is not a number', () => {
  expect(summarize([7])).toEqual({ count: 1, p10: 7, p50: 7, p90: 7, p99: 7, max: 7 })
  expect(percentile([], 0.5)).toBeNaN()
})

test('numbers are sorted as numbers', () => {
  expect(percentile([9, 10, 100], 0.5)).toBe(10)
})

test('the relative spread is the middle four fifths as a part of the median', () => {
  expect(relativeSpread(oneToHundred)).toBeCloseTo(80 / 50)
})

test('a ratio of medians holds its own interval, and is the same each time', () => {
  const twice = oneToHundred.map((sample) => 2 * sample)
  const ratio = ratioOfMedians(twice, oneToHundred)
  expect(ratio.value).toBe(2)
  expect(ratio.low).toBeLessThan(2)
  expect(ratio.high).toBeGreaterThan(2)
  expect(ratioOfMedians(twice, oneToHundred)).toEqual(ratio)
})

test('an interval is narrower with more of the same samples', () => {
  const width = (samples: readonly number[]): number => {
    const { low, high } = bootstrap((set = []) => percentile(set, 0.5), samples)
    return high - low
  }
  const more = Array.from({ length: 16 }, () => oneToHundred).flat()
  expect(width(more)).toBeLessThan(width(oneToHundred) / 2)
})

test('samples that do not differ leave no interval', () => {
  expect(ratioOfMedians([3, 3, 3], [4, 4])).toEqual({ value: 0.75, low: 0.75, high: 0.75 })
})
