import { types } from 'node:util'
import { Refused } from './refused.ts'

/** Of an array that has so many places more than values nobody means the places. */
const holesMax = 1000

/**
 * Goes through all of a message once, whatever in it is shared or in a circle: refuses arrays that are long and empty, which
 * whoever walks over them would be at for minutes, and writes as text what JSON has no word for.
 */
export function requireWhole(message: object): void {
  const [waiting, seen] = [[message], new Set<object>([message])]
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (ArrayBuffer.isView(next)) continue
    if (next instanceof Map || next instanceof Set) waiting.push([...next])
    const keys = Object.keys(next)
    if (Array.isArray(next) && next.length > keys.length + holesMax) throw new Refused('an array of holes', next.length)
    for (const key of keys) {
      const value = writable(Reflect.get(next, key))
      Reflect.set(next, key, value)
      if (typeof value !== 'object' || value === null || seen.has(value)) continue
      seen.add(value)
      waiting.push(value)
    }
  }
}

function writable(value: unknown): unknown {
  if (typeof value === 'bigint' || types.isBigIntObject(value)) return String(value)
  return value instanceof BigInt64Array || value instanceof BigUint64Array ? Array.from(value, String) : value
}
