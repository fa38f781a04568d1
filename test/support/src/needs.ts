import type { TestContext } from 'vitest'

/**
 * Skips the running test unless `condition` holds. The reason is what `test/expected-skips.json` lists where a skip
 * is allowed although SANDBOX_MUST_WORK is set, so it must be the same on every run: no numbers, no paths.
 */
export function needs(context: Pick<TestContext, 'skip'>, condition: boolean, reason: string): void {
  context.skip(!condition, reason)
}
