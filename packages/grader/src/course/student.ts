import type { Duplex } from 'node:stream'
import type { Limits, RunningCommand, RunResult } from '@mayfly/sandbox'
import type { CostMeter } from '../judge/cost.ts'
import type { Job } from '../judge/job.ts'
import { linesOf } from './lines.ts'
import { javascriptLoader, valuesModule } from './javascript/library.ts'
import { pythonLoader } from './python.ts'

const lineBytesMax = 16 * 1024 * 1024

interface Loader {
  /** Its languages. */
  readonly languages: readonly string[]
  readonly files: Readonly<Record<string, string>>
  /** The one of its files that starts it. */
  readonly start: string
}

/** What answers calls, by how those who call write values down. */
const loaders: { readonly [Values in CallValues]: Loader } = {
  python: {
    languages: ['python3', 'pypy3'],
    files: { '.mayfly-loader.py': pythonLoader },
    start: '.mayfly-loader.py',
  },
  javascript: {
    languages: ['javascript', 'typescript'],
    files: { '.mayfly-loader.mjs': javascriptLoader, '.mayfly-values.mjs': valuesModule },
    start: '.mayfly-loader.mjs',
  },
}

/** How values are written down. */
type CallValues = 'python' | 'javascript'

/** What a function of the student's is called with: text, of which nothing is looked at here. */
export interface Call {
  readonly function: string
  readonly arguments: string
  readonly named: string
  /** How its values are written down. Default `'python'`. */
  readonly values?: CallValues
}

interface Loaded {
  readonly running: RunningCommand
  readonly channel: Duplex
  readonly replies: AsyncGenerator<string, void>
}

/** The student's code, loaded in a container of its own: it answers calls until it ends. */
export class StudentModule {
  readonly #job: Job
  readonly #entry: string
  readonly #limits: Partial<Limits>
  readonly #cost: CostMeter
  #loaded: Loaded | undefined

  constructor(job: Job, entry: string, limits: Partial<Limits>) {
    this.#job = job
    this.#entry = entry
    this.#limits = limits
    this.#cost = job.cost
  }

  /** Calls a function, with the limits of a test for this call alone. What it is answered is the student's own word. */
  async call(asked: Call): Promise<Readonly<Record<string, unknown>>> {
    const loader = loaders[asked.values ?? 'python']
    const { language } = this.#job.program
    if (!loader.languages.includes(language))
      return { error: `a submission in ${language} has no functions that these tests could call` }
    const fresh = this.#loaded === undefined
    const { running, channel, replies } = (this.#loaded ??= await this.#load(loader))
    const { cpuTimeMs, wallTimeMs } = this.#limits
    if (!fresh && cpuTimeMs !== undefined && wallTimeMs !== undefined)
      running.renew({ cpuTimeMs, wallTimeMs, idleTimeMs: wallTimeMs })
    channel.write(`${JSON.stringify(asked)}\n`)
    const reply = await replies.next().catch(() => ({ done: true, value: undefined }) as const)
    if (reply.done !== true) return parseReply(reply.value)
    this.#loaded = undefined
    // One that closed its channel and goes on does so until its limits.
    return { error: describeEnd(await this.#ended(running)) }
  }

  async close(): Promise<void> {
    const loaded = this.#loaded
    this.#loaded = undefined
    if (loaded === undefined) return
    loaded.running.kill()
    await this.#ended(loaded.running)
  }

  async #ended(running: RunningCommand): Promise<RunResult> {
    const result = await running.result
    this.#cost.add(result.usage)
    return result
  }

  async #load(loader: Loader): Promise<Loaded> {
    const { program, workshop } = this.#job
    const start = program.start()
    const words = program.argv(this.#limits.memoryBytes ?? 0)
    const command = {
      // As it would be run, but by the loader
      argv: words.flatMap((word) => (word === this.#entry ? [loader.start, word] : [word])),
      env: program.env,
      ...start,
      files: { ...start.files, ...loader.files },
    }
    const { sandbox, signal } = workshop
    const options = { channels: ['calls'], ...(signal === undefined ? {} : { signal }) }
    const running = await sandbox.spawn(command, this.#limits, options)
    const channel = running.channels['calls']
    if (channel === undefined) throw new Error('the channel is missing')
    channel.on('error', () => {})
    running.stdin.end()
    for (const stream of [running.stdout, running.stderr]) drop(stream).catch(() => {})
    return { running, channel, replies: linesOf(channel, lineBytesMax) }
  }
}

async function drop(stream: AsyncIterable<Uint8Array>): Promise<void> {
  for await (const part of stream) if (part.length < 0) return
}

function parseReply(line: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(line)
    if (typeof value === 'object' && value !== null) {
      const { error, value: answer } = value as Readonly<Record<string, unknown>>
      if (typeof error === 'string') return { error }
      if (typeof answer === 'string') return { value: answer }
    }
  } catch {
    // Told below, as whatever else is no answer.
  }
  return { error: 'answered with what is no answer' }
}

function describeEnd(result: RunResult): string {
  if (result.status === 'limited') return `was ended: ${result.limit} exceeded`
  return result.status === 'exited'
    ? `exited with ${result.exitCode} in place of an answer`
    : `ended by ${result.signal} in place of an answer`
}
