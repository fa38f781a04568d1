import { invalidOption } from './errors.ts'

/** Refuses what is no object. */
export function requireObject(value: object, option: string): void {
  const given: unknown = value
  if (typeof given !== 'object' || given === null) throw invalidOption(option, 'be an object', given)
}

/** Refuses what is no array; what it holds, places that hold nothing included, is still to be checked. */
export function requireList<Item>(value: readonly Item[], option: string): readonly Item[] {
  const given: unknown = value
  if (!Array.isArray(given)) throw invalidOption(option, 'be an array', given)
  return Array.from(value)
}

/** Refuses a property that is not known, since a misspelt one would be ignored in silence. */
export function refuseUnknown(object: object, known: ReadonlySet<string>, option: string): void {
  for (const name of Object.keys(object)) {
    if (known.has(name)) continue
    throw invalidOption(option, `have no properties but ${[...known].join(', ')}`, name)
  }
}

/** A string that the kernel can take. */
export function withoutNul(value: string, option: string): string {
  if (typeof value !== 'string') throw invalidOption(option, 'be a string', value)
  if (value.includes('\0')) throw invalidOption(option, 'be without NUL', value)
  return value
}
