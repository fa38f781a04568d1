import { readFileSync } from 'node:fs'
import { hostKind } from './host-kind.ts'

/** A test that did not run, and why. */
export interface Skip {
  readonly test: string
  readonly reason: string
}

const expectedSkipsUrl = new URL('../../expected-skips.json', import.meta.url)

/** The reasons for which tests may be skipped on this kind of host although SANDBOX_MUST_WORK is set. */
export function expectedReasons(): ReadonlySet<string> {
  const byKind: unknown = JSON.parse(readFileSync(expectedSkipsUrl, 'utf8'))
  const kind = hostKind()
  if (typeof byKind !== 'object' || byKind === null || !(kind in byKind)) {
    throw new Error(`test/expected-skips.json must list the reasons for ${kind}`)
  }
  const reasons: unknown = Object.entries(byKind).find(([name]) => name === kind)?.[1]
  if (!Array.isArray(reasons)) throw new Error(`test/expected-skips.json must hold a list under ${kind}`)
  return new Set(reasons.map(String))
}

/** The skips as lines to print: each reason once, with how many tests and which. */
export function describeSkips(skips: readonly Skip[], expected: ReadonlySet<string>): readonly string[] {
  const lines = [`Skipped on ${hostKind()}:`]
  for (const reason of new Set(skips.map((skip) => skip.reason))) {
    const tests = skips.filter((skip) => skip.reason === reason).map((skip) => skip.test)
    lines.push(`  ${tests.length} × ${reason}${expected.has(reason) ? ' (expected)' : ''}`)
    lines.push(...tests.map((test) => `      ${test}`))
  }
  return lines
}
