import { decisionOf, programOf } from './bpf-program.ts'
import { type Decision, Decisions, holds, type Question, wholeWord } from './decisions.ts'

/**
 * A filter that answers every call as this one does, in fewer instructions: the kernel compiles it anew for every
 * container. libseccomp asks for the calls one by one, and for what is in no list bit by bit; here words are looked up
 * by halves among the ranges that are answered alike.
 */
export function shrink(program: Uint8Array): Uint8Array {
  const decisions = new Decisions()
  return programOf(simplify(decisionOf(program, decisions), decisions, new Map()))
}

function simplify(decision: Decision, decisions: Decisions, known: Map<number, Decision>): Decision {
  const earlier = known.get(decision.id)
  if (earlier !== undefined) return earlier
  const simple = 'answer' in decision ? decision : simplifyQuestion(decision, decisions, known)
  known.set(decision.id, simple)
  return simple
}

function simplifyQuestion(question: Question, decisions: Decisions, known: Map<number, Decision>): Decision {
  if (!isAboutRanges(question)) {
    const [yes, no] = [question.yes, question.no].map((next) => simplify(next, decisions, known))
    return decisions.ask({ ...question, yes: yes ?? question.yes, no: no ?? question.no })
  }
  const ranges: Range[] = []
  for (const from of bordersOf(question)) {
    const decision = simplify(follow(question, from), decisions, known)
    if (ranges.at(-1)?.decision.id !== decision.id) ranges.push({ from, decision })
  }
  return search(question.word, ranges, decisions)
}

/** Values from `from` on, as far as the next range. */
interface Range {
  readonly from: number
  readonly decision: Decision
}

/** Whether it divides the word's values in ranges: it compares all of it, or asks what its first bits are. */
function isAboutRanges({ mask, relation }: Question): boolean {
  const rest = ~mask >>> 0
  const isPrefix = (rest & (rest + 1)) === 0
  return relation === 'equals' ? isPrefix : mask === wholeWord && relation !== 'shares bits with'
}

/** The questions about ranges of the same word that follow each other, this one first. */
function alike(first: Question): ReadonlySet<Question> {
  const all = new Set([first])
  for (const { yes, no } of all) {
    for (const next of [yes, no]) if ('word' in next && next.word === first.word && isAboutRanges(next)) all.add(next)
  }
  return all
}

/** The first values of all ranges that they tell apart, ascending. */
function bordersOf(first: Question): readonly number[] {
  const borders = new Set([0])
  for (const { relation, value, mask } of alike(first)) {
    const after = relation === 'equals' ? value + (~mask >>> 0) + 1 : value + 1
    if (relation !== 'exceeds') borders.add(value)
    if (relation !== 'reaches' && after <= wholeWord) borders.add(after)
  }
  return [...borders].sort((one, other) => one - other)
}

/** What is decided of the value once everything that is asked of its word in a row has been answered. */
function follow(first: Question, value: number): Decision {
  let decision: Decision = first
  while ('word' in decision && decision.word === first.word && isAboutRanges(decision)) {
    const read: number = (value & decision.mask) >>> 0
    decision = holds(decision.relation, read, decision.value) ? decision.yes : decision.no
  }
  return decision
}

/** Looks a value up by halves. */
function search(word: number, ranges: readonly Range[], decisions: Decisions): Decision {
  const middle = ranges.length >> 1
  const [first] = ranges
  const half = ranges[middle]
  if (first === undefined || half === undefined) throw new RangeError('a word has no values')
  if (ranges.length === 1) return first.decision
  const no = search(word, ranges.slice(0, middle), decisions)
  const yes = search(word, ranges.slice(middle), decisions)
  return decisions.ask({ word, mask: wholeWord, relation: 'reaches', value: half.from, yes, no })
}
