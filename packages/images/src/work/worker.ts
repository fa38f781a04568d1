import { parentPort, workerData } from 'node:worker_threads'
import { SandboxError } from '@mayfly/sandbox'
import type { Job, WorkerMessage } from './job.ts'
import { unpack } from './unpack.ts'

const port = parentPort
const say = (message: WorkerMessage): void => port?.postMessage(message)

try {
  say({ kind: 'done', unpacked: await unpack(workerData as Job, (progress) => say({ kind: 'progress', progress })) })
} catch (error) {
  const { message, code: errno } = error as NodeJS.ErrnoException
  const code = error instanceof SandboxError ? error.code : undefined
  say({ kind: 'failed', code, errno: code === undefined ? errno : undefined, message })
}
