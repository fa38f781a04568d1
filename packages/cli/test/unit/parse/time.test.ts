import { expect, test } from 'vitest'

import { parseTime } from '../../../src/parse/time.ts'

test.each([
  ['500ms', 500],
  ['2s', 2000],
  ['1.005s', 1005],
  ['1.5m', 90_000],
  ['24h', 86_400_000],
])('%s is %d ms', (text, milliseconds) => {
  expect(parseTime('--wall-time', text)).toBe(milliseconds)
})

test.each(['2', '', 's', '-2s', '2 s', '2S', '2sec', '1.5ms', '0.0001s', '1e3ms', '99999999999999h'])(
  '%j is refused',
  (text) => {
    expect(() => parseTime('--wall-time', text)).toThrow(
      /^`--wall-time` must be a time in whole milliseconds such as 500ms, 2s, 1.5m or 24h, got /,
    )
  },
)
