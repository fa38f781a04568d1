import { expect, test } from 'vitest'

import { addVariable } from '../../../src/parse/environment.ts'

test('the value is all after the first equals sign, and may be empty', () => {
  expect(addVariable({}, 'A=b=c')).toEqual({ A: 'b=c' })
  expect(addVariable({ A: '1' }, 'B=')).toEqual({ A: '1', B: '' })
})

test('the last of two values counts', () => {
  expect(addVariable({ A: '1' }, 'A=2')).toEqual({ A: '2' })
})

test('a name that would mean something to JavaScript is a name like others', () => {
  expect(Object.entries(addVariable({}, '__proto__=x'))).toEqual([['__proto__', 'x']])
})

test.each(['A', '=b', ''])('%j is refused', (text) => {
  expect(() => addVariable({}, text)).toThrow(/^`--env` must be NAME=VALUE, got /)
})
