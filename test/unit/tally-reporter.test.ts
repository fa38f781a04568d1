import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const root = fileURLToPath(new URL('../../', import.meta.url))

/** Runs a test file of this text in a Vitest of its own, inside the tree so that it finds its imports. */
function runVitest(
  text: string,
  env: Readonly<Record<string, string>> = {},
  ...more: readonly string[]
): { readonly status: number | null; readonly stdout: string; readonly tally: unknown } {
  mkdirSync(join(root, 'build'), { recursive: true })
  const directory = mkdtempSync(join(root, 'build', 'tally-'))
  try {
    writeFileSync(join(directory, 'some.test.ts'), `import { expect, test } from 'vitest'\n${text}`)
    const tallyPath = join(directory, 'tally.json')
    const reporter = join(root, 'test/support/src/tally-reporter.ts')
    const args = ['run', '--root', directory, '--reporter', reporter, ...more]
    const { status, stdout } = spawnSync(join(root, 'node_modules/.bin/vitest'), args, {
      encoding: 'utf8',
      env: { PATH: process.env['PATH'], MAYFLY_TALLY: tallyPath, MAYFLY_HOST_KIND: 'cgroup-v1', ...env },
    })
    return { status, stdout, tally: JSON.parse(readFileSync(tallyPath, 'utf8')) }
  } finally {
    rmSync(directory, { recursive: true })
  }
}

const passing = 'test("passes", () => expect(1).toBe(1))'
const skipping = 'test("skips", ({ skip }) => skip("no such kernel"))'

test('passed and failed tests are counted', () => {
  const { status, tally } = runVitest(`${passing}\ntest("fails", () => expect(1).toBe(2))`)
  expect({ status, tally }).toEqual({ status: 1, tally: { passed: 1, failed: 1, skipped: 0 } })
})

test('a file that cannot be loaded counts as a failure', () => {
  const { status, tally } = runVitest('throw new Error("no")')
  expect({ status, tally }).toEqual({ status: 1, tally: { passed: 0, failed: 1, skipped: 0 } })
})

test('a skipped test is printed with its reason and counted', () => {
  const { status, stdout, tally } = runVitest(`${passing}\n${skipping}`)
  expect({ status, tally }).toEqual({ status: 0, tally: { passed: 1, failed: 0, skipped: 1 } })
  expect(stdout).toContain('1 × no such kernel\n      skips')
})

test('where SANDBOX_MUST_WORK is set a skip whose reason is not expected is a failure', () => {
  const { status, tally } = runVitest(`${passing}\n${skipping}`, { SANDBOX_MUST_WORK: '1' })
  expect({ status, tally }).toEqual({ status: 1, tally: { passed: 1, failed: 1, skipped: 0 } })
})

test('where SANDBOX_MUST_WORK is set a skip without a reason is a failure', () => {
  const text = `${passing}\ntest.skip("disabled", () => expect(1).toBe(2))`
  const { status, tally } = runVitest(text, { SANDBOX_MUST_WORK: '1' })
  expect({ status, tally }).toEqual({ status: 1, tally: { passed: 1, failed: 1, skipped: 0 } })
})

test('that there are no sandboxes is expected for an ordinary user on cgroup v1, and a failure for root', () => {
  const reason = 'the host lacks something that a sandbox requires'
  const text = `${passing}\ntest("skips", ({ skip }) => skip(${JSON.stringify(reason)}))`
  const statusOn = (kind: string): number | null =>
    runVitest(text, { SANDBOX_MUST_WORK: '1', MAYFLY_HOST_KIND: kind }).status
  expect([statusOn('cgroup-v1-user'), statusOn('cgroup-v1'), statusOn('cgroup-v2')]).toEqual([0, 1, 1])
})

test('what --testNamePattern leaves out is not counted as skipped', () => {
  const text = `${passing}\n${skipping}\ntest("fails", () => expect(1).toBe(2))`
  const { status, tally } = runVitest(text, { SANDBOX_MUST_WORK: '1' }, '--testNamePattern', '^passes$')
  expect({ status, tally }).toEqual({ status: 0, tally: { passed: 1, failed: 0, skipped: 0 } })
})
