/** What a refused call returns. */
export type RefusedWith = 'EPERM' | 'ENOSYS'

/** Which system calls a command may make, as data; `definePolicy` makes one that differs from another. */
export interface Policy {
  /**
   * What calls return that the policy does not name, numbers newer than the filter included. With `'note'` they are
   * made instead, and told of: that is for learning what a trusted command needs, and no protection at all.
   */
  readonly unnamed: RefusedWith | 'note'
  /** Calls that are allowed whatever their arguments. A name that the installed libseccomp does not know is left out. */
  readonly allow: readonly string[]
  /** Calls that are refused by name. */
  readonly refuse: Readonly<Partial<Record<RefusedWith, readonly string[]>>>
  /** Calls that are allowed by one of their arguments. Each may stand here once. */
  readonly conditional: readonly ConditionalCall[]
  /** Calls that end the process that makes them, by SIGSYS; all of them are told of. Default: none. */
  readonly kill?: readonly string[]
  /**
   * Calls that a result's `violations` tell of: where they are refused, or, of those that are allowed, always. Default:
   * none.
   */
  readonly report?: readonly ReportedCall[]
}

/**
 * A call that depends on the low 32 bits of one argument, the bits that the kernel reads of an int: a filter that
 * compares all 64 is passed by setting the others (CVE-2019-10063).
 */
export interface ConditionalCall {
  readonly call: string
  /** Which argument, from 0. */
  readonly argument: number
  /** The bits of it that are looked at. */
  readonly mask: number
  /** What those bits are compared with. */
  readonly values: readonly number[]
  /** Whether it is allowed where the value is one of `values`, or where it is none of them. */
  readonly allowed: 'one of' | 'none of'
  readonly otherwise: RefusedWith
}

/** A call that is told of, and what is told of it. */
export interface ReportedCall {
  readonly call: string
  /** Of a call that is allowed: which ones. Default: all. */
  readonly when?: ReportCondition
  /** Its arguments in words, in this order. Default: none. */
  readonly words?: readonly ArgumentWord[]
}

/** A call whose argument is this number, by its low 32 bits, or any pointer but NULL. */
export interface ReportCondition {
  readonly argument: number
  readonly is: number | 'not null'
}

/** How an argument is told. At most two of a call's may be read from the caller's memory: strings and addresses. */
export interface ArgumentWord {
  readonly argument: number
  readonly as: WordKind
}

/** Every way to tell an argument: {@link ArgumentWord}. */
export const wordKinds = [
  ...(['string', 'address'] as const),
  ...(['number', 'hexadecimal', 'family', 'namespaces', 'signal', 'ptrace', 'terminal'] as const),
] as const

/** A way to tell an argument. */
export type WordKind = (typeof wordKinds)[number]

/** Those that are read from the caller's memory. */
export function isRead(kind: WordKind): kind is 'string' | 'address' {
  return kind === 'string' || kind === 'address'
}
