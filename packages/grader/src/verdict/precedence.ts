import type { CheckResult, JudgedLimits, RunFacts } from './facts.ts'
import type { Verdict } from './verdict.ts'

/** A verdict and the sentence that says why. */
export interface Decision {
  readonly verdict: Verdict
  readonly reason: string
}

/** Everything that a verdict on one test rests on. What did not happen is left out. */
export interface TestFacts {
  /** What we or the host failed at. */
  readonly infrastructure?: string
  readonly compile?: { readonly kind: 'failed' | 'limited'; readonly reason: string }
  readonly run?: RunFacts
  readonly limits: JudgedLimits
  readonly check?: CheckResult
  /** In an interactive problem: who ended first. */
  readonly exitedFirst?: 'submission' | 'interactor'
}

type Judge = (facts: TestFacts) => Decision | undefined

const ofRun: readonly Judge[] = [judgeOutput, judgeMemory, judgeCpuTime, judgeWallTime, judgeRefusal, judgeEnding]

/** Batch: what is first in this list decides. */
const batch: readonly Judge[] = [judgeInfrastructure, judgeCompile, ...ofRun, judgeChecker, judgeAnswer]

/** Interactive: a broken interactor always wins; one that rejected first beats what the submission did afterwards. */
const interactive: readonly Judge[] = [
  judgeInfrastructure,
  judgeCompile,
  judgeChecker,
  judgeFirstRejection,
  ...ofRun,
  judgeAnswer,
]

/** Whether a run alone decides, so that its output need not be looked at. */
export function decideRun(facts: TestFacts): Decision | undefined {
  return firstOf([judgeInfrastructure, judgeCompile, ...ofRun], facts)
}

/** The verdict on one test, from facts alone. */
export function decide(facts: TestFacts): Decision {
  const judges = facts.exitedFirst === undefined ? batch : interactive
  return firstOf(judges, facts) ?? { verdict: 'AC', reason: 'the answer is accepted' }
}

function firstOf(judges: readonly Judge[], facts: TestFacts): Decision | undefined {
  for (const judge of judges) {
    const decision = judge(facts)
    if (decision !== undefined) return decision
  }
  return undefined
}

function judgeInfrastructure({ infrastructure }: TestFacts): Decision | undefined {
  return infrastructure === undefined ? undefined : { verdict: 'IE', reason: infrastructure }
}

function judgeCompile({ compile }: TestFacts): Decision | undefined {
  return compile && { verdict: compile.kind === 'failed' ? 'CE' : 'CTL', reason: compile.reason }
}

function judgeOutput({ run, limits }: TestFacts): Decision | undefined {
  if (run === undefined) return undefined
  if (run.limit === 'disk') return { verdict: 'OLE', reason: 'wrote more to files than it may' }
  if (run.limit !== 'output' && run.outputBytes <= limits.outputBytes) return undefined
  return { verdict: 'OLE', reason: `wrote ${run.outputBytes} bytes, ${limits.outputBytes} are allowed` }
}

function judgeMemory({ run }: TestFacts): Decision | undefined {
  if (run?.limit !== 'memory') return undefined
  return { verdict: 'MLE', reason: `the kernel killed it for want of memory, ${run.evidence?.limit} bytes are allowed` }
}

function judgeCpuTime({ run, limits }: TestFacts): Decision | undefined {
  if (run === undefined || (run.limit !== 'cpuTime' && run.cpuTimeMs <= limits.cpuTimeMs)) return undefined
  return { verdict: 'TLE', reason: `used ${shown(run.cpuTimeMs)} of CPU time, ${shown(limits.cpuTimeMs)} are allowed` }
}

function judgeWallTime({ run, limits }: TestFacts): Decision | undefined {
  if (run === undefined) return undefined
  if (run.limit === 'idleTime') return { verdict: 'ILE', reason: `did nothing for ${shown(run.evidence?.limit ?? 0)}` }
  if (run.limit !== 'wallTime' && run.wallTimeMs <= limits.wallTimeMs) return undefined
  return { verdict: 'WTL', reason: `took ${shown(run.wallTimeMs)}, ${shown(limits.wallTimeMs)} are allowed` }
}

/** Only where the policy itself ended it: a program that was told EPERM and gave up ended by its own decision. */
function judgeRefusal({ run }: TestFacts): Decision | undefined {
  if (run?.ending?.status !== 'signaled' || run.ending.signal !== 'SIGSYS') return undefined
  const call = run.violations.at(-1)?.call
  return { verdict: 'SV', reason: call === undefined ? 'killed for a system call' : `killed for calling ${call}` }
}

function judgeEnding({ run }: TestFacts): Decision | undefined {
  if (run === undefined) return undefined
  if (run.limit === 'processes') return { verdict: 'RTE', reason: 'could not have more processes' }
  if (run.ending === undefined) return { verdict: 'RTE', reason: 'was killed' }
  if (run.ending.status === 'signaled') return { verdict: 'RTE', reason: `ended by ${run.ending.signal}` }
  return run.ending.exitCode === 0 ? undefined : { verdict: 'RTE', reason: `exit code ${run.ending.exitCode}` }
}

function judgeChecker({ check }: TestFacts): Decision | undefined {
  if (check?.kind !== 'failed') return undefined
  return { verdict: 'JE', reason: check.judgeMessage ?? 'the checker failed' }
}

function judgeFirstRejection(facts: TestFacts): Decision | undefined {
  return facts.exitedFirst === 'interactor' && facts.check?.kind === 'wrong' ? judgeAnswer(facts) : undefined
}

function judgeAnswer({ check }: TestFacts): Decision | undefined {
  if (check === undefined) return undefined
  const reason = check.judgeMessage
  if (check.kind === 'noOutput') return { verdict: 'NO', reason: reason ?? 'there is no output' }
  if (check.kind === 'wrong') return { verdict: 'WA', reason: reason ?? 'the checker rejects the answer' }
  if (check.kind === 'presentation') return { verdict: 'PE', reason: reason ?? 'the form of the answer is wrong' }
  if (check.kind === 'partial') return { verdict: 'PA', reason: reason ?? `${percent(check.ratio)} of the points` }
  return undefined
}

function percent(ratio: number | undefined): string {
  return `${Math.round((ratio ?? 0) * 1000) / 10} %`
}

function shown(milliseconds: number): string {
  return `${Math.round(milliseconds * 10) / 10} ms`
}
