import { describe, expect, test } from 'vitest'
import { compareTokens, numberOf } from '../../src/compare/tokens.ts'
import type { TokenRules } from '../../src/problem/compare.ts'

function compare(answer: string, output: string, rules: TokenRules = {}): string {
  return compareTokens(Buffer.from(answer), Buffer.from(output), rules).kind
}

describe('without flags', () => {
  test.each([
    ['1 2\n', '1 2\n', 'accepted'],
    ['1 2\n', ' 1\n\n2', 'accepted'],
    ['1 2\n', '1\t2\v\f\r\n', 'accepted'],
    ['Yes', 'yES', 'accepted'],
    ['1 2', '1', 'wrong'],
    ['1 2', '1 2 3', 'wrong'],
    ['1', '1.0', 'wrong'],
    ['1', '', 'noOutput'],
    ['1', ' \n', 'noOutput'],
    ['', '', 'accepted'],
    ['', 'x', 'wrong'],
    ['a\u00a0b', 'a b', 'wrong'],
  ])('%j against %j is %s', (answer, output, kind) => {
    expect(compare(answer, output)).toBe(kind)
  })

  test('bytes that are no text are not equal to others that are none', () => {
    expect(compareTokens(Buffer.of(0xff), Buffer.of(0xfe), {}).kind).toBe('wrong')
    expect(compareTokens(Buffer.from('É'), Buffer.from('é'), {}).kind).toBe('wrong')
  })

  test('the message names the token and shows both', () => {
    const { judgeMessage } = compareTokens(Buffer.from('1 2'), Buffer.from('1 3'), {})
    expect(judgeMessage).toBe('token 2: expected "2", got "3"')
  })
})

describe('with flags', () => {
  test('case counts when it is asked for', () => {
    expect(compare('Yes', 'yes', { caseSensitive: true })).toBe('wrong')
  })

  test.each([
    ['1 2\n', '1 2\n', 'accepted'],
    ['1 2\n', '1  2\n', 'presentation'],
    ['1 2\n', '1 2', 'presentation'],
    ['1 2\n', ' 1 2\n', 'presentation'],
  ])('space counts when it is asked for: %j against %j is %s', (answer, output, kind) => {
    expect(compare(answer, output, { spaceSensitive: true })).toBe(kind)
  })

  test.each([
    ['100', '101', { relativeTolerance: 0.01 }, 'accepted'],
    ['100', '101.1', { relativeTolerance: 0.01 }, 'wrong'],
    ['0', '0.001', { relativeTolerance: 0.01 }, 'wrong'],
    ['0', '0.001', { absoluteTolerance: 0.01 }, 'accepted'],
    ['0', '0.001', { relativeTolerance: 0.01, absoluteTolerance: 0.01 }, 'accepted'],
    ['1e3', '1000', { absoluteTolerance: 0 }, 'accepted'],
    ['1', 'nan', { absoluteTolerance: 1 }, 'wrong'],
    ['1', 'inf', { relativeTolerance: 1 }, 'wrong'],
    ['1', '1x', { absoluteTolerance: 1 }, 'wrong'],
    ['x1', 'X1', { absoluteTolerance: 1 }, 'accepted'],
    ['16', '0x10', { absoluteTolerance: 0 }, 'wrong'],
    ['16', '0x10', { absoluteTolerance: 0, hexadecimal: true }, 'accepted'],
  ])('%s against %s with %o is %s', (answer, output, rules, kind) => {
    expect(compare(answer, output, rules)).toBe(kind)
  })
})

test.each([
  ['.5', 0.5],
  ['5.', 5],
  ['-1E-2', -0.01],
  ['1e999', undefined],
  ['e5', undefined],
  ['.', undefined],
  ['0x1.8p1', 3],
  ['0x', undefined],
])('%s is read as C reads it', (text, value) => {
  expect(numberOf(text, true)).toBe(value)
})
