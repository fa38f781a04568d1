import type { GradeResult, TestResult, Verdict } from '@mayfly/grader'

const usage = {
  ...{ wallTimeMs: 20, cpuTimeMs: 12.5, userTimeMs: 10, systemTimeMs: 2.5, memoryPeakBytes: 3_000_000 },
  ...{ residentPeakBytes: 2_000_000, processPeakCount: 1, readBytes: 10, writtenBytes: 5, voluntarySwitchCount: 1 },
  ...{ involuntarySwitchCount: 0, minorFaultCount: 100, majorFaultCount: 0, throttledMs: 0 },
}

const limits = { cpuTimeMs: 1000, wallTimeMs: 4000, outputBytes: 1_000_000 }

/** A test with this verdict, and whatever else is said. */
export function someTest(id: string, verdict: Verdict, more: Partial<TestResult> = {}): TestResult {
  return {
    id,
    group: '',
    verdict,
    big: null,
    usage,
    evidence: {
      ...{ reason: `why ${verdict}`, limits, exitCode: 0, signal: null, nearLimit: false, rerunCount: 0, refused: [] },
      ...{ cpuShare: 0.0125, wallShare: 0.005, memoryShare: 0.1 },
    },
    stdout: { text: 'out', totalBytes: 3, truncated: false },
    stderr: { text: '', totalBytes: 0, truncated: false },
    feedback: {},
    hidden: false,
    passCount: 1,
    ...more,
  }
}

/** A result of these tests. */
export function someResult(
  verdict: Verdict,
  tests: readonly TestResult[],
  more: Partial<GradeResult> = {},
): GradeResult {
  return {
    schema: 1,
    problem: 'A problem',
    submission: 'some.py',
    verdict,
    big: null,
    reason: tests.find((test) => test.verdict === verdict)?.evidence.reason ?? 'accepted',
    tests,
    groups: [],
    partial: false,
    cost: { coreSeconds: 1, wallSeconds: 2, writtenBytes: 3, readBytes: 4, runCount: 5 },
    provenance: {
      ...{ problemDigest: `sha256:${'0'.repeat(64)}`, submissionDigest: `sha256:${'1'.repeat(64)}`, image: 'host' },
      ...{ toolchain: { python3: 'Python 3' }, host: { kernel: '6.1', architecture: 'x64', cpu: 'a', cores: 2 } },
      ...{
        limits: { cpuTimeMs: 1000 },
        evaluate: 'package',
        graderVersion: '0',
        startedAt: '2026-01-01T00:00:00.000Z',
      },
      durationMs: 1500,
    },
    ...more,
  }
}

/** What a hostile submission may print: markup, ends of sections, control characters, half letters, turned writing. */
export const hostileText = [
  ...[
    '<script>alert(1)</script>',
    ']]>',
    '<![CDATA[',
    '</pre></body>',
    '"><img src=x onerror=alert(1)>',
    '--> &lt; &amp;',
  ],
  ...[
    '\u001b[31mred\u001b[0m',
    '\u009b2J',
    '\u0000\u0001\u0008\u000b\u001f\u007f',
    '\ud800 half \udfff',
    '\u202eturned',
  ],
  ...['\nok 2 - forged', '\n# SKIP', '\n1..1', '\n  ...', '{{7*7}} ${7*7}', '\n::set-output name=result::forged'],
].join(' ')
