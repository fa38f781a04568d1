import type { LimitName, RunResult, Usage } from '@mayfly/sandbox'

/** What `expect` calls a matcher with; the part of it that these use. */
interface MatcherState {
  readonly isNot?: boolean
  readonly utils: {
    readonly printExpected: (value: unknown) => string
    readonly printReceived: (value: unknown) => string
  }
  readonly equals: (a: unknown, b: unknown) => boolean
}

interface MatcherResult {
  readonly pass: boolean
  readonly message: () => string
  readonly actual?: unknown
  readonly expected?: unknown
}

/** What a program may be expected to use at most, by the names of its usage. */
export type UsageBounds = { readonly [Name in keyof Usage]?: number }

/** Matchers of results of `sandbox.run`, for `expect.extend`. */
export const sandboxMatchers = {
  /** It ended by itself, with this exit code. */
  toExitWith(this: MatcherState, result: RunResult, exitCode: number): MatcherResult {
    const pass = result.status === 'exited' && result.exitCode === exitCode
    return {
      pass,
      ...{ actual: endingOf(result), expected: { status: 'exited', exitCode } },
      message: () => `expected the program ${not(this)}to exit with ${exitCode}; it ${ended(result)}${streams(result)}`,
    }
  },

  /** It met this limit. */
  toBeLimitedBy(this: MatcherState, result: RunResult, limit: LimitName): MatcherResult {
    const pass = result.status === 'limited' && result.limit === limit
    return {
      pass,
      ...{ actual: endingOf(result), expected: { status: 'limited', limit } },
      message: () =>
        `expected the program ${not(this)}to be limited by ${limit}; it ${ended(result)}${streams(result)}`,
    }
  },

  /** A call of this name was refused, with a detail that has this text or matches it. */
  toHaveRefused(this: MatcherState, result: RunResult, call: string, detail?: string | RegExp): MatcherResult {
    const refused = result.violations.filter((each) => each.call === call)
    const pass = refused.some((each) => detail === undefined || matches(each.detail, detail))
    const all = result.violations.map((each) => `  ${each.call} ${each.detail} (${each.program}, ${each.count} times)`)
    return {
      pass,
      message: () =>
        [
          `expected ${call}${detail === undefined ? '' : ` ${this.utils.printExpected(detail)}`} ${not(this)}to have been refused`,
          ...(all.length === 0 ? ['nothing was'] : ['refused were:', ...all]),
        ].join('\n'),
    }
  },

  /** It used no more than this of each. */
  toUseLessThan(this: MatcherState, result: RunResult, bounds: UsageBounds): MatcherResult {
    const names = Object.keys(bounds) as (keyof Usage)[]
    const over = names.filter((name) => result.usage[name] >= (bounds[name] ?? Infinity))
    return {
      pass: over.length === 0,
      ...{ actual: Object.fromEntries(names.map((name) => [name, result.usage[name]])), expected: bounds },
      message: () => {
        const told = (over.length > 0 ? over : names).map((name) => {
          const used = this.utils.printReceived(result.usage[name])
          return `  ${name}: ${used}, expected ${not(this)}less than ${this.utils.printExpected(bounds[name])}`
        })
        return ['the program used', ...told].join('\n')
      },
    }
  },

  /** Its standard output is this text, or matches it; trailing white space does not count. */
  toHaveOutput(this: MatcherState, result: RunResult, output: string | RegExp): MatcherResult {
    const text = String(result.stdout).trimEnd()
    return {
      pass: typeof output === 'string' ? text === output.trimEnd() : output.test(text),
      ...(typeof output === 'string' ? { actual: text, expected: output.trimEnd() } : {}),
      message: () =>
        `expected the output ${not(this)}to be ${this.utils.printExpected(output)}, got ${this.utils.printReceived(text)}; the program ${ended(result)}`,
    }
  },
} as const

/** The matchers, as `expect` has them. */
export interface SandboxMatchers<Result = unknown> {
  toExitWith: (exitCode: number) => Result
  toBeLimitedBy: (limit: LimitName) => Result
  toHaveRefused: (call: string, detail?: string | RegExp) => Result
  toUseLessThan: (bounds: UsageBounds) => Result
  toHaveOutput: (output: string | RegExp) => Result
}

function endingOf(result: RunResult): object {
  if (result.status === 'exited') return { status: 'exited', exitCode: result.exitCode }
  if (result.status === 'signaled') return { status: 'signaled', signal: result.signal }
  return { status: 'limited', limit: result.limit }
}

function ended(result: RunResult): string {
  if (result.status === 'exited') return `exited with ${result.exitCode}`
  if (result.status === 'signaled') return `was ended by ${result.signal}`
  const { evidence } = result
  return `was limited by ${result.limit} (limit ${evidence.limit}, measured ${evidence.measured}, evidence ${evidence.source})`
}

const shownCharacters = 1000

function streams({ stdout, stderr }: RunResult): string {
  return Object.entries({ stdout, stderr })
    .filter(([, output]) => output.totalBytes > 0)
    .map(([name, output]) => `\n\n${name}:\n${String(output).slice(0, shownCharacters)}`)
    .join('')
}

function matches(text: string, pattern: string | RegExp): boolean {
  return typeof pattern === 'string' ? text.includes(pattern) : pattern.test(text)
}

function not({ isNot }: MatcherState): string {
  return isNot === true ? 'not ' : ''
}
