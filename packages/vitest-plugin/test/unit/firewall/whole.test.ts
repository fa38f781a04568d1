import { deserialize, serialize } from 'node:v8'
import { expect, test } from 'vitest'
import { Allowance } from '../../../src/firewall/allowance.ts'
import { cleanErrors } from '../../../src/firewall/errors.ts'
import { VisiblePaths } from '../../../src/firewall/visible-paths.ts'
import { requireWhole } from '../../../src/firewall/whole.ts'

const paths = new VisiblePaths('/nowhere', [], [])

test('an array that is long and empty is refused, wherever it is', () => {
  const holes: unknown[] = []
  holes.length = 2 ** 32 - 1
  for (const each of [{ a: [holes] }, { a: new Map([[1, holes]]) }, { a: new Set([holes]) }])
    expect(() => requireWhole(deserialize(serialize(each)) as object)).toThrow('an array of holes')
})

test('what JSON has no word for is text, also in what is in itself', () => {
  const round: Record<string, unknown> = { big: 1n, all: new BigInt64Array([2n]), boxed: Object(3n) }
  round['round'] = round
  requireWhole(round)
  expect(round).toEqual({ big: '1', all: ['2'], boxed: '3', round })
})

test('a copy shares nothing, and has nothing in itself', () => {
  const round: Record<string, unknown> = { a: 1 }
  round['round'] = round
  expect(new Allowance().copy([round, round])).toEqual([
    { a: 1, round: '[Circular]' },
    { a: 1, round: '[Circular]' },
  ])
})

test('errors that have each other in them are cut off', () => {
  const all = Array.from({ length: 30 }, () => ({ message: 'm', stack: '' }))
  for (const each of all) Object.assign(each, { errors: all, cause: all[0], more: all })
  expect(cleanErrors(all, paths)).toHaveLength(30)
})
