import { invalidOption } from '../invalid-option.ts'

const factors: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 }

/** Reads `500ms`, `2s`, `1.5m` or `24h` as milliseconds; throws `INVALID_OPTION`, naming `option`. The unit may not be left out. */
export function parseTime(option: string, text: string): number {
  const match = /^(?<amount>\d+(?:\.\d+)?)(?<unit>ms|s|m|h)$/.exec(text)
  const milliseconds = Number(match?.groups?.['amount']) * (factors[match?.groups?.['unit'] ?? ''] ?? Number.NaN)
  // 1.005 s is 1004.9999999999999 ms in binary.
  const rounded = Math.round(milliseconds)
  if (!Number.isSafeInteger(rounded) || Math.abs(rounded - milliseconds) > 1e-6) {
    throw invalidOption(option, 'must be a time in whole milliseconds such as 500ms, 2s, 1.5m or 24h', text)
  }
  return rounded
}
