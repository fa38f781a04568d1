import { expect, test } from 'vitest'

import { parseSize } from '../../../src/parse/size.ts'

test.each([
  ['0', 0],
  ['4096', 4096],
  ['100B', 100],
  ['64KiB', 65_536],
  ['256MiB', 268_435_456],
  ['1.5GiB', 1_610_612_736],
  ['1TiB', 1_099_511_627_776],
])('%s is %d bytes', (text, bytes) => {
  expect(parseSize('--memory', text)).toBe(bytes)
})

test.each([
  '256MB',
  '256M',
  '256mib',
  'MiB',
  '-1',
  '1e3',
  '0x10',
  ' 1',
  '1 MiB',
  '0.3B',
  '1..5GiB',
  '9007199254740992',
  '9000TiB0',
])('%s is refused', (text) => {
  expect(() => parseSize('--memory', text)).toThrow(/^`--memory` must be a size such as 256MiB, .*, got /)
})

test('a refusal names the option, the rule and the value', () => {
  expect(() => parseSize('--disk', '12MB')).toThrow(
    expect.objectContaining({
      code: 'INVALID_OPTION',
      message: '`--disk` must be a size such as 256MiB, 1.5GiB or 4096 (whole bytes; KiB, MiB, GiB, TiB), got 12MB',
    }),
  )
  expect(() => parseSize('--disk', '')).toThrow(/got nothing$/)
})
