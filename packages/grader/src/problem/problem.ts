import type { Harness } from '../course/harness.ts'
import type { Big, Verdict } from '../verdict/verdict.ts'
import type { Compare } from './compare.ts'
import type { ProgramSource, SourceFiles } from './program.ts'

export type { Compare, ComparedTexts, FunctionVerdict } from './compare.ts'
export type { ProgramSource, Protocol, SourceFiles } from './program.ts'

/** What a submission of a problem may use. Undefined where the format leaves it to the one who judges. */
export interface ProblemLimits {
  /** CPU time of one test; undefined: computed from the submissions that came with the problem. */
  readonly timeMs: number | undefined
  readonly memoryBytes: number
  readonly outputBytes: number
  readonly codeBytes: number
  readonly compileTimeMs: number
  readonly compileMemoryBytes: number
  readonly validationTimeMs: number
  readonly validationMemoryBytes: number
  readonly validationOutputBytes: number
  readonly passCount: number
}

/** How a time limit is computed from what the submissions that came with a problem took. */
export interface TimingRule {
  readonly resolutionMs: number
  readonly acceptedToLimit: number
  readonly limitToExceeded: number
}

/** A file on this machine, or its content; with `newlines`, line ends become line feeds, and the last line has one. */
export type Blob = { readonly path: string; readonly newlines?: 'unix' } | { readonly content: Uint8Array }

/** A program of the package that makes a test. */
export interface Generator {
  readonly program: ProgramSource
  readonly args: readonly string[]
}

/** One test. */
export interface Test {
  /** Unique in the problem, such as `secret/group1/03`. */
  readonly id: string
  readonly input: Blob
  readonly answer: Blob
  /** Placed in the submission's working directory. */
  readonly files: Readonly<Record<string, Blob>>
  readonly args: readonly string[]
  readonly checkerFlags: readonly string[]
  /** Prints the input, if it prints anything, and says the answer as errors, where there is none in a file. */
  readonly generator?: Generator
  /** For every input validator, or for each that is named; the others get none. */
  readonly inputFlags?: readonly string[] | Readonly<Record<string, readonly string[]>>
  /** Undefined: no maximum of its own. */
  readonly points?: number
  /** In place of the problem's, where a format allows it. */
  readonly limits?: TestLimits
  /** It looks at the source by the package's static validator, and runs nothing. */
  readonly isStatic?: true
  readonly compare?: Compare
  /** Symbolic links in the submission's working directory, by name, and where they lead. */
  readonly links?: Readonly<Record<string, string>>
  /** Unless it is accepted, no test after it is judged. */
  readonly isDecisive?: boolean
  readonly hidden: boolean
}

/** Limits that a test has in place of the problem's; those that are left out are the problem's. */
export interface TestLimits {
  readonly timeMs?: number
  /** On the clock; a submission may then wait that long. */
  readonly wallTimeMs?: number
  readonly memoryBytes?: number
  readonly outputBytes?: number
}

/** How the results of a group's parts become its own. */
export type Scoring =
  | { readonly kind: 'pass-fail' }
  /** All or nothing, the least of the parts, or their sum. */
  | {
      readonly kind: 'points'
      readonly aggregate: 'pass-fail' | 'sum' | 'min'
      /** Points beyond what the format allows are an error of the package. */
      readonly strict?: true
    }
  | {
      readonly kind: 'kattis-grader'
      readonly verdict: 'worst_error' | 'first_error' | 'always_accept'
      readonly score: 'sum' | 'avg' | 'min' | 'max'
      /** Whether points are the better the more, or the fewer, they are. */
      readonly objective: 'max' | 'min'
      /** Whether validators may say what a test is worth. */
      readonly customScore: boolean
      readonly ignoreSample: boolean
      readonly acceptIfAnyAccepted: boolean
      readonly acceptScore: number
      readonly rejectScore: number
      readonly range: readonly [number, number]
      readonly programs: readonly ProgramSource[]
      readonly flags: readonly string[]
    }

/** Tests that are judged together. */
export interface Group {
  /** `''` for the whole problem. */
  readonly id: string
  /** In the order in which they are judged. */
  readonly parts: readonly (Group | Test)[]
  readonly onReject: 'break' | 'continue'
  readonly scoring: Scoring
  readonly maxScore?: number
  /** Groups that must be accepted before this one is judged. */
  readonly requires: readonly string[]
  /** What running programs of the group's own are judged by before the tests, and the points for it. */
  readonly hidden: boolean
}

/** What a submission that came with a problem is expected to get. */
export interface Expectation {
  /** Where it is said. */
  readonly source: string
  /** Tests or groups that it is about; undefined: all. */
  readonly where?: string
  /** Every test gets one of these; undefined: any. */
  readonly permitted?: readonly Big[]
  /** Some test gets one of these, itself or as one of the five; undefined: none needs to. */
  readonly required?: readonly Verdict[]
  /** The verdict on all of it is one of these. */
  readonly final?: readonly string[]
  readonly score?: readonly [number, number]
  /** Stands in some judge's message. */
  readonly message?: string
  /** What does as well, where all tests are judged. */
  readonly instead?: Expectation
}

/** What the time limit has to do with how long a submission takes. */
export interface TimeRule {
  /** It must be fast enough, or too slow, for the limit. */
  readonly bound: 'lower' | 'upper'
  /** Tests or groups that it is about; undefined: all. */
  readonly where?: string
}

/** A submission that came with a problem. */
export interface ProblemSubmission extends ProgramSource {
  /** As in `accepted/sol.py`. */
  readonly name: string
  readonly expectations: readonly Expectation[]
  /** Whether it must be fast enough (`lower`), or too slow (`upper`), on some tests. */
  readonly useForTimeLimit: false | 'lower' | 'upper'
  /** On which tests; undefined: on all. */
  readonly timeRules?: readonly TimeRule[]
}

/** A case that shows whether the problem's own validators do what they should. */
export interface Probe {
  readonly kind: 'invalid_input' | 'valid_input' | 'invalid_output' | 'valid_output'
  readonly test: Test
  readonly output: Blob | undefined
}

/** Names of the formats that are read. */
export type ProblemFormat =
  | 'kattis-legacy'
  | 'kattis-2025-09'
  | 'dmoj'
  | 'polygon'
  | 'folder'
  | 'assignment'
  | 'code-task'

/** A problem, whatever format it came in. */
export interface Problem {
  readonly format: ProblemFormat
  readonly name: string
  /** Where it was read from; undefined for one made by a program. */
  readonly path: string | undefined
  readonly limits: ProblemLimits
  readonly timing: TimingRule
  readonly scoring: boolean
  readonly languages: 'all' | readonly string[]
  /**
   * Names by which a submission can see that it is judged, as the judge of the format has them: constants of the
   * preprocessor, and variables of its environment, of the value 1. Default: none.
   */
  readonly defines?: readonly string[]
  /** Files put beside every submission, by language; `default` for those without their own. */
  readonly include: Readonly<Record<string, SourceFiles>>
  readonly compare: Compare
  /** The other side of an interactive problem. */
  readonly interactor:
    | {
        readonly program: ProgramSource
        readonly protocol: 'kattis' | 'testlib' | 'coci' | 'peg' | 'exit-code'
        /** In place of the protocol's words: what it is called with, before a test's flags. */
        readonly args?: readonly string[]
        /** Whether what it prints goes out at once, though it does not flush. */
        readonly unbuffered?: boolean
      }
    | undefined
  /** Files that call functions of the submission, and the header that declares them; `keepsMain`: it has no other. */
  readonly signature?: { readonly files: SourceFiles; readonly header: string; readonly keepsMain: boolean } | undefined
  readonly multiPass: boolean
  /** Whether what a submission prints goes out at once, though it does not flush. */
  readonly unbuffered?: boolean
  /** Whether a checker that gives more points than the test is worth is broken. */
  readonly pointsWithinTest?: boolean
  /** The submission is the output itself: nothing is run. */
  readonly submitAnswer: boolean
  readonly staticValidator: ProgramSource | undefined
  readonly inputValidators: readonly ProgramSource[]
  readonly probes: readonly Probe[]
  /** An instructor's tests, in place of those below. */
  readonly harness?: Harness
  readonly tests: Group
  readonly submissions: readonly ProblemSubmission[]
  /** What could not be read without a doubt, in sentences. */
  readonly warnings: readonly string[]
}

/** Whether a part of a group is a group. */
export function isGroup(part: Group | Test): part is Group {
  return 'parts' in part
}

/** All tests, in order. */
export function testsOf(group: Group): readonly Test[] {
  return group.parts.flatMap((part) => (isGroup(part) ? testsOf(part) : [part]))
}

/** All groups, the outer ones first. */
export function groupsOf(group: Group): readonly Group[] {
  return [group, ...group.parts.filter(isGroup).flatMap(groupsOf)]
}
