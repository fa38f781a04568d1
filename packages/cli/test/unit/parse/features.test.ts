import { expect, test } from 'vitest'

import { addFeatures } from '../../../src/parse/features.ts'

test('names are separated by commas and add up', () => {
  expect(addFeatures(['swap'], 'memory,cpu')).toEqual(['swap', 'memory', 'cpu'])
})

test.each(['bogus', 'swap,', '', 'Swap'])('%j is refused', (text) => {
  expect(() => addFeatures([], text)).toThrow(/^`--allow-missing` must be of cgroup, .*timeNamespace, got /)
})
