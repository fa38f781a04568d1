/** The five judgements that every system knows. */
export type Big = 'AC' | 'WA' | 'TLE' | 'RTE' | 'CE'

/**
 * How a submission did on a test, or in all. Names are those of the ICPC's Contest Control System where it has one;
 * `PA` is a part of the points, `SK` a test that was not run, `JE` a checker or package that broke, and `IE` a failure
 * of ours or the host's: never the student's fault, and worth another try.
 */
export type Verdict = Big | 'PA' | 'PE' | 'NO' | 'OLE' | 'MLE' | 'WTL' | 'ILE' | 'SV' | 'CTL' | 'SK' | 'JE' | 'IE'

interface Meaning {
  readonly name: string
  /** Null where none of the five says it. */
  readonly big: Big | null
}

/** Every verdict, the worst first: of several tests the first in this order is the submission's. */
export const verdicts: { readonly [Name in Verdict]: Meaning } = {
  IE: { name: 'infrastructure error', big: null },
  CE: { name: 'compiler error', big: 'CE' },
  CTL: { name: 'compile time limit exceeded', big: 'CE' },
  JE: { name: 'judging error', big: null },
  OLE: { name: 'output limit exceeded', big: 'WA' },
  MLE: { name: 'memory limit exceeded', big: 'RTE' },
  TLE: { name: 'time limit exceeded', big: 'TLE' },
  WTL: { name: 'wall clock time limit exceeded', big: 'TLE' },
  ILE: { name: 'idleness limit exceeded', big: 'TLE' },
  SV: { name: 'security violation', big: 'RTE' },
  RTE: { name: 'run-time error', big: 'RTE' },
  WA: { name: 'wrong answer', big: 'WA' },
  PE: { name: 'presentation error', big: 'WA' },
  NO: { name: 'no output', big: 'WA' },
  PA: { name: 'partially accepted', big: null },
  SK: { name: 'not run', big: null },
  AC: { name: 'accepted', big: 'AC' },
}

const order = Object.keys(verdicts) as Verdict[]
const rank = new Map(order.map((verdict, index) => [verdict, index]))

/** Whether it is our failure and no statement about the submission. */
export function isOurs(verdict: Verdict): boolean {
  return verdict === 'IE' || verdict === 'JE'
}

/** Whether a test with this verdict counts as failed. */
export function isFailure(verdict: Verdict): boolean {
  return verdict !== 'AC' && verdict !== 'PA' && verdict !== 'SK'
}

/** The worst of several verdicts; a test that was not run says nothing. `AC` of none. */
export function worst(list: readonly Verdict[]): Verdict {
  const told = list.filter((verdict) => verdict !== 'SK')
  return told.reduce((first, next) => ((rank.get(next) ?? 0) < (rank.get(first) ?? 0) ? next : first), 'AC')
}

/** A verdict among the five, for systems that know no other; one that is no statement about the submission stays null. */
export function bigOf(verdict: Verdict): Big | null {
  return verdicts[verdict].big
}
