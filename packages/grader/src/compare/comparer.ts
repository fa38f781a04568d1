import { Tinypool } from 'tinypool'
import type { CheckResult } from '../verdict/facts.ts'
import { compareTexts, type TextCompare } from './texts.ts'
import type { ComparisonJob } from './worker.ts'

/** Up to here the event loop is held up for less time than it takes to hand the texts over. */
const inlineBytes = 256 * 1024

/** An expression or a document of a hostile output may take any time. */
const alwaysAway: ReadonlySet<string> = new Set(['regex', 'json'])
const awayTimeMs = 10_000

/** Compares small outputs at once and large ones on threads of their own, which are started when first needed. */
export class Comparer {
  #pool: Tinypool | undefined

  async compare(compare: TextCompare, answer: Uint8Array, output: Uint8Array): Promise<CheckResult> {
    const isSmall = answer.length + output.length <= inlineBytes
    if (isSmall && !alwaysAway.has(compare.kind)) return compareTexts(compare, answer, output)
    const job: ComparisonJob = { compare, answer, output }
    const signal = AbortSignal.timeout(awayTimeMs)
    try {
      return (await this.#threads.run(job, { name: 'compareInWorker', signal })) as CheckResult
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error)
      return { kind: 'failed', judgeMessage: signal.aborted ? `comparing took more than ${awayTimeMs} ms` : why }
    }
  }

  async close(): Promise<void> {
    await this.#pool?.destroy()
    this.#pool = undefined
  }

  get #threads(): Tinypool {
    const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js'
    this.#pool ??= new Tinypool({
      filename: new URL(`./worker.${extension}`, import.meta.url).href,
      minThreads: 0,
      maxThreads: 2,
      idleTimeout: 1_000,
    })
    return this.#pool
  }
}
