import { invalidOption } from '../invalid-option.ts'

/** What an option accepts, both ends included. */
export interface Range {
  readonly min: number
  readonly max: number
}

/** Reads a whole number in decimal digits; throws `INVALID_OPTION`, naming `option`. */
export function parseCount(option: string, text: string): number {
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN
  if (!Number.isSafeInteger(value)) throw invalidOption(option, 'must be a whole number', text)
  return value
}

/** Reads a decimal number such as `0.5`; throws `INVALID_OPTION`, naming `option`. */
export function parseDecimal(option: string, text: string): number {
  if (!/^\d+(?:\.\d+)?$/.test(text)) throw invalidOption(option, 'must be a number such as 1 or 0.5', text)
  return Number(text)
}

/** Returns `value` if it lies within `range`; throws `INVALID_OPTION`, naming `option` and the range. */
export function requireRange(option: string, value: number, range: Range, text: string): number {
  if (value >= range.min && value <= range.max) return value
  throw invalidOption(option, `must be from ${range.min} to ${range.max}`, text)
}
