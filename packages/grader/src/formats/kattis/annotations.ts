import { packageError } from '../../errors.ts'
import type { Expectation, ProgramSource } from '../../problem/problem.ts'
import type { Verdict } from '../../verdict/verdict.ts'

const names: Readonly<Record<string, readonly Verdict[]>> = {
  CORRECT: ['AC'],
  ACCEPTED: ['AC'],
  'WRONG-ANSWER': ['WA', 'PE', 'NO'],
  TIMELIMIT: ['TLE', 'WTL', 'ILE'],
  'TIME-LIMIT-EXCEEDED': ['TLE', 'WTL', 'ILE'],
  'RUN-ERROR': ['RTE', 'MLE', 'SV'],
  'RUN-TIME-ERROR': ['RTE', 'MLE', 'SV'],
  'COMPILER-ERROR': ['CE', 'CTL'],
  'NO-OUTPUT': ['NO'],
  'OUTPUT-LIMIT': ['OLE'],
  'MEMORY-LIMIT': ['MLE'],
  'CHECK-MANUALLY': [],
}

const resultsTag = /@EXPECTED_RESULTS@:[ \t]*([^\r\n]*)/gi
const scoreTag = /@EXPECTED_SCORE@:[ \t]*([^\r\n]*)/gi

/** What DOMjudge's tags in the source promise; undefined where there are none. */
export function annotationsOf(program: ProgramSource, path: string): Expectation | undefined {
  const texts = Object.values(program.files).map((content) => Buffer.from(content).toString('latin1'))
  const found = texts.flatMap((text) => [...text.matchAll(resultsTag)].map(([, list = '']) => list))
  const scores = texts.flatMap((text) => [...text.matchAll(scoreTag)].map(([, value = '']) => Number.parseFloat(value)))
  if (found.length > 1) throw packageError(path, 'has @EXPECTED_RESULTS@ more than once')
  const [list] = found
  const [score] = scores
  if (list === undefined && score === undefined) return undefined
  if (score !== undefined && Number.isNaN(score)) throw packageError(path, '@EXPECTED_SCORE@ must be a number')
  return {
    source: '@EXPECTED_RESULTS@',
    ...(list === undefined ? {} : finalOf(list, path)),
    ...(score === undefined ? {} : { score: [score, score] as const }),
  }
}

function finalOf(list: string, path: string): { readonly final?: readonly Verdict[] } {
  const words = list
    .replace(/\*\/.*$/, '')
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '')
  const verdicts = words.flatMap((word) => {
    const known = names[word.toUpperCase().replaceAll('_', '-')]
    if (known === undefined) throw packageError(path, `@EXPECTED_RESULTS@ names ${word}, which is no result`)
    return known
  })
  return verdicts.length === 0 ? {} : { final: verdicts }
}
