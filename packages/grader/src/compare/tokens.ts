import type { TokenRules } from '../problem/compare.ts'
import type { CheckResult } from '../verdict/facts.ts'

interface Cursor {
  readonly bytes: Uint8Array
  at: number
  tokenCount: number
}

/**
 * Compares as the default validator of the problem package format does: token by token, without regard to case and
 * space unless asked for; numbers of the answer with a tolerance, if one is given.
 */
export function compareTokens(answer: Uint8Array, output: Uint8Array, rules: TokenRules): CheckResult {
  const [judge, team]: [Cursor, Cursor] = [startOf(answer), startOf(output)]
  for (;;) {
    const spaces = compareSpace(judge, team, rules)
    if (spaces !== undefined) return spaces
    const expected = token(judge)
    if (expected === undefined) break
    const given = token(team)
    if (given === undefined)
      return emptyOr(output, wrong(`the output ends where ${judge.tokenCount} tokens or more are expected`))
    if (equal(expected, given, rules)) continue
    return wrong(`token ${team.tokenCount}: expected ${shown(expected)}, got ${shown(given)}`)
  }
  const more = token(team)
  return more === undefined ? { kind: 'accepted' } : wrong(`output goes on after its end: ${shown(more)}`)
}

function startOf(bytes: Uint8Array): Cursor {
  return { bytes, at: 0, tokenCount: 0 }
}

function isSpace(byte: number | undefined): boolean {
  return byte === 0x20 || (byte !== undefined && byte >= 0x09 && byte <= 0x0d)
}

function compareSpace(judge: Cursor, team: Cursor, rules: TokenRules): CheckResult | undefined {
  if (rules.lineSensitive === true) return compareLineEnds(judge, team)
  const sensitive = rules.spaceSensitive === true
  while (isSpace(judge.bytes[judge.at])) {
    if (sensitive && judge.bytes[judge.at] !== team.bytes[team.at]) return presentation(team)
    if (sensitive) team.at++
    judge.at++
  }
  if (sensitive && isSpace(team.bytes[team.at])) return presentation(team)
  while (isSpace(team.bytes[team.at])) team.at++
  return undefined
}

/** Whether both go on, or neither, after a new line. What comes before the first token and after the last says nothing. */
function compareLineEnds(judge: Cursor, team: Cursor): CheckResult | undefined {
  const isFirst = judge.at === 0 && team.at === 0
  const [wanted, given] = [skipSpace(judge), skipSpace(team)]
  const isInside = !isFirst && judge.at < judge.bytes.length && team.at < team.bytes.length
  if (!isInside || wanted === given) return undefined
  const where = `token ${team.tokenCount + 1} stands`
  return wrong(wanted ? `${where} on the line of the one before it` : `${where} on another line than the one before it`)
}

/** Whether there was a line end in it. */
function skipSpace(cursor: Cursor): boolean {
  let hasLineEnd = false
  for (; isSpace(cursor.bytes[cursor.at]); cursor.at++) {
    const byte = cursor.bytes[cursor.at]
    hasLineEnd ||= byte === 0x0a || byte === 0x0d
  }
  return hasLineEnd
}

function token(cursor: Cursor): string | undefined {
  while (isSpace(cursor.bytes[cursor.at])) cursor.at++
  const start = cursor.at
  while (cursor.at < cursor.bytes.length && !isSpace(cursor.bytes[cursor.at])) cursor.at++
  if (cursor.at === start) return undefined
  cursor.tokenCount++
  // Byte for byte: what is no UTF-8 must not become equal by being replaced.
  return Buffer.from(cursor.bytes.buffer, cursor.bytes.byteOffset + start, cursor.at - start).toString('latin1')
}

function equal(expected: string, given: string, rules: TokenRules): boolean {
  const { relativeTolerance, absoluteTolerance } = rules
  if (relativeTolerance !== undefined || absoluteTolerance !== undefined) {
    const wanted = numberOf(expected, rules.hexadecimal === true)
    if (wanted !== undefined) {
      const value = numberOf(given, rules.hexadecimal === true)
      if (value === undefined) return false
      const difference = Math.abs(wanted - value)
      return (
        (absoluteTolerance !== undefined && difference <= absoluteTolerance) ||
        (relativeTolerance !== undefined && difference <= relativeTolerance * Math.abs(wanted))
      )
    }
  }
  if (expected === given) return true
  return rules.caseSensitive !== true && lower(expected) === lower(given)
}

/** As strcasecmp(3) in the C locale: ASCII alone. */
function lower(text: string): string {
  return text.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase())
}

const decimal = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/
const hexadecimalNumber = /^([+-]?)0[xX]([\da-fA-F]*)(?:\.([\da-fA-F]*))?(?:[pP]([+-]?\d+))?$/

/** A finite number that is the whole of a token. */
export function numberOf(text: string, hexadecimal: boolean): number | undefined {
  const value = decimal.test(text) ? Number(text) : hexadecimal ? hexadecimalOf(text) : Number.NaN
  return Number.isFinite(value) ? value : undefined
}

function hexadecimalOf(text: string): number {
  const [, sign, whole = '', fraction = '', exponent = '0'] = hexadecimalNumber.exec(text) ?? []
  if (sign === undefined || whole + fraction === '') return Number.NaN
  const digits = (whole + fraction).split('').reduce((sum, digit) => sum * 16 + Number.parseInt(digit, 16), 0)
  return (sign === '-' ? -1 : 1) * digits * 2 ** (Number(exponent) - 4 * fraction.length)
}

/** A wrong answer, or none where nothing was printed. */
export function emptyOr(output: Uint8Array, result: CheckResult): CheckResult {
  return output.every(isSpace) ? { kind: 'noOutput' } : result
}

function wrong(judgeMessage: string): CheckResult {
  return { kind: 'wrong', judgeMessage }
}

function presentation({ at }: Cursor): CheckResult {
  return { kind: 'presentation', judgeMessage: `white space differs at byte ${at}` }
}

const shownMax = 60

function shown(text: string): string {
  const whole = Buffer.from(text, 'latin1').toString('utf8')
  return JSON.stringify(whole.length > shownMax ? `${whole.slice(0, shownMax)}…` : whole)
}
