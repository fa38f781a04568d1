import { EventEmitter } from 'node:events'
import { open } from 'node:fs/promises'
import { SandboxError } from '@mayfly/sandbox'
import type { PoolOptions, PoolWorker, WorkerRequest } from 'vitest/node'
import { inOurWords } from '../options/limits.ts'
import { violation } from '../verdict/violation.ts'
import { optionsOfFile } from '../options/of-file.ts'
import type { ResolvedFileOptions } from '../options/options.ts'
import { FileRun, type RunRequest, type StartRequest } from './file-run.ts'
import type { Guest } from './guest.ts'
import type { ProjectSandbox } from './project-sandbox.ts'
import { ToVitest } from './to-vitest.ts'
import { failUnstarted } from './unknown-file.ts'

/** The name of the pool. */
export const poolName = 'sandbox'

/** As far as the comments at the top of a file may be. */
const headBytes = 64 * 1024

/**
 * What Vitest takes for a worker. Which file it gets, and so what it may use, is known only with the request to run it: until
 * then a worker that was loaded ahead waits in its container.
 */
export class SandboxPoolWorker implements PoolWorker {
  readonly name = poolName
  readonly cacheFs = true
  readonly #pool: PoolOptions
  readonly #project: ProjectSandbox
  readonly #emitter = new EventEmitter()
  readonly #vitest = new ToVitest((message) => this.#emitter.emit('message', message))
  #start: StartRequest | undefined
  #spare: Promise<Guest | undefined> | undefined
  #guest: Guest | undefined
  #run: FileRun | undefined
  #stopped: unknown

  constructor(pool: PoolOptions, project: ProjectSandbox) {
    this.#pool = pool
    this.#project = project
  }

  on(event: string, callback: (...args: unknown[]) => void): void {
    this.#emitter.on(event, callback)
  }

  off(event: string, callback: (...args: unknown[]) => void): void {
    this.#emitter.off(event, callback)
  }

  deserialize(data: unknown): unknown {
    return data
  }

  async start(): Promise<void> {
    this.#spare = this.#project.spare()
    this.#spare.catch(() => {})
  }

  send(message: WorkerRequest): void {
    if (this.#vitest.answered(message)) return
    if (!('__vitest_worker_request__' in message)) this.#run?.send(message)
    else if (message.type === 'start') this.#begin(message)
    else if (message.type === 'run' || message.type === 'collect') void this.#execute(message)
    else if (message.type === 'stop') this.#emit('stopped', this.#stopped)
  }

  /** Vitest is done with it, or gives it up: nothing of it is left. */
  async stop(): Promise<void> {
    this.#vitest.close()
    const guest = this.#guest ?? (await this.#spare?.catch(() => undefined))
    guest?.kill()
    await guest?.ended.catch(() => {})
  }

  #begin(message: StartRequest): void {
    this.#start = message
    // Events of Vitest's own are not told while it still sends.
    setImmediate(() => this.#emit('started', undefined))
  }

  async #execute(request: RunRequest): Promise<void> {
    try {
      if (this.#start === undefined) throw new Error('the worker was not started')
      const options = await this.#optionsOf(request)
      this.#guest = await this.#guestFor(options)
      await using inspector = await this.#project.inspector(this.#guest, options)
      this.#run = new FileRun(this.#project, this.#pool, request, options, this.#guest, this.#vitest)
      const { finished, stopped } = await this.#run.run(inspector?.told(this.#start) ?? this.#start)
      this.#stopped = stopped.error
      this.#emitter.emit('message', finished)
    } catch (error) {
      await this.#fail(request, error instanceof Error ? error : new Error(String(error)))
    }
  }

  async #fail(request: RunRequest, error: Error): Promise<void> {
    const path = request.context.files[0]?.filepath
    if (!(error instanceof SandboxError) || path === undefined || request.type === 'collect') {
      this.#emitter.emit('error', error)
      return
    }
    const { name, project } = { name: this.#project.nameOf(path), project: this.#project.project }
    const own = { id: project.createSpecification(path).taskId, path, projectName: project.name, pool: poolName }
    await failUnstarted(this.#vitest, own, name, violation('start', inOurWords(error.message)))
    this.#emitter.emit('message', { __vitest_worker_response__: true, type: 'testfileFinished' })
  }

  async #optionsOf(request: RunRequest): Promise<ResolvedFileOptions> {
    const [file] = request.context.files
    if (file === undefined || request.context.files.length > 1) throw new Error('a worker runs one file')
    const { root } = this.#project.project.config
    return optionsOfFile(this.#project.options, {
      ...{ root, path: file.filepath, head: await headOf(file.filepath), tags: file.fileTags ?? [] },
    })
  }

  async #guestFor(options: ResolvedFileOptions): Promise<Guest> {
    const spare = await this.#spare
    if (spare !== undefined && this.#project.fits(options)) return spare
    spare?.kill()
    return this.#project.cold(this.#pool, options)
  }

  #emit(type: 'started' | 'stopped', error: unknown): void {
    this.#emitter.emit('message', { __vitest_worker_response__: true, type, ...(error === undefined ? {} : { error }) })
  }
}

async function headOf(path: string): Promise<string> {
  await using file = await open(path)
  const { buffer, bytesRead } = await file.read(Buffer.alloc(headBytes), 0, headBytes, 0)
  return buffer.subarray(0, bytesRead).toString('utf8')
}
