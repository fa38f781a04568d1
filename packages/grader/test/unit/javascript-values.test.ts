import { describe, expect, test } from 'vitest'
import { valuesModule } from '../../src/course/javascript/library.ts'
import { moduleManifest } from '../../src/languages/javascript.ts'

interface Values {
  readonly write: (value: unknown) => string
  readonly read: (text: string) => unknown
}

const { write, read } = (await import(`data:text/javascript,${encodeURIComponent(valuesModule)}`)) as Values

describe('values of JavaScript', () => {
  test.each([
    ...[0, -0, 1.5, Number.NaN, Infinity, -Infinity, 10n ** 30n, 'text\u2028', true, null, undefined],
    ...[[1, [2, undefined]], { a: { kind: 'object', of: 1 } }, new Date(5), new Map([[{ a: 1 }, [2]]])],
    ...[new Set([1, 'b']), Uint8Array.of(0, 255), Object.create(null) as object],
  ])('%o is the same on the other side', (value) => {
    expect(read(write(value))).toEqual(value)
  })

  test('a key named __proto__ is a key', () => {
    const value = read(write(JSON.parse('{"__proto__": {"polluted": 1}}'))) as object
    expect(Object.keys(value)).toEqual(['__proto__'])
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype)
    expect('polluted' in value).toBe(false)
  })

  const cycle: unknown[] = []
  cycle.push(cycle)
  test.each([[() => 1], [Symbol('a')], [new URL('a:b')], [/a/], [cycle], [new Error('a')], [Promise.resolve()]])(
    '%o is none, and said to be none',
    (value) => expect(() => write(value)).toThrow('no plain value'),
  )

  test.each([
    '{}',
    '{"kind":"constructor","of":1}',
    '{"kind":"Map","of":1}',
    '{"kind":"bigint","of":"x"}',
    'null null',
  ])('%s, which nobody wrote down, is refused', (text) => expect(() => read(text)).toThrow(/./))

  test('one that is nested without end is refused', () => {
    expect(() => read('['.repeat(100_000) + ']'.repeat(100_000))).toThrow(/./)
  })
})

test.each([
  ['export function f() {}', true],
  ["import fs from 'node:fs'", true],
  ['export { a }', true],
  ['exports.a = 1', false],
  ["const fs = require('fs')\n// export default", false],
  ["console.log('import')", false],
])('%j is a module: %s', (text, isModule) => {
  expect('package.json' in moduleManifest({ 'main.js': text })).toBe(isModule)
  expect(moduleManifest({ 'main.mjs': text })).toEqual({})
})
