import type { Command, ConnectResult, Limits, RunResult, Sandbox, Stage } from '@mayfly/sandbox'
import { SandboxError } from '@mayfly/sandbox'
import type { InstalledLanguages } from '../languages/installed.ts'
import type { Language } from '../languages/language.ts'
import type { CompileCache } from './compile-cache.ts'
import type { Gate, Share } from './gate.ts'
import type { CpuPressure } from './pressure.ts'

/** What all jobs of a grader share. */
export interface Workshop {
  readonly sandbox: Sandbox
  readonly gate: Gate
  readonly pressure: CpuPressure
  readonly languages: readonly Language[]
  readonly installed: InstalledLanguages
  readonly cache: CompileCache
  readonly image: string
  /** Whether what a compiler made can stay where it is, as a layer; found out by trying. */
  readonly layers: { supported: boolean }
  /** Within how much of a time limit a verdict about time is not trusted at once. Default 0.1. */
  readonly nearLimit: number
  /** Above which share of waiting for processors it is not trusted either. Default 0.5. */
  readonly pressureMax: number
  /** Ends what is run here, for one job only. */
  readonly signal?: AbortSignal | undefined
}

/** For work that others wait for too: it goes on when who asked first does not want it any more. */
export function forEveryone<Kind extends Workshop>(workshop: Kind): Kind {
  return workshop.signal === undefined ? workshop : { ...workshop, signal: undefined }
}

/** What a run failed at that is not the submission's fault; tried once more before it becomes a verdict. */
export interface RunFailure {
  readonly infrastructure: string
}

/** A program that is not there, or is none: the fault of who wrote it. */
export interface StartFailure {
  readonly cannotStart: string
  /** Whose, of two that were to be connected. */
  readonly side?: 'left' | 'right' | undefined
}

const transcriptBytes = 64 * 1024

/** Kinds of failure in which another try may help. */
const worthAnotherTry: ReadonlySet<string> = new Set(['CONTAINER_FAILED'])

/** Kinds of failure that end the whole job and not only one test. */
const fatal: ReadonlySet<string> = new Set(['SANDBOX_CLOSED', 'SUPERVISOR_DIED', 'INVALID_OPTION', 'UNSUPPORTED_HOST'])

/** Runs a command when there is room for it. */
export async function runWithin(
  workshop: Workshop,
  command: Command,
  limits: Partial<Limits>,
  { freeze = false, alone = false }: { readonly freeze?: boolean; readonly alone?: boolean } = {},
): Promise<RunResult | RunFailure | StartFailure> {
  const { signal } = workshop
  const full: Share = { cores: limits.cpus ?? 1, memoryBytes: limits.memoryBytes ?? 0, alone, signal }
  const options = signal === undefined ? { freeze } : { freeze, signal }
  return tried(signal, async () =>
    workshop.gate.within(full, async () => workshop.sandbox.run(command, limits, options)),
  )
}

/** Lets two commands talk to each other when there is room for both; only one of them computes at a time, mostly. */
export async function connectWithin(
  workshop: Workshop,
  left: Stage,
  right: Stage,
  alone: boolean,
): Promise<ConnectResult | RunFailure | StartFailure> {
  const { signal } = workshop
  const memoryBytes = (left.limits?.memoryBytes ?? 0) + (right.limits?.memoryBytes ?? 0)
  const options = { transcriptBytes, ...(signal === undefined ? {} : { signal }) }
  return tried(signal, async () =>
    workshop.gate.within({ cores: 1, memoryBytes, alone, signal }, async () =>
      workshop.sandbox.connect(left, right, options),
    ),
  )
}

async function tried<Value>(
  signal: AbortSignal | undefined,
  run: () => Promise<Value>,
): Promise<Value | RunFailure | StartFailure> {
  for (let tries = 0; ; tries++) {
    try {
      return await run()
    } catch (error) {
      // Its reason may be an error of another job's sandbox: it says nothing of this run.
      signal?.throwIfAborted()
      if (!(error instanceof SandboxError) || fatal.has(error.code)) throw error
      if (error.code === 'COMMAND_NOT_FOUND' || error.code === 'COMMAND_NOT_EXECUTABLE')
        return { cannotStart: error.message, side: error.side }
      if (tries > 0 || !worthAnotherTry.has(error.code)) return { infrastructure: error.message }
    }
  }
}
