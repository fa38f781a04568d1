import { join } from 'node:path'
import type { Limits, RunResult } from '@mayfly/sandbox'
import type { PoolOptions, WorkerRequest } from 'vitest/node'
import { sendable, visibleModules, withCode } from '../firewall/answers.ts'
import { printable } from '../firewall/errors.ts'
import { FilesOut } from '../firewall/files-out.ts'
import {
  checkCall,
  readCall,
  readUpdate,
  type FirewallParts,
  type TaskUpdate,
  type WorkerCall,
} from '../firewall/firewall.ts'
import { Refused } from '../firewall/refused.ts'
import { cleanResult, type SentTask } from '../firewall/tasks.ts'
import { requireWhole } from '../firewall/whole.ts'
import type { ResolvedFileOptions } from '../options/options.ts'
import { FileRecord, type Pack } from '../verdict/file-record.ts'
import { Judge } from '../verdict/judge.ts'
import { endViolation, violation, type SandboxViolation } from '../verdict/violation.ts'
import type { FrameError } from '../wire/frames.ts'
import type { GuestMessage } from '../wire/messages.ts'
import type { Guest, GuestListener } from './guest.ts'
import type { ProjectSandbox } from './project-sandbox.ts'
import type { ToVitest } from './to-vitest.ts'
import { makeKnown } from './unknown-file.ts'

/** A request of Vitest's to run a file, or to collect its tests. */
export type RunRequest = Extract<WorkerRequest, { type: 'run' | 'collect' }>
export type StartRequest = Extract<WorkerRequest, { type: 'start' }>

/** What a worker answers to a request. */
interface WorkerAnswer {
  readonly __vitest_worker_response__: true
  readonly type: string
  readonly error?: unknown
}

const pendingMax = 10_000

/** A file in its container, from the request to the answer: what its worker says goes through the firewall here. */
export class FileRun implements GuestListener {
  readonly #project: ProjectSandbox
  readonly #pool: PoolOptions
  readonly #request: RunRequest
  readonly #options: ResolvedFileOptions
  readonly #guest: Guest
  readonly #vitest: ToVitest
  readonly #record: FileRecord
  readonly #parts: FirewallParts
  readonly #judge: Judge
  readonly #pending = new Set<Promise<void>>()
  readonly #answers = new Map<string, (answer: WorkerAnswer) => void>()
  #broken: SandboxViolation | undefined
  #isOver = false

  constructor(
    project: ProjectSandbox,
    pool: PoolOptions,
    request: RunRequest,
    options: ResolvedFileOptions,
    guest: Guest,
    vitest: ToVitest,
  ) {
    this.#project = project
    this.#pool = pool
    this.#request = request
    this.#options = options
    this.#guest = guest
    this.#vitest = vitest
    const path = request.context.files[0]?.filepath ?? ''
    const { taskId } = project.project.createSpecification(path)
    this.#record = new FileRecord(taskId)
    this.#judge = new Judge(options, this.#record, project.paths)
    const directory = join(project.directory, 'attachments', taskId)
    this.#parts = {
      file: { id: taskId, path, projectName: pool.project.name, pool: 'sandbox' },
      paths: project.paths,
      modules: project.modules,
      filesOut: new FilesOut(project.project, project.paths, { path, snapshots: project.options.snapshots, directory }),
      mayBail: (project.project.config.bail ?? 0) > 0,
    }
  }

  /** Runs it; settles with what the worker said at its end, once Vitest has been told of everything. */
  async run(start: StartRequest): Promise<{ readonly finished: WorkerAnswer; readonly stopped: WorkerAnswer }> {
    await this.#guest.ready
    if (this.#project.renews) this.#guest.renew(renewable(this.#project.limitsOf(this.#options.limits)))
    this.#guest.attach(this)
    const started = await this.#ask('started', start)
    const finished =
      started.error === undefined
        ? await this.#ask('testfileFinished', this.#request)
        : answer('testfileFinished', started.error)
    // One that is at something else than it says would answer when it likes.
    const isCut = this.#request.type === 'run' && this.#record.isUnfinished
    const stopped = isCut ? gone : await this.#ask('stopped', { __vitest_worker_request__: true, type: 'stop' })
    this.#isOver = true
    this.#guest.kill()
    const result = await this.#guest.ended
    await Promise.all(this.#pending)
    if (started.error instanceof Error)
      this.#broken ??= violation('start', `the worker did not start: ${started.error.message}`)
    if (this.#request.type === 'run') await this.#tell(result, finished !== gone)
    if (finished === gone && this.#request.type === 'collect')
      return { finished: answer('testfileFinished', { ...endViolation(result, []) }), stopped: gone }
    return {
      finished: finished === gone ? answer('testfileFinished') : finished,
      stopped: stopped === gone ? answer('stopped') : stopped,
    }
  }

  /** What Vitest says to its worker: answers, and that the run is cancelled. */
  send(message: unknown): void {
    if (!this.#isOver) this.#guest.send(message)
  }

  message(message: object): void {
    if (this.#pending.size > pendingMax) return this.#break('more calls at once than a worker has use for')
    try {
      requireWhole(message)
      if ('mayfly' in message) return this.#own(message as GuestMessage)
      if ('__vitest_worker_response__' in message) return this.#answered(message as WorkerAnswer)
    } catch (error) {
      return this.#break((error as Error).message)
    }
    const task = this.#call(message).finally(() => this.#pending.delete(task))
    this.#pending.add(task)
  }

  output(stream: 'stdout' | 'stderr', bytes: Uint8Array): void {
    const { logger } = this.#project.project.vitest
    const to = stream === 'stdout' ? logger.outputStream : logger.errorStream
    to.write(bytes)
  }

  broke(error: FrameError): void {
    this.#break(error.message)
  }

  #break(what: string): void {
    this.#broken ??= violation('protocol', `the worker broke the rules of its channel: ${what}`)
    this.#guest.kill()
  }

  /** Settles with the worker's answer, or with `gone` where it ends without one. */
  async #ask(type: string, message: object): Promise<WorkerAnswer> {
    const answered = new Promise<WorkerAnswer>((resolve) => this.#answers.set(type, resolve))
    const ended = this.#guest.ended.then(
      () => gone,
      () => gone,
    )
    this.#guest.send(message)
    return Promise.race([answered, ended])
  }

  #answered(message: WorkerAnswer): void {
    const resolve = this.#answers.get(message.type)
    this.#answers.delete(message.type)
    resolve?.(answer(message.type, printable(message.error, this.#parts.paths)))
  }

  #own(message: GuestMessage): void {
    if (message.mayfly === 'test') this.#test(message)
    else if (message.mayfly === 'refusal') this.#judge.refused(message)
    else if (message.mayfly === 'call') this.#callOwn(message)
  }

  #test({ id, isRunning, atMs, result }: Extract<GuestMessage, { mayfly: 'test' }>): void {
    if (typeof id !== 'string' || !id.startsWith(`${this.#record.id}_`) || !Number.isFinite(atMs)) return
    const ended = typeof result === 'object' && result !== null ? cleanResult(result, this.#parts.paths) : undefined
    this.#record.test(id, isRunning, atMs, ended)
  }

  #callOwn({ call, method, args }: Extract<GuestMessage, { mayfly: 'call' }>): void {
    const { filesOut } = this.#parts
    const given: readonly unknown[] = Array.isArray(args) ? args : []
    const [path, content] = given
    const work = async (): Promise<void> => {
      if (method === 'saveSnapshot') await filesOut.saveSnapshot(path, content)
      else if (method === 'removeSnapshot') await filesOut.removeSnapshot(path)
      else throw new Refused('a call', method)
    }
    const task = work()
      .then(
        () => this.send({ mayfly: 'reply', call }),
        (error: unknown) => this.send({ mayfly: 'reply', call, error: (error as Error).message }),
      )
      .finally(() => this.#pending.delete(task))
    this.#pending.add(task)
  }

  async #call(message: object): Promise<void> {
    let call: WorkerCall
    try {
      call = readCall(message)
    } catch (error) {
      return this.#break((error as Error).message)
    }
    try {
      const result = await this.#checked(call)
      if (call.i !== undefined) this.send({ t: 's', i: call.i, r: result })
    } catch (error) {
      if (call.i !== undefined) this.send({ t: 's', i: call.i, e: sendable(error) })
    }
  }

  async #checked(call: WorkerCall): Promise<unknown> {
    if (call.m === 'onTaskUpdate') return this.#update(readUpdate(call.a[0], call.a[1], this.#parts))
    const verdict = await checkCall(call, this.#parts)
    if ('answer' in verdict) return verdict.answer
    if (call.m === 'onQueued') this.#record.isQueued = true
    if (call.m === 'onCollected')
      for (const file of verdict.pass[0] as readonly SentTask[]) this.#record.collected(file)
    const result = await this.#vitest.ask(call.m, verdict.pass)
    if (call.m === 'fetch') {
      this.#parts.modules.checkAnswer(result)
      return withCode(result, this.#parts.paths)
    }
    if (call.m === 'fetchWarmModules') return visibleModules(result, this.#parts.modules)
    return call.m === 'prewarmModuleGraph' ? undefined : result
  }

  async #update(update: TaskUpdate): Promise<void> {
    if (this.#request.type === 'collect')
      return this.#vitest.ask('onTaskUpdate', [update.packs, update.events]) as Promise<void>
    const { packs, events } = this.#record.updated(update)
    if (packs.length > 0 || events.length > 0) await this.#vitest.ask('onTaskUpdate', [packs, events])
  }

  /** Tells Vitest what was held back, and what the end showed. */
  async #tell(result: RunResult, isFinished: boolean): Promise<void> {
    const { path } = this.#parts.file
    const usage = this.#judge.atEnd(result, this.#guest.mark, isFinished)
    const handling = this.#options.violations
    this.#project.report.add({ project: this.#pool.project.name, path, usage, handling })
    const { refused: _, ...testUsage } = usage
    const running = this.#record.names(this.#record.running)
    if (isFinished && this.#record.isUnfinished)
      this.#broken ??= violation('protocol', 'the worker said that it was done before its tests were')
    const isWhole = isFinished && this.#record.isCollected && !this.#record.isUnfinished
    if (!isWhole) await makeKnown(this.#vitest, this.#parts.file, this.#project.nameOf(path), this.#record)
    const cut = this.#broken ?? endViolation(result, running)
    const { packs, events } = isWhole
      ? this.#record.finished(usage, testUsage)
      : this.#record.cutShort(cut, usage, testUsage)
    await this.#vitest
      .ask('onTaskUpdate', [packs, events])
      // It fails for what a source map says, in a file that a stack names.
      .catch(async () => this.#vitest.ask('onTaskUpdate', [packs.map(withoutStacks), events]))
  }
}

const gone: WorkerAnswer = { __vitest_worker_response__: true, type: 'gone' }

function answer(type: string, error?: unknown): WorkerAnswer {
  return { __vitest_worker_response__: true, type, ...(error === undefined ? {} : { error }) }
}

function withoutStacks([id, result, meta]: Pack): Pack {
  if (!Array.isArray(result?.errors)) return [id, result, meta]
  return [id, { ...result, errors: result.errors.map((error: object) => ({ ...error, stack: '', stacks: [] })) }, meta]
}

/** Those of the limits that a worker which runs can be given. */
function renewable(limits: Partial<Limits>): Partial<Limits> {
  const { diskBytes: _d, inodeCount: _i, fileBytes: _f, openFileCount: _o, stackBytes: _s, ...others } = limits
  return others
}
