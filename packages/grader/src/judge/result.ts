import type { Evidence, Limits, Usage } from '@mayfly/sandbox'
import type { Evaluate } from './evaluate.ts'
import type { JudgedLimits } from '../verdict/facts.ts'
import type { Big, Verdict } from '../verdict/verdict.ts'

/** What a program printed: its head and its tail if it is long. */
export interface Capture {
  readonly text: string
  readonly totalBytes: number
  readonly truncated: boolean
}

/** What a verdict rests on. */
export interface VerdictEvidence {
  /** In a sentence: which limit or check, and what was measured. */
  readonly reason: string
  /** Of the limit that ended the run, if one did: its value, what was measured, and which counter of the kernel said so. */
  readonly run?: Evidence
  readonly exitCode: number | null
  readonly signal: string | null
  readonly exitedFirst?: 'submission' | 'interactor'
  /** What the verdict is judged by; a run is held to a little more time, so that one that is close shows. */
  readonly limits: JudgedLimits
  /** What was measured, in parts of the limit. */
  readonly cpuShare?: number
  readonly wallShare?: number
  readonly memoryShare?: number
  /** Whether a time limit was missed, or kept, by no more than a tenth. */
  readonly nearLimit: boolean
  /** How often it was run again because the clock might have been wrong. */
  readonly rerunCount: number
  /** How much of the time something on the machine waited for a processor, 0 to 1. */
  readonly cpuPressure?: number
  /** Calls that were refused, by name. */
  readonly refused: readonly string[]
}

/** What is said to the student, and to those who judge. */
export interface Feedback {
  readonly team?: string
  readonly judge?: string
}

/** How a submission did on one test. */
export interface TestResult {
  readonly id: string
  readonly group: string
  readonly verdict: Verdict
  readonly big: Big | null
  readonly score?: number
  readonly maxScore?: number
  /** Undefined where nothing was run. */
  readonly usage?: Usage
  readonly evidence: VerdictEvidence
  readonly stdout: Capture
  readonly stderr: Capture
  /** What it should have printed, of a test that was answered wrongly. */
  readonly answer?: Capture
  readonly feedback: Feedback
  /** Students are not to see its input, answer and output. */
  readonly hidden: boolean
  readonly passCount: number
}

/** How a submission did on a group of tests. */
export interface GroupResult {
  readonly id: string
  readonly verdict: Verdict
  readonly score?: number
  readonly maxScore?: number
}

/** How compiling went. */
export interface CompileResult {
  readonly language: string
  readonly verdict: 'AC' | 'CE' | 'CTL'
  readonly messages: Capture
  readonly usage?: Usage
  /** It was compiled before, from the same sources with the same flags, image and limits. */
  readonly cached: boolean
}

/** What all runs of a job took together: the submission's, the checker's and the compiler's. */
export interface Cost {
  readonly coreSeconds: number
  readonly wallSeconds: number
  readonly writtenBytes: number
  readonly readBytes: number
  readonly runCount: number
}

/** From what a result came, so that it can be made again. */
export interface Provenance {
  readonly problemDigest: string
  readonly submissionDigest: string
  readonly image: string
  readonly toolchain: Readonly<Record<string, string>>
  readonly host: {
    readonly kernel: string
    readonly architecture: string
    readonly cpu: string
    readonly cores: number
  }
  readonly limits: Partial<Limits>
  readonly evaluate: Evaluate
  readonly graderVersion: string
  readonly startedAt: string
  readonly durationMs: number
}

/** How a submission did. */
export interface GradeResult {
  readonly schema: 1
  readonly problem: string
  readonly submission: string
  readonly verdict: Verdict
  readonly big: Big | null
  readonly reason: string
  readonly score?: number
  readonly maxScore?: number
  readonly compile?: CompileResult
  readonly tests: readonly TestResult[]
  readonly groups: readonly GroupResult[]
  /** Not all tests were run; what was, holds. */
  readonly partial: boolean
  /** The result can be forged by the submission: both share a process, as asked for by name. */
  readonly forgeable?: true
  readonly cost: Cost
  readonly provenance: Provenance
}

const captureMax = 16 * 1024

/** Makes a capture of bytes: text in which what is no UTF-8 is replaced, with a note where something is left out. */
export function captureOf(bytes: Uint8Array, totalBytes = bytes.length, max = captureMax): Capture {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (buffer.length <= max) return { text: buffer.toString('utf8'), totalBytes, truncated: totalBytes > buffer.length }
  const half = Math.floor(max / 2)
  const note = `\n… ${totalBytes - 2 * half} bytes left out …\n`
  const text = `${buffer.toString('utf8', 0, half)}${note}${buffer.toString('utf8', buffer.length - half)}`
  return { text, totalBytes, truncated: true }
}

/** Of a program that was not run. */
export const nothing: Capture = { text: '', totalBytes: 0, truncated: false }
