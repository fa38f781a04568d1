import type { Ending, Evidence, LimitName, RunResult, Violation } from '@mayfly/sandbox'

/** What a verdict may rest on, of one run of a submission. */
export interface RunFacts {
  /** How the command itself ended; undefined if it was killed before. */
  readonly ending: Ending | undefined
  /** The limit that ended it, by the library's word, and the evidence for it. */
  readonly limit: LimitName | undefined
  readonly evidence: Evidence | undefined
  readonly cpuTimeMs: number
  readonly wallTimeMs: number
  readonly outputBytes: number
  readonly violations: readonly Violation[]
}

/** The limits that a verdict is judged by; a run may have been let a little further, to see how far off it is. */
export interface JudgedLimits {
  readonly cpuTimeMs: number
  readonly wallTimeMs: number
  readonly outputBytes: number
}

/** What a checker, a comparison or an interactor said. */
export interface CheckResult {
  /** `failed`: it broke, or said what its protocol does not know. */
  readonly kind: 'accepted' | 'partial' | 'wrong' | 'presentation' | 'noOutput' | 'failed'
  /** From 0 to 1, of the points that the test is worth. */
  readonly ratio?: number
  /** Points as such, where the test has no maximum. */
  readonly points?: number
  /** The file that it wrote of points, whatever it said besides. */
  readonly scoreFile?: 'score.txt' | 'score_multiplier.txt'
  readonly teamMessage?: string
  readonly judgeMessage?: string
  /** The input of the next pass, in a problem of several. */
  readonly nextPass?: Uint8Array
}

/** What is known of a run, drawn from its result. */
export function factsOf(result: RunResult): RunFacts {
  const { usage, violations, stdout, stderr } = result
  const limited = result.status === 'limited' ? result : undefined
  return {
    ending: limited === undefined ? endingOf(result) : limited.evidence.ending,
    limit: limited?.limit,
    evidence: limited?.evidence,
    cpuTimeMs: usage.cpuTimeMs,
    wallTimeMs: usage.wallTimeMs,
    outputBytes: Math.max(stdout.totalBytes, stderr.totalBytes),
    violations,
  }
}

function endingOf(result: RunResult): Ending | undefined {
  if (result.status === 'exited') return { status: 'exited', exitCode: result.exitCode }
  return result.status === 'signaled' ? { status: 'signaled', signal: result.signal } : undefined
}
