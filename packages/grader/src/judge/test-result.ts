import type { Group, Scoring, Test } from '../problem/problem.ts'
import { bigOf } from '../verdict/verdict.ts'
import type { Judged } from './judged.ts'
import { isNear } from './doubt.ts'
import { captureOf, nothing, type Capture, type Feedback, type TestResult, type VerdictEvidence } from './result.ts'
import { scoreTest } from './scores.ts'

/** Makes what was found out about a test the result that callers see. */
export function testResultOf(test: Test, group: Group, judged: Judged, nearLimit: number): TestResult {
  const { run, check, decision, answer } = judged
  const worth = worthOf(test, group.scoring)
  const score = scoreTest(decision.verdict, check, worth)
  const maxScore = check?.points === undefined ? worth.full : test.points
  return {
    id: test.id,
    group: group.id,
    verdict: decision.verdict,
    big: bigOf(decision.verdict),
    ...(score === undefined ? {} : { score }),
    ...(maxScore === undefined ? {} : { maxScore }),
    ...(run === undefined ? {} : { usage: run.usage }),
    evidence: evidenceOf(judged, nearLimit),
    stdout: stdoutOf(judged),
    stderr: run === undefined ? nothing : captureOf(run.stderr.bytes, run.stderr.totalBytes),
    ...(answer !== undefined && wrongs.has(decision.verdict) ? { answer: captureOf(answer) } : {}),
    feedback: feedbackOf(judged),
    hidden: test.hidden,
    passCount: judged.passCount,
  }
}

const wrongs: ReadonlySet<string> = new Set(['WA', 'PE', 'NO', 'PA'])

const noLimits = { cpuTimeMs: 0, wallTimeMs: 0, outputBytes: 0 }

/** Of a test that was not run. */
export function skippedTest(test: Test, group: Group, reason: string): TestResult {
  const { full } = worthOf(test, group.scoring)
  return {
    id: test.id,
    group: group.id,
    verdict: 'SK',
    big: null,
    ...(full === undefined ? {} : { score: 0, maxScore: full }),
    evidence: { reason, limits: noLimits, exitCode: null, signal: null, nearLimit: false, rerunCount: 0, refused: [] },
    stdout: nothing,
    stderr: nothing,
    feedback: {},
    hidden: test.hidden,
    passCount: 0,
  }
}

function stdoutOf({ run, dialogue }: Judged): Capture {
  if (run === undefined) return nothing
  if (dialogue !== undefined) return captureOf(Buffer.from(dialogue), Math.max(run.stdout.totalBytes, dialogue.length))
  return captureOf(run.stdout.bytes, run.stdout.totalBytes)
}

function worthOf(test: Test, scoring: Scoring): { readonly full: number | undefined; readonly none: number } {
  if (scoring.kind === 'kattis-grader') return { full: scoring.acceptScore, none: scoring.rejectScore }
  return { full: test.points, none: 0 }
}

function feedbackOf({ check }: Judged): Feedback {
  return {
    ...(check?.teamMessage === undefined ? {} : { team: check.teamMessage }),
    ...(check?.judgeMessage === undefined ? {} : { judge: check.judgeMessage }),
  }
}

function evidenceOf(judged: Judged, nearLimit: number): VerdictEvidence {
  const { run, decision, limits, rerunCount, pressure, exitedFirst } = judged
  const told = { reason: decision.reason, limits, rerunCount, ...(exitedFirst === undefined ? {} : { exitedFirst }) }
  if (run === undefined) return { ...told, exitCode: null, signal: null, nearLimit: false, refused: [] }
  const ending = run.status === 'limited' ? run.evidence.ending : run
  return {
    ...told,
    ...(run.status === 'limited' ? { run: run.evidence } : {}),
    exitCode: ending?.status === 'exited' ? ending.exitCode : null,
    signal: ending?.status === 'signaled' ? ending.signal : null,
    cpuShare: run.usage.cpuTimeMs / limits.cpuTimeMs,
    wallShare: run.usage.wallTimeMs / limits.wallTimeMs,
    memoryShare: judged.memoryBytes === 0 ? 0 : run.usage.memoryPeakBytes / judged.memoryBytes,
    nearLimit: isNear(nearLimit, run, limits),
    ...(pressure === undefined ? {} : { cpuPressure: pressure }),
    refused: [...new Set(run.violations.map(({ call, detail }) => (detail === '' ? call : `${call} ${detail}`)))],
  }
}
