/** What a refused call returns. */
export type RefusedWith = 'EPERM' | 'ENOSYS'

/** Which system calls a command may make, as data; `compilePolicy` turns it into a filter. */
export interface Policy {
  /** What calls return that the policy does not name, numbers newer than the filter included. */
  readonly unnamed: RefusedWith
  /** Calls that are allowed whatever their arguments. A name that the installed libseccomp does not know is left out. */
  readonly allow: readonly string[]
  /** Calls that are refused by name. */
  readonly refuse: Readonly<Partial<Record<RefusedWith, readonly string[]>>>
  /** Calls that are allowed by one of their arguments. Each may stand here once. */
  readonly conditional: readonly ConditionalCall[]
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
