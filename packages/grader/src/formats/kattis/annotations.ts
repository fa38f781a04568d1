import { packageError } from '../../errors.ts'
import type { Expectation, ProgramSource } from '../../problem/problem.ts'
import type { Verdict } from '../../verdict/verdict.ts'

const tooSlow: readonly Verdict[] = ['TLE', 'WTL', 'ILE']
const crashed: readonly Verdict[] = ['RTE', 'MLE', 'SV']

const names: Readonly<Record<string, readonly Verdict[]>> = {
  CORRECT: ['AC'],
  ACCEPTED: ['AC'],
  'WRONG-ANSWER': ['WA', 'PE', 'NO'],
  'PRESENTATION-ERROR': ['WA', 'PE'],
  // DOMjudge drops what is printed beyond the limit and lets it run on; here it is stopped, and never gets that far.
  TIMELIMIT: [...tooSlow, 'OLE'],
  'TIME-LIMIT-EXCEEDED': [...tooSlow, 'OLE'],
  'RUN-ERROR': crashed,
  'RUN-TIME-ERROR': crashed,
  'RUNTIME-ERROR': crashed,
  'COMPILER-ERROR': ['CE', 'CTL'],
  'NO-OUTPUT': ['NO'],
  'OUTPUT-LIMIT': ['OLE'],
  'OUTPUT-LIMIT-EXCEEDED': ['OLE'],
  'MEMORY-LIMIT': ['MLE'],
  'MEMORY-LIMIT-EXCEEDED': ['MLE'],
}

/** Results that promise nothing: of one, a person says what it is to be; the other never gets to be judged there. */
const open: readonly string[] = ['CHECK-MANUALLY', 'NONE-SUBMIT-FAILS']

/** Verdicts that DOMjudge means by the name of a result, however it is written; undefined: it is none. */
export function verdictsNamed(name: string): readonly Verdict[] | undefined {
  const plain = name.toUpperCase().replaceAll('_', '-')
  if (open.includes(plain)) return []
  return Object.hasOwn(names, plain) ? names[plain] : undefined
}

/** What DOMjudge's tags in a source promise. */
export interface Annotation {
  readonly expectation: Expectation
  /** It says what the verdict is, or that nothing does: what its directory promises is then not asked. */
  readonly replacesDirectory: boolean
}

const tag = /@EXPECTED_(RESULTS|SCORE)@:[ \t]*([^\r\n]*)/gi

/** What DOMjudge's tags in the source promise; undefined where there are none. */
export function annotationsOf(program: ProgramSource, path: string): Annotation | undefined {
  const texts = Object.values(program.files).map((content) => Buffer.from(content).toString('latin1'))
  const found = [...texts.join('\n').matchAll(tag)].map(([, kind = '', list = '']) => ({
    kind: kind.toUpperCase(),
    list: wordsOf(list),
  }))
  const isScore = ({ kind, list }: (typeof found)[number]): boolean =>
    kind === 'SCORE' && !Number.isNaN(Number(list[0]))
  // Prose about the tags mentions them, too.
  const named = found.filter((each) => isScore(each) || each.list.every((word) => verdictsNamed(word) !== undefined))
  const said = (named.length > 0 ? named : found).filter(({ list }) => list.length > 0)
  const results = distinct(said.filter((each) => !isScore(each)).map(({ list }) => list))
  const scores = distinct(said.filter(isScore).map(({ list }) => list))
  if (results.length > 1 || scores.length > 1)
    throw packageError(path, 'has tags of @EXPECTED_RESULTS@ that do not say the same')
  const [words, points] = [results[0], scores[0]?.[0]]
  if (words === undefined && points === undefined) return undefined
  const score = points === undefined ? {} : { score: [Number(points), Number(points)] as const }
  const final = words === undefined ? {} : finalOf(words, path)
  return { expectation: { source: '@EXPECTED_RESULTS@', ...final, ...score }, replacesDirectory: words !== undefined }
}

function wordsOf(list: string): readonly string[] {
  return list
    .replace(/\*\/.*$|-->.*$/, '')
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '')
}

function distinct(lists: readonly (readonly string[])[]): readonly (readonly string[])[] {
  return lists.filter((list, at) => lists.findIndex((other) => other.join() === list.join()) === at)
}

function finalOf(words: readonly string[], path: string): { readonly final?: readonly Verdict[] } {
  const verdicts = words.map((word) => {
    const known = verdictsNamed(word)
    if (known === undefined) throw packageError(path, `@EXPECTED_RESULTS@ names ${word}, which is no result`)
    return known
  })
  return verdicts.some((each) => each.length === 0) ? {} : { final: verdicts.flat() }
}
