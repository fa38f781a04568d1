import { inspectHost, MiB, type Sandbox } from '@mayfly/sandbox'
import { needs } from '@mayfly/test-support'
import { sandboxMatchers, withSandbox } from '@mayfly/vitest-plugin/testing'
import { stripVTControlCharacters } from 'node:util'
import { beforeAll, beforeEach, expect, expectTypeOf, test as base } from 'vitest'

expect.extend(sandboxMatchers)
const sandboxTest = withSandbox(base, { concurrency: 1 })

let supported = false
beforeAll(async () => {
  supported = (await inspectHost()).supported
})
beforeEach(({ skip }) => needs({ skip }, supported, 'the host lacks something that a sandbox requires'))

sandboxTest('a program’s end is matched, and its output', async ({ sandbox }) => {
  const result = await sandbox.run(['sh', '-c', 'echo out; echo err >&2; exit 3'])
  expect(result).toExitWith(3)
  expect(result).toHaveOutput('out')
  expect(result).toHaveOutput(/^o/)
  expect(result).not.toExitWith(0)
  expect(messageOf(() => expect(result).toExitWith(0))).toMatch(
    'expected the program to exit with 0; it exited with 3\n\nstdout:\nout\n\n\nstderr:\nerr',
  )
  expect(messageOf(() => expect(result).toHaveOutput('other'))).toMatch('expected the output to be "other", got "out"')
  expect(messageOf(() => expect(result).not.toExitWith(3))).toMatch('expected the program not to exit with 3')
})

sandboxTest('so are limits, refusals and usage', async ({ sandbox }) => {
  const greedy = await sandbox.run(['sh', '-c', 'x=$(head -c 100000000 /dev/zero | tr "\\0" x)'], {
    memoryBytes: 16 * MiB,
  })
  expect(greedy).toBeLimitedBy('memory')
  expect(messageOf(() => expect(greedy).toBeLimitedBy('cpuTime'))).toMatch(
    /limited by cpuTime; it was limited by memory \(limit 16777216/,
  )
  const curious = await sandbox.run(['mount', '-t', 'tmpfs', 'none', '/mnt'])
  expect(curious).toHaveRefused('mount')
  expect(curious).toHaveRefused('mount', 'none /mnt')
  expect(curious).not.toHaveRefused('connect')
  expect(messageOf(() => expect(curious).toHaveRefused('connect'))).toMatch(
    /refused were:\n {2}mount none \/mnt \(mount/,
  )
  expect(curious).toUseLessThan({ cpuTimeMs: 5000, memoryPeakBytes: 64 * MiB })
  expect(messageOf(() => expect(curious).toUseLessThan({ writtenBytes: 1 }))).toMatch(
    /writtenBytes: \d+, expected less than 1/,
  )
})

sandboxTest('they are typed', ({ sandbox }) => {
  expectTypeOf(sandbox).toEqualTypeOf<Sandbox>()
  expectTypeOf(expect(0).toBeLimitedBy)
    .parameter(0)
    .toEqualTypeOf<'output' | 'memory' | 'processes' | 'disk' | 'cpuTime' | 'idleTime' | 'wallTime'>()
})

function messageOf(failing: () => void): string {
  try {
    failing()
  } catch (error) {
    return stripVTControlCharacters((error as Error).message)
  }
  throw new Error('it did not fail')
}
