import { isDeepStrictEqual } from 'node:util'
import type { Compare } from '../problem/problem.ts'
import type { CheckResult } from '../verdict/facts.ts'
import { compareTokens, emptyOr } from './tokens.ts'

/** Comparisons that are only data, and so can be done off the event loop. */
export type TextCompare = Exclude<Compare, { kind: 'program' } | { kind: 'function' }>

/** Compares an output with the answer. */
export function compareTexts(compare: TextCompare, answer: Uint8Array, output: Uint8Array): CheckResult {
  if (compare.kind === 'tokens') return compareTokens(answer, output, compare)
  return emptyUnlessWanted(answer, output, compareByKind(compare, answer, output))
}

function emptyUnlessWanted(answer: Uint8Array, output: Uint8Array, result: CheckResult): CheckResult {
  return result.kind === 'wrong' && answer.length > 0 ? emptyOr(output, result) : result
}

function compareByKind(
  compare: Exclude<TextCompare, { kind: 'tokens' }>,
  answer: Uint8Array,
  output: Uint8Array,
): CheckResult {
  switch (compare.kind) {
    case 'exact':
      return told(Buffer.compare(answer, output) === 0, 'the output is not the answer, byte for byte')
    case 'lines':
      return compareLines(lines(answer), lines(output))
    case 'trimmed':
      return told(text(answer).trim() === text(output).trim(), 'the output is not the answer')
    case 'unordered':
      return compareUnordered(answer, output, compare)
    case 'line-share':
      return shareOfLines(answer, output, compare)
    case 'json':
      return compareJson(answer, output, compare.absoluteTolerance ?? 0)
    case 'regex':
      return told(
        new RegExp(`^(?:${text(answer).trim()})$`, 'su').test(text(output).trim()),
        'the output does not match',
      )
  }
}

function told(isRight: boolean, judgeMessage: string): CheckResult {
  return isRight ? { kind: 'accepted' } : { kind: 'wrong', judgeMessage }
}

/** Byte for byte: what is no UTF-8 must not become equal by being replaced. */
function text(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1')
}

function lines(bytes: Uint8Array): readonly string[] {
  const all = text(bytes)
    .split('\n')
    .map((line) => line.trimEnd())
  while (all.at(-1) === '') all.pop()
  return all
}

function compareLines(answer: readonly string[], output: readonly string[]): CheckResult {
  const at = answer.findIndex((line, index) => line !== output[index])
  if (at >= 0) return { kind: 'wrong', judgeMessage: `line ${at + 1} differs` }
  return told(output.length === answer.length, `there are ${output.length} lines in place of ${answer.length}`)
}

function words(line: string): readonly string[] {
  return line.split(/\s+/).filter((word) => word !== '')
}

function compareUnordered(
  answer: Uint8Array,
  output: Uint8Array,
  { lines: byLine = false, loose = false }: Extract<TextCompare, { kind: 'unordered' }>,
): CheckResult {
  const partsOf = (bytes: Uint8Array): readonly string[] => {
    if (!byLine) return words(text(bytes))
    return loose ? filledLines(bytes).map((line) => words(line).join(' ')) : lines(bytes)
  }
  const parts = (bytes: Uint8Array): string => [...partsOf(bytes)].sort().join('\n')
  return told(parts(answer) === parts(output), `the ${byLine ? 'lines' : 'tokens'} are not those of the answer`)
}

/** Lines with anything in them, be it blanks. */
function filledLines(bytes: Uint8Array): readonly string[] {
  return text(bytes)
    .split(/[\r\n]/)
    .filter((line) => line !== '')
}

function shareOfLines(
  answer: Uint8Array,
  output: Uint8Array,
  { weights, trims = false, lineCount }: Extract<TextCompare, { kind: 'line-share' }>,
): CheckResult {
  const linesOf = (bytes: Uint8Array): readonly string[] =>
    filledLines(bytes).map((line) => (trims ? line.trim() : line))
  const [wanted, given] = [linesOf(answer), linesOf(output)]
  const worth = weights ?? wanted.map(() => 1)
  const all = worth.reduce((sum, weight) => sum + weight, 0)
  if (worth.length !== wanted.length)
    return {
      kind: 'failed',
      judgeMessage: `${worth.length} lines are worth something, and the answer has ${wanted.length}`,
    }
  const isLong = given.length > wanted.length
  if (lineCount === 'same' ? given.length !== wanted.length : lineCount === 'within' && isLong)
    return told(false, `there are ${given.length} lines in place of ${wanted.length}`)
  if (all === 0) return { kind: 'accepted' }
  const right = worth.filter((_, index) => wanted[index] === given[index]).reduce((sum, weight) => sum + weight, 0)
  const judgeMessage = `lines worth ${right} of ${all} are right`
  if (right === 0) return { kind: 'wrong', ratio: 0, judgeMessage }
  return { kind: right === all ? 'accepted' : 'partial', ratio: right / all, judgeMessage }
}

function compareJson(answer: Uint8Array, output: Uint8Array, tolerance: number): CheckResult {
  const [expected, given] = [parse(answer), parse(output)]
  if (expected === undefined) return { kind: 'failed', judgeMessage: 'the answer is no JSON' }
  if (given === undefined) return { kind: 'wrong', judgeMessage: 'the output is no JSON' }
  return told(sameJson(expected.value, given.value, tolerance), 'the output is another value')
}

function parse(bytes: Uint8Array): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(Buffer.from(bytes).toString('utf8')) as unknown }
  } catch {
    return undefined
  }
}

function sameJson(one: unknown, other: unknown, tolerance: number): boolean {
  if (typeof one === 'number' && typeof other === 'number') return Math.abs(one - other) <= tolerance
  if (Array.isArray(one) && Array.isArray(other))
    return one.length === other.length && one.every((item, index) => sameJson(item, other[index], tolerance))
  if (!isRecord(one) || !isRecord(other)) return isDeepStrictEqual(one, other)
  const keys = Object.keys(one)
  return (
    keys.length === Object.keys(other).length &&
    keys.every((key) => Object.hasOwn(other, key) && sameJson(one[key], other[key], tolerance))
  )
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
