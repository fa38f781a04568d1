import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { SandboxError, type SandboxErrorCode } from '@mayfly/sandbox'
import { refusal } from '../refusal.ts'
import type { UnpackProgress } from '../unpack/tally.ts'
import type { Job, Unpacked, WorkerMessage } from './job.ts'

/** An archive that takes more of it to read than this is refused. */
const heapMiB = 2048

/** What somebody who waits for a job gives. */
export interface Waiting {
  readonly signal?: AbortSignal | undefined
  readonly onProgress?: ((progress: UnpackProgress) => void) | undefined
}

/** Unpacks in a thread of its own, which neither blocks this one nor takes it along when it runs out of memory. */
export async function runJob(job: Job, { signal, onProgress }: Waiting): Promise<Unpacked> {
  signal?.throwIfAborted()
  // As this file: the source where it is run as it stands, else what was built of it.
  const program = new URL(import.meta.url.endsWith('.ts') ? 'worker.ts' : 'worker.js', import.meta.url)
  const worker = new Worker(program, { workerData: job, resourceLimits: { maxOldGenerationSizeMb: heapMiB } })
  const told: WorkerMessage[] = []
  worker.on('message', (message: WorkerMessage) => {
    if (message.kind === 'progress') onProgress?.(message.progress)
    else told.push(message)
  })
  const abort = (): void => void worker.terminate()
  signal?.addEventListener('abort', abort)
  try {
    await once(worker, 'exit')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_WORKER_OUT_OF_MEMORY') throw error
    throw refusal('take little memory to unpack', 'one that takes too much', error)
  } finally {
    signal?.removeEventListener('abort', abort)
  }
  signal?.throwIfAborted()
  return resultOf(told[0])
}

function resultOf(message: WorkerMessage | undefined): Unpacked {
  if (message?.kind === 'done') return message.unpacked
  if (message?.kind !== 'failed')
    throw new SandboxError('CONTAINER_FAILED', 'the thread that unpacks an image ended early')
  const { code, errno, message: text } = message
  if (code !== undefined) throw new SandboxError(code as SandboxErrorCode, text)
  throw new SandboxError('CONTAINER_FAILED', `an image cannot be unpacked: ${text}`, { errno })
}
