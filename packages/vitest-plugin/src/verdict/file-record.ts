import { taskCountMax, type SentResult, type SentTask } from '../firewall/tasks.ts'
import type { TaskUpdate } from '../firewall/firewall.ts'
import type { SandboxViolation } from './violation.ts'

interface TestRecord {
  readonly id: string
  readonly name: string
  readonly suites: readonly string[]
  readonly mode: string
  result: SentResult | undefined
  meta: Record<string, unknown>
  /** What came of it, where it ended. */
  ended: SentResult | undefined
  isPrepared: boolean
  isFinished: boolean
}

/** A pack of an update. */
export type Pack = TaskUpdate['packs'][number]
type Event = TaskUpdate['events'][number]

/**
 * What the host knows of a file that runs: its tests, how far they are, and which of them the sandbox failed. What a worker
 * says of them passes through here, so that what the sandbox found is in it.
 */
export class FileRecord {
  readonly id: string
  readonly #tests = new Map<string, TestRecord>()
  readonly #suites = new Map<
    string,
    { result: SentResult | undefined; meta: Record<string, unknown>; isOpen: boolean }
  >()
  readonly #violations = new Map<string, SandboxViolation[]>()
  /** Those with tests in them that failed on the sandbox's account. */
  readonly #failed = new Set<string>()
  /** When each test ran, by its worker's clock. */
  readonly #intervals = new Map<string, { readonly fromMs: number; toMs: number }>()
  isQueued = false
  isCollected = false
  /** The file's own last pack, and its events, held back until its usage is known. */
  held: { readonly pack: Pack; readonly events: readonly Event[] } | undefined

  constructor(id: string) {
    this.id = id
  }

  collected(file: SentTask): void {
    this.isCollected = true
    const visit = (task: SentTask, suites: readonly string[]): void => {
      if (task.type === 'suite') {
        this.#suites.set(task.id, { result: task.result, meta: task.meta ?? {}, isOpen: false })
        for (const child of task.tasks ?? []) visit(child, [...suites, task.id])
        return
      }
      this.#tests.set(task.id, {
        ...{
          id: task.id,
          name: typeof task['fullTestName'] === 'string' ? task['fullTestName'] : task.name,
          suites,
          mode: String(task['mode']),
        },
        ...{ result: task.result, meta: task.meta ?? {}, ended: undefined, isPrepared: false, isFinished: false },
      })
    }
    visit(file, [])
  }

  /** A test begins or ends, at a time of the worker's; with what came of it, which Vitest may not have been told yet. */
  test(id: string, isRunning: boolean, atMs: number, result?: SentResult): void {
    const test = this.#tests.get(id)
    if (test !== undefined && result !== undefined) test.ended = result
    const interval = this.#intervals.get(id)
    if (!isRunning) {
      if (interval?.toMs === Infinity) interval.toMs = atMs
    } else if (interval !== undefined || this.#intervals.size < taskCountMax)
      this.#intervals.set(id, { fromMs: atMs, toMs: Infinity })
  }

  /** Tests that run now. */
  get running(): readonly string[] {
    return [...this.#intervals].filter(([, { toMs }]) => toMs === Infinity).map(([id]) => id)
  }

  /** The names of tests. */
  names(ids: readonly string[]): readonly string[] {
    return ids.map((id) => this.#tests.get(id)?.name ?? id)
  }

  /** The only test that ran at a time; the file where there was none, or more than one. */
  at(atMs: number): string {
    const running = [...this.#intervals].filter(
      ([, { fromMs, toMs }]) => fromMs - slackMs <= atMs && atMs <= toMs + slackMs,
    )
    const exact = running.filter(([, { fromMs, toMs }]) => fromMs <= atMs && atMs <= toMs)
    const [only, other] = exact.length > 0 ? exact : running
    return only !== undefined && other === undefined ? only[0] : this.id
  }

  /** Has a test, or the file itself, fail with `violation`. */
  fail(id: string | undefined, violation: SandboxViolation): void {
    const owner = id !== undefined && this.#tests.has(id) ? id : this.id
    const all = this.#violations.get(owner) ?? []
    if (all.some(({ message }) => message === violation.message)) return
    this.#violations.set(owner, [...all, violation])
    for (const suite of this.#tests.get(owner)?.suites ?? []) this.#failed.add(suite)
  }

  /** Takes in what changed, and gives what Vitest is told of it now. */
  updated({ packs, events }: TaskUpdate): TaskUpdate {
    const isOwn = ([id, event]: Event): boolean => id === this.id && endings.has(event)
    const ownEvents = events.filter(isOwn)
    const own = packs.find(([id]) => id === this.id)
    const isOver = ownEvents.length > 0 && own !== undefined
    if (isOver) this.held = { pack: own, events: ownEvents }
    for (const pack of packs) this.#remember(pack)
    for (const [id, event] of events) this.#follow(id, event)
    return {
      packs: packs.filter((pack) => !(isOver && pack === own)).map((pack) => this.#judged(pack)),
      events: events.filter((event) => !isOwn(event)),
    }
  }

  /** What is left to be told of a file that ended, `usage` in its meta. */
  finished(usage: unknown, testUsage: unknown): TaskUpdate {
    const pack = this.held?.pack ?? [this.id, this.#suites.get(this.id)?.result ?? { state: 'pass' }, {}]
    const [id, result, meta] = this.#judged(pack)
    const tests = [...this.#tests.values()].filter((test) => test.result !== undefined)
    return {
      packs: [
        ...tests.map((test) =>
          this.#judged([test.id, test.result, { ...test.meta, sandbox: { ...sandboxOf(test.meta), file: testUsage } }]),
        ),
        ...this.#failedSuites(),
        [id, result, { ...meta, sandbox: usage }],
      ],
      events: this.held?.events ?? [[this.id, 'suite-finished', undefined]],
    }
  }

  /**
   * Ends a file whose worker is gone: tests that ran fail with `violation`, those that did not are skipped, those that
   * had ended keep their results.
   */
  cutShort(violation: SandboxViolation, usage: unknown, testUsage: unknown): TaskUpdate {
    const running = new Set(this.running)
    for (const id of running.size > 0 ? running : [this.id]) this.fail(id, violation)
    const [packs, events]: [Pack[], Event[]] = [[], []]
    for (const test of this.#tests.values()) {
      if (test.isFinished || test.mode === 'skip' || test.mode === 'todo') continue
      const isRunning = running.has(test.id) || (this.#violations.has(test.id) && test.ended === undefined)
      const note = `not run: ${violation.message}`
      test.result = isRunning
        ? { ...times, ...test.result, state: 'fail' }
        : (test.ended ?? { ...times, state: 'skip', note })
      packs.push(this.#judged([test.id, test.result, test.meta]))
      if (!test.isPrepared) events.push([test.id, 'test-prepare', undefined])
      events.push([test.id, 'test-finished', undefined])
    }
    for (const [id, suite] of [...this.#suites].slice().sort(([a], [b]) => b.length - a.length)) {
      if (id === this.id) continue
      if (suite.isOpen) events.push([id, 'suite-finished', undefined])
      if (suite.result === undefined || suite.isOpen)
        packs.push(this.#judged([id, { ...suite.result, state: 'pass' }, suite.meta]))
    }
    const isStarted = this.#suites.get(this.id)?.isOpen === true
    this.held = {
      pack: [
        this.id,
        { ...times, ...this.#suites.get(this.id)?.result, state: 'fail' },
        this.#suites.get(this.id)?.meta ?? {},
      ],
      events: [[this.id, isStarted ? 'suite-finished' : 'suite-failed-early', undefined]],
    }
    const last = this.finished(usage, testUsage)
    return { packs: [...packs, ...last.packs], events: [...events, ...last.events] }
  }

  /** Whether its tests are known, and nothing was said of its end: Vitest's runner says so of each file that has been collected. */
  get isUnfinished(): boolean {
    return this.isCollected && this.held === undefined
  }

  /** Whether anything in it failed on the sandbox's account. */
  get hasViolations(): boolean {
    return this.#violations.size > 0
  }

  /** All of them, with their tests' names. */
  get violations(): readonly { readonly test: string | undefined; readonly violation: SandboxViolation }[] {
    return [...this.#violations].flatMap(([id, all]) =>
      all.map((violation) => ({ test: this.#tests.get(id)?.name, violation })),
    )
  }

  #remember([id, result, meta]: Pack): void {
    const record = this.#tests.get(id) ?? this.#suites.get(id)
    if (record === undefined) return
    record.result = result
    record.meta = meta
  }

  #follow(id: string, event: string): void {
    const test = this.#tests.get(id)
    if (test !== undefined) {
      if (event === 'test-prepare') test.isPrepared = true
      if (event === 'test-finished') test.isFinished = true
    }
    const suite = this.#suites.get(id)
    if (suite !== undefined && event === 'suite-prepare') suite.isOpen = true
    if (suite !== undefined && event === 'suite-finished') suite.isOpen = false
  }

  /** A pack with what the sandbox found; a suite fails with its tests. */
  #judged([id, result, meta]: Pack): Pack {
    const own = this.#violations.get(id)
    const isFailed = own !== undefined || this.#failed.has(id) || (id === this.id && this.hasViolations)
    // While it still runs, what was refused waits for its end.
    if (!isFailed || (this.#tests.has(id) && result?.state === 'run') || result === undefined) return [id, result, meta]
    const errors = [...(Array.isArray(result.errors) ? (result.errors as unknown[]) : []), ...(own ?? [])]
    const attempts = attemptsOf(result, own ?? [])
    return [
      id,
      { ...result, ...attempts, state: 'fail', ...(errors.length === 0 ? {} : { errors: errors.map(copied) }) },
      meta,
    ]
  }

  #failedSuites(): readonly Pack[] {
    return [...this.#suites]
      .filter(
        ([id, { result }]) => id !== this.id && result !== undefined && result.state !== 'fail' && this.#failed.has(id),
      )
      .map(([id, { result, meta }]) => this.#judged([id, result, meta]))
  }
}

/** What it takes the kernel to note a call. */
const slackMs = 2

const endings: ReadonlySet<string> = new Set(['suite-finished', 'suite-failed-early'])
const times = { startTime: 0, duration: 0 } as const

/** Vitest 5 prints the errors of each attempt; what the sandbox found is the last one's. */
function attemptsOf(result: SentResult, errors: readonly SandboxViolation[]): object {
  const { attempts } = result
  const last: unknown = Array.isArray(attempts) ? attempts.at(-1) : undefined
  if (!Array.isArray(attempts) || typeof last !== 'object' || last === null || errors.length === 0) return {}
  const { errors: own } = last as SentResult
  const all = [...(Array.isArray(own) ? (own as unknown[]) : []), ...errors]
  return { attempts: [...(attempts.slice(0, -1) as unknown[]), { ...last, state: 'fail', errors: all.map(copied) }] }
}

function sandboxOf(meta: Record<string, unknown>): object {
  return typeof meta['sandbox'] === 'object' && meta['sandbox'] !== null ? meta['sandbox'] : {}
}

/** Vitest adds to the errors that it is told of. */
function copied(error: unknown): unknown {
  return typeof error === 'object' && error !== null ? { ...error } : error
}
