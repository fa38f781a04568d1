import type { RefusedWith, ReportedCall } from './policy.ts'

/** What the kernel is told to do about system calls, and what is done about those that it hands on. */
export interface Filter {
  /** An array of `struct sock_filter`. */
  readonly program: Uint8Array
  /** The same without notifications, for hosts that refuse them; empty where there are no rules. */
  readonly plainProgram: Uint8Array
  /** What is done about the calls of which the program notifies. */
  readonly rules: readonly NotifyRule[]
  /** Kinds of them that are told apart in one run. */
  readonly violationMax: number
}

/** Kinds of calls that can be told apart in one run, at most. */
export const violationsMax = 512

/** A policy as the supervisor takes it, and what is needed to make words of what it tells. */
export interface CompiledPolicy {
  readonly filter: Filter
  /** The call of a number, as far as it may be told of. */
  readonly callOf: (number: number) => ReportedCall | undefined
}

/** What becomes of a call that is told of. */
export type NotifyAnswer = RefusedWith | 'continue' | 'kill'

/** What is done about a call. */
export interface NotifyRule {
  /** Its number, or every one that no other rule names. */
  readonly call: number | 'any'
  readonly answer: NotifyAnswer
  /** The arguments that tell kinds apart, from 0. */
  readonly keptArguments: readonly number[]
  /** The arguments that point at something that is read, two at most. */
  readonly read: readonly { readonly argument: number; readonly as: 'string' | 'address' }[]
}
