import { decide, type CheckResult, type RunFacts, type TestFacts } from '@mayfly/grader'
import { describe, expect, test } from 'vitest'

const limits = { cpuTimeMs: 1000, wallTimeMs: 3000, outputBytes: 100 }
const fine: RunFacts = {
  ending: { status: 'exited', exitCode: 0 },
  limit: undefined,
  evidence: undefined,
  cpuTimeMs: 10,
  wallTimeMs: 20,
  outputBytes: 5,
  violations: [],
}

function verdictOf(run: Partial<RunFacts>, check?: CheckResult, more: Partial<TestFacts> = {}): string {
  return decide({ run: { ...fine, ...run }, limits, ...(check === undefined ? {} : { check }), ...more }).verdict
}

/** Each of these alone, the first of the precedence first. */
const runs: readonly (readonly [string, Partial<RunFacts>])[] = [
  ['OLE', { outputBytes: 101 }],
  ['MLE', { limit: 'memory' }],
  ['TLE', { cpuTimeMs: 1000.1 }],
  ['WTL', { wallTimeMs: 3001 }],
  ['RTE', { ending: { status: 'exited', exitCode: 1 } }],
]
const rejected: CheckResult = { kind: 'wrong', judgeMessage: 'no' }

describe('batch', () => {
  test.each(runs)('%s is told where nothing else is wrong', (verdict, run) => {
    expect(verdictOf(run)).toBe(verdict)
  })

  test('of two things that went wrong the first in the order decides', () => {
    for (const [index, [verdict, run]] of runs.entries()) {
      for (const [, other] of runs.slice(index + 1)) expect(verdictOf({ ...other, ...run })).toBe(verdict)
    }
  })

  test.each(runs)('%s outweighs what the checker says', (verdict, run) => {
    expect(verdictOf(run, rejected)).toBe(verdict)
    expect(verdictOf(run, { kind: 'failed' })).toBe(verdict)
  })

  test('a failure of ours outweighs everything, and a compiler all but that', () => {
    const compile = { kind: 'failed', reason: 'no' } as const
    expect(verdictOf({ limit: 'memory' }, rejected, { compile, infrastructure: 'lost' })).toBe('IE')
    expect(verdictOf({ limit: 'memory' }, rejected, { compile })).toBe('CE')
    expect(verdictOf({}, undefined, { compile: { kind: 'limited', reason: 'slow' } })).toBe('CTL')
  })

  test('what is exactly at a limit is within it', () => {
    expect(verdictOf({ cpuTimeMs: 1000, wallTimeMs: 3000, outputBytes: 100 })).toBe('AC')
  })

  test('what the policy killed is a violation, and what ended by another signal an error', () => {
    expect(verdictOf({ ending: { status: 'signaled', signal: 'SIGSYS' } })).toBe('SV')
    expect(verdictOf({ ending: { status: 'signaled', signal: 'SIGSEGV' } })).toBe('RTE')
  })

  test('an idle program, one without processes and one without a disk are told apart', () => {
    expect(verdictOf({ limit: 'idleTime' })).toBe('ILE')
    expect(verdictOf({ limit: 'processes' })).toBe('RTE')
    expect(verdictOf({ limit: 'disk' })).toBe('OLE')
  })

  test.each([
    ['JE', 'failed'],
    ['WA', 'wrong'],
    ['PE', 'presentation'],
    ['NO', 'noOutput'],
    ['PA', 'partial'],
    ['AC', 'accepted'],
  ] as const)('%s is what a checker means by %s', (verdict, kind) => {
    expect(verdictOf({}, { kind })).toBe(verdict)
  })
})

describe('interactive', () => {
  const late = { cpuTimeMs: 2000 }

  test('a broken interactor outweighs what the submission did', () => {
    expect(verdictOf(late, { kind: 'failed' }, { exitedFirst: 'submission' })).toBe('JE')
  })

  test('a rejection by an interactor that ended first outweighs what the submission did afterwards', () => {
    expect(verdictOf(late, rejected, { exitedFirst: 'interactor' })).toBe('WA')
    expect(
      verdictOf({ ending: { status: 'signaled', signal: 'SIGPIPE' } }, rejected, { exitedFirst: 'interactor' }),
    ).toBe('WA')
  })

  test('what a submission that ended first did outweighs a rejection', () => {
    expect(verdictOf(late, rejected, { exitedFirst: 'submission' })).toBe('TLE')
    expect(verdictOf({ ending: { status: 'exited', exitCode: 1 } }, rejected, { exitedFirst: 'submission' })).toBe(
      'RTE',
    )
    expect(verdictOf({}, rejected, { exitedFirst: 'submission' })).toBe('WA')
  })

  test('an acceptance does not save a submission that was too slow', () => {
    expect(verdictOf(late, { kind: 'accepted' }, { exitedFirst: 'interactor' })).toBe('TLE')
    expect(verdictOf({}, { kind: 'accepted' }, { exitedFirst: 'interactor' })).toBe('AC')
  })
})
