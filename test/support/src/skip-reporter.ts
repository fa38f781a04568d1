import { readFileSync } from 'node:fs'
import type { Reporter, TestCase, TestModule, TestSuite } from 'vitest/node'
import { hostKind } from './host-kind.ts'

interface Skip {
  readonly id: string
  readonly test: string
  readonly reason: string
}

const expectedSkipsUrl = new URL('../../expected-skips.json', import.meta.url)

/** Prints and counts the skipped tests by reason; where SANDBOX_MUST_WORK=1 is set, fails the run for an unexpected one. */
export class SkipReporter implements Reporter {
  readonly #skips: Skip[] = []

  onTestCaseResult(test: TestCase): void {
    const result = test.result()
    if (result.state === 'skipped') this.#skips.push({ id: test.id, test: test.fullName, reason: result.note ?? 'no reason given' })
  }

  onTestSuiteResult(suite: TestSuite): void {
    if (suite.state() === 'skipped') this.#addSilent(suite)
  }

  onTestRunEnd(modules: readonly TestModule[]): void {
    for (const module of modules) this.#addSilent(module)
    if (this.#skips.length === 0) return
    const expected = readExpected()
    const unexpected = this.#skips.filter(({ reason }) => !expected.has(reason))
    for (const line of describe(this.#skips, expected)) console.log(line)
    if (process.env['SANDBOX_MUST_WORK'] !== '1' || unexpected.length === 0) return
    console.log(`SANDBOX_MUST_WORK=1: ${unexpected.length} of these skips are failures`)
    process.exitCode = 1
  }

  /** Tests that were never started (`describe.skip`) get no result event of their own. */
  #addSilent(parent: TestModule | TestSuite): void {
    for (const test of parent.children.allTests('skipped')) {
      if (!this.#skips.some((skip) => skip.id === test.id)) this.onTestCaseResult(test)
    }
  }
}

function readExpected(): ReadonlySet<string> {
  const byKind = JSON.parse(readFileSync(expectedSkipsUrl, 'utf8')) as Record<string, readonly string[]>
  return new Set(byKind[hostKind()] ?? [])
}

function describe(skips: readonly Skip[], expected: ReadonlySet<string>): readonly string[] {
  const byReason = new Map<string, string[]>()
  for (const { test, reason } of skips) byReason.set(reason, [...(byReason.get(reason) ?? []), test])
  const lines = [`Skipped on ${hostKind()}:`]
  for (const [reason, tests] of byReason) {
    lines.push(`  ${tests.length} × ${reason}${expected.has(reason) ? ' (expected)' : ''}`)
    for (const test of tests) lines.push(`      ${test}`)
  }
  return lines
}

// The one default export here: it is how Vitest loads a reporter by name.
export default SkipReporter
