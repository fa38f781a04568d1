import type { ProgramSource, Protocol } from './program.ts'

/** What a trusted comparison in JavaScript is given. */
export interface ComparedTexts {
  readonly input: Uint8Array
  readonly answer: Uint8Array
  readonly output: Uint8Array
}

/** What a trusted comparison in JavaScript says: right or wrong, a part of the points, or more. */
export type FunctionVerdict =
  | boolean
  | number
  | { readonly ratio: number; readonly teamMessage?: string; readonly judgeMessage?: string }

/** How tokens are compared. */
export interface TokenRules {
  readonly caseSensitive?: boolean
  readonly spaceSensitive?: boolean
  readonly relativeTolerance?: number
  readonly absoluteTolerance?: number
  /** Numbers in hexadecimal too, as C reads them. */
  readonly hexadecimal?: boolean
  /** Which tokens share a line counts; blank lines do not. */
  readonly lineSensitive?: boolean
}

/** How an output is compared with the answer. */
export type Compare =
  | ({ readonly kind: 'tokens' } & TokenRules)
  | { readonly kind: 'exact' }
  /** Line by line, without blanks at the ends of lines and lines at the end. */
  | { readonly kind: 'lines' }
  /** As a whole, without white space around. */
  | { readonly kind: 'trimmed' }
  /** The same tokens in any order; with `lines`, the same lines, and with `loose` whatever blanks they have. */
  | { readonly kind: 'unordered'; readonly lines?: boolean; readonly loose?: boolean }
  /** The share of the answer's lines that the output has in their places; blank lines do not count. */
  | {
      readonly kind: 'line-share'
      /** What each line of the answer is worth; default: the same. */
      readonly weights?: readonly number[]
      /** Blanks around a line do not count. */
      readonly trims?: boolean
      /** How many lines an output may have for any of it to count: no more than the answer, as many, or any number. */
      readonly lineCount: 'within' | 'same' | 'any'
    }
  | { readonly kind: 'json'; readonly absoluteTolerance?: number }
  /** The answer is a regular expression that the whole output matches. */
  | { readonly kind: 'regex' }
  | {
      readonly kind: 'program'
      readonly programs: readonly ProgramSource[]
      readonly protocol: Protocol
      /** In place of the protocol's words: what it is called with, before a test's flags. */
      readonly args?: readonly string[]
      /** Whether it finds what was submitted in `submission`, and what its run used in `run.json`. */
      readonly isTold?: boolean
    }
  | {
      readonly kind: 'function'
      readonly check: (texts: ComparedTexts) => FunctionVerdict | Promise<FunctionVerdict>
    }
