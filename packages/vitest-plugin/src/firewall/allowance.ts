/** What a message may hold in which nothing is shared: characters, and values at so many characters each. */
const charactersMax = 64 * 1024 * 1024
const charactersOfValue = 256

const depthMax = 20

/**
 * How much is made of one message. What is in it once may be named in it everywhere, also in itself; whoever prints or
 * stores it goes to all of these places, of which there may be more than anyone can count.
 */
export class Allowance {
  #left = charactersMax

  /** Whether there is room for a value, and so many characters. */
  takes(characterCount = 0): boolean {
    this.#left -= charactersOfValue + characterCount
    return this.#left >= 0
  }

  /** A copy in which nothing is shared, and nothing in itself, as far as there is room. */
  copy(value: unknown, above: readonly object[] = []): unknown {
    if (!this.takes(typeof value === 'string' ? value.length : 0)) return undefined
    if (ArrayBuffer.isView(value)) return this.takes(value.byteLength) ? value : undefined
    if (typeof value !== 'object' || value === null || !hasInside(value)) return value
    if (above.includes(value)) return '[Circular]'
    if (above.length >= depthMax) return undefined
    const inside = [...above, value]
    if (Array.isArray(value)) return value.map((each: unknown) => this.copy(each, inside))
    if (value instanceof Set) return new Set([...value].map((each: unknown) => this.copy(each, inside)))
    if (value instanceof Map)
      return new Map(
        [...value].map(([name, each]: [unknown, unknown]) => [this.copy(name, inside), this.copy(each, inside)]),
      )
    return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, this.copy(each, inside)]))
  }
}

/** Of dates, patterns and errors nothing else is printed. */
function hasInside(value: object): boolean {
  const isPlain = Object.getPrototypeOf(value) === Object.prototype
  return isPlain || Array.isArray(value) || value instanceof Map || value instanceof Set
}
