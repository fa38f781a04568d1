import type { RunResult, Violation } from '@mayfly/sandbox'
import { cleanStack } from '../firewall/errors.ts'
import type { VisiblePaths } from '../firewall/visible-paths.ts'
import { overruns } from '../options/budgets.ts'
import type { ResolvedFileOptions } from '../options/options.ts'
import { markSignals, refusalKinds, type Refusal, type TimeMark } from '../wire/messages.ts'
import type { FileRecord } from './file-record.ts'
import { usageOf, type SandboxUsage } from './usage.ts'
import { budgetViolation, callViolation, limitViolation, refusalViolation } from './violation.ts'

/** More of them say nothing new. */
const refusalsMax = 100
const textMax = 1000

/** Finds what a file is to fail for: what its worker saw refused, and what the kernel did. */
export class Judge {
  readonly #options: ResolvedFileOptions
  readonly #record: FileRecord
  readonly #paths: VisiblePaths
  readonly #refusals: Refusal[] = []

  constructor(options: ResolvedFileOptions, record: FileRecord, paths: VisiblePaths) {
    this.#options = options
    this.#record = record
    this.#paths = paths
  }

  /** What the worker says was refused, when it says so: so that the test fails as it ends. */
  refused(sent: Partial<Record<keyof Refusal, unknown>>): void {
    const kind = refusalKinds.find((each) => each === sent.kind)
    const [action, target, code] = [text(sent.action), text(sent.target), text(sent.code)]
    if (kind === undefined || target === '' || this.#refusals.length >= refusalsMax) return
    const testId = typeof sent.testId === 'string' ? sent.testId : undefined
    const stack = typeof sent.stack === 'string' ? sent.stack : ''
    const refusal = { kind, action, target, code, testId, stack, atMs: Number(sent.atMs) }
    this.#refusals.push(refusal)
    if (this.#options.violations !== 'error') return
    this.#record.fail(testId, refusalViolation(refusal, this.#options.network, this.#frames(stack)))
  }

  /** What the end showed; refusals before the worker was loaded were not the file's. */
  atEnd(result: RunResult, mark: TimeMark, isFinished: boolean): SandboxUsage {
    const { violations, network, budgets } = this.#options
    const marked = result.violations.find(({ call, detail }) => call === 'kill' && detail === mark.detail)
    // The kernel counts from exec, the worker from when Node had begun.
    const aheadMs = marked === undefined ? 0 : marked.atMs - mark.atMs
    const seen = result.violations.filter(
      (each) => each.atMs - aheadMs > mark.untilMs && !isMark(each) && !isProbe(each),
    )
    const unseen = seen.filter(({ detail }) => !this.#refusals.some(({ target }) => detail.includes(target)))
    const told = this.#refusals.map(({ action, target }) => `${action} ${target}`)
    const refused = [...new Set([...told, ...unseen.map(({ call, detail }) => `${call} ${detail}`.trim())])]
    const usage = usageOf(result, refused.slice(0, refusalsMax), refused.length)
    if (violations === 'error')
      for (const each of unseen) this.#record.fail(this.#record.at(each.atMs - aheadMs), callViolation(each, network))
    if (isFinished && result.status === 'limited') this.#record.fail(undefined, limitViolation(result, undefined))
    for (const overrun of overruns(budgets, usage)) this.#record.fail(undefined, budgetViolation(overrun))
    return usage
  }

  /** The frames of a stack that are the test's own. */
  #frames(stack: string): string {
    const frames = stack.split('\n').filter((line) => /^\s+at /.test(line) && !/\(node:|at node:/.test(line))
    return cleanStack(frames.join('\n'), this.#paths)
  }
}

function text(value: unknown): string {
  return typeof value === 'string' ? value.slice(0, textMax) : ''
}

/** How a worker told the time, before it knew of any file. */
function isMark({ call, detail }: Violation): boolean {
  return call === 'kill' && markSignals.some(([, word]) => detail === `1 ${word}`)
}

/** The C library asks the kernel for addresses before it looks up a name, and does without an answer. */
function isProbe({ call, detail }: Violation): boolean {
  return call === 'socket' && detail === 'netlink'
}
