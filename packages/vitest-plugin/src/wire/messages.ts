/** What guest and host say to each other beside Vitest's own messages; `mayfly` tells these from those. */

/** From the guest. All of it is only what a worker says of itself. */
export type GuestMessage =
  | { readonly mayfly: 'ready'; readonly mark: TimeMark }
  | {
      readonly mayfly: 'test'
      readonly id: string
      readonly isRunning: boolean
      readonly atMs: number
      readonly result?: unknown
    }
  | ({ readonly mayfly: 'refusal' } & Refusal)
  | { readonly mayfly: 'call'; readonly call: number; readonly method: string; readonly args: readonly unknown[] }

/** A call that a worker made while it was loaded: how the kernel's list has it, and when it was by the worker's clock. */
export interface TimeMark {
  readonly detail: string
  readonly atMs: number
  /** What came before was not a test's. */
  readonly untilMs: number
}

/** Something that the worker saw refused, where it was tried. */
export interface Refusal {
  readonly kind: RefusalKind
  /** What was tried, such as `connect` or `writeFile`, ... */
  readonly action: string
  /** ... and at what: an address, a host's name, a path. */
  readonly target: string
  readonly code: string
  /** The test that was running, where it was only one. */
  readonly testId?: string | undefined
  readonly stack: string
  readonly atMs: number
}

/** What a refusal is about, and so which option would allow it. */
export const refusalKinds = ['network', 'lookup', 'write', 'call'] as const
type RefusalKind = (typeof refusalKinds)[number]

/** From the host. */
export type HostMessage =
  | { readonly mayfly: 'reply'; readonly call: number; readonly error?: string }
  | { readonly mayfly: 'begin' }

/** What the worker is started with, as JSON in this variable, which it takes away before anything else runs. */
export const bootVariable = 'MAYFLY_VITEST_WORKER'

/** Where the descriptor of a channel stands. */
export const channelVariables = { rpc: 'MAYFLY_CHANNEL_RPC', inspect: 'MAYFLY_CHANNEL_INSPECT' } as const

export interface Boot {
  /** Vitest's own files, of the Vitest that the project has. */
  readonly distPath: string
  /** Node's compile cache, read-only; none with precise coverage. */
  readonly compileCache?: string | undefined
  /** A debugger may come, over the channel `inspect`. */
  readonly inspects: boolean
}

/** A file that leaves or enters the container inside a message, in place of its path. */
export interface FileInMessage {
  readonly mayflyFile: Uint8Array
  readonly name: string
}

/** Whether `value` is one. */
export function isFileInMessage(value: unknown): value is FileInMessage {
  if (typeof value !== 'object' || value === null) return false
  const { mayflyFile, name } = value as Partial<FileInMessage>
  return mayflyFile instanceof Uint8Array && typeof name === 'string'
}

/** Signals with which a worker marks the time: they do nothing to whoever may be sent them. */
export const markSignals = [
  [0, '0'],
  ['SIGURG', 'SIGURG'],
  ['SIGWINCH', 'SIGWINCH'],
  ['SIGCONT', 'SIGCONT'],
] as const
