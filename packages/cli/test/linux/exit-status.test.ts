import { expect, test } from 'vitest'

import { mayfly } from './mayfly.ts'
import { sandboxTest } from './sandbox-test.ts'

const shell = (script: string, ...options: readonly string[]): readonly string[] => [
  'run',
  ...options,
  'sh',
  '-c',
  script,
]

sandboxTest.each([
  ['its own status', 7, shell('exit 7')],
  ['a signal that ended it', 143, shell('kill -TERM $$')],
  ['a SIGKILL of its own', 137, shell('kill -KILL $$')],
])('%s is the exit status %i, and nothing is said', async (_, expected, words) => {
  expect(await mayfly(words)).toMatchObject({ status: expected, stderr: '' })
})

sandboxTest.each([
  ['cpuTime', 124, shell('while :; do :; done', '--cpu-time', '200ms')],
  ['wallTime', 124, shell('while :; do sleep 0.01; done', '--wall-time', '300ms')],
  ['idleTime', 124, shell('exec sleep 60', '--idle-time', '300ms')],
  ['output', 137, shell('exec yes', '--output', '64KiB')],
  ['memory', 137, shell('exec tail /dev/zero', '--memory', '32MiB')],
])('%s gives one line and the exit status %i', async (limit, expected, words) => {
  const { status, stderr } = await mayfly(words)
  expect(stderr).toMatch(new RegExp(`^mayfly: limited by ${limit}: .+ of .+ \\(evidence: .+; option: --[a-z-]+\\)\n$`))
  expect(status).toBe(expected)
})

sandboxTest.each([
  ['a command that is not there', 127, ['run', 'no-such-command'], /^mayfly: .*no-such-command/],
  ['a file that is no program', 126, ['run', '/etc/passwd'], /^mayfly: .*\/etc\/passwd/],
  ['a directory', 126, ['run', '/usr'], /^mayfly: .*\/usr/],
  ['a working directory that is not there', 125, ['run', '--cwd', '/nowhere', 'true'], /^mayfly: .*\/nowhere/],
])('%s is the exit status %i and one line', async (_, expected, words, message) => {
  const { status, stdout, stderr } = await mayfly(words)
  expect(stderr).toMatch(message)
  expect([status, String(stdout)]).toEqual([expected, ''])
})

test.each([
  ['an unknown option', 125, ['run', '--bogus', 'true'], /^mayfly: unknown option '--bogus'/],
  ['a missing command', 125, ['run'], /^mayfly: `COMMAND` must be given/],
  ['an unknown subcommand', 125, ['rum'], /^mayfly: unknown command 'rum'/],
  ['a value out of range', 125, ['run', '-P', '9', 'true'], /^mayfly: `-P` must be from 10 to 32768, got 9\n$/],
  ['a size that is none', 125, ['run', '--memory', '1MB', 'true'], /^mayfly: `--memory` must be a size /],
  ['a limit beyond the host', 125, ['run', '--memory', '4096TiB', 'true'], /^mayfly: `--memory` must be at most /],
])('%s is the exit status %i and one line', async (_, expected, words, message) => {
  const { status, stdout, stderr } = await mayfly(words)
  expect(stderr).toMatch(message)
  expect([status, String(stdout)]).toEqual([expected, ''])
})
