import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Reporter, TestCase, TestModule, Vitest } from 'vitest/node'
import { describeSkips, expectedReasons, type Skip } from './skips.ts'

/** What scripts/test.mjs reads after the run. */
interface Tally {
  readonly passed: number
  readonly failed: number
  readonly skipped: number
}

/**
 * Counts the tests that were asked for, prints the skipped ones by reason, and where SANDBOX_MUST_WORK=1 is set makes a skip that
 * test/expected-skips.json does not list a failure. Writes the counts to the file named by MAYFLY_TALLY.
 */
export default class TallyReporter implements Reporter {
  #namePattern: RegExp | undefined

  onInit({ config }: Vitest): void {
    this.#namePattern = config.testNamePattern
  }

  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    const tests = modules.flatMap((module) => [...module.children.allTests()]).filter((test) => this.#isAskedFor(test))
    const skips = tests.filter((test) => test.result().state === 'skipped').map(toSkip)
    const unexpected = reportSkips(skips)
    const failedTests = tests.filter((test) => test.result().state === 'failed').length
    // A file that cannot be loaded, a hook that throws and a stray rejection fail no test of their own.
    const failedModules = modules.filter((module) => module.state() === 'failed' && !hasFailedTest(module)).length
    writeTally({
      passed: tests.filter((test) => test.result().state === 'passed').length,
      failed: failedTests + failedModules + unhandledErrors.length + unexpected,
      skipped: skips.length - unexpected,
    })
  }

  /** Whether it is one of those that `--testNamePattern` names: Vitest skips the others. */
  #isAskedFor(test: TestCase): boolean {
    return this.#namePattern?.test(test.fullName.replaceAll(' > ', ' ')) ?? true
  }
}

function toSkip(test: TestCase): Skip {
  const result = test.result()
  const note = result.state === 'skipped' ? result.note : undefined
  return { test: test.fullName, reason: note ?? 'no reason given' }
}

function hasFailedTest(module: TestModule): boolean {
  return !module.children.allTests('failed').next().done
}

/** Prints the skips; returns how many of them are failures. */
function reportSkips(skips: readonly Skip[]): number {
  if (skips.length === 0) return 0
  const expected = expectedReasons()
  for (const line of describeSkips(skips, expected)) console.log(line)
  if (process.env['SANDBOX_MUST_WORK'] !== '1') return 0
  const unexpected = skips.filter(({ reason }) => !expected.has(reason)).length
  if (unexpected === 0) return 0
  console.log(`SANDBOX_MUST_WORK=1: ${unexpected} of these skips are failures`)
  process.exitCode = 1
  return unexpected
}

function writeTally(tally: Tally): void {
  const path = process.env['MAYFLY_TALLY']
  if (path === undefined) return
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, JSON.stringify(tally))
}
