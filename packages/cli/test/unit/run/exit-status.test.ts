import { SandboxError, type LimitName, type RunResult } from '@mayfly/sandbox'
import { expect, test } from 'vitest'

import { signalNumber, statusOfError, statusOfResult } from '../../../src/run/exit-status.ts'
import { someResult } from './some-result.ts'

const limited = (limit: LimitName): RunResult =>
  someResult({ status: 'limited', limit, evidence: { source: 'timer', limit: 1, measured: 2 } })

test('the status of a command that exited is its own', () => {
  for (const exitCode of [0, 1, 124, 255])
    expect(statusOfResult(someResult({ status: 'exited', exitCode }))).toBe(exitCode)
})

test('the status of a command that a signal ended is 128 and the number of the signal', () => {
  expect(statusOfResult(someResult({ status: 'signaled', signal: 'SIGKILL' }))).toBe(137)
  expect(statusOfResult(someResult({ status: 'signaled', signal: 'SIGSEGV' }))).toBe(139)
  expect(statusOfResult(someResult({ status: 'signaled', signal: 'SIGRT34' }))).toBe(162)
  expect(signalNumber('SIGSYS')).toBe(31)
})

test.each(['cpuTime', 'idleTime', 'wallTime'] as const)('the status after %s is 124', (limit) => {
  expect(statusOfResult(limited(limit))).toBe(124)
})

test.each(['output', 'memory', 'processes', 'disk'] as const)('the status after %s is 137', (limit) => {
  expect(statusOfResult(limited(limit))).toBe(137)
})

test('a command that cannot be found or executed has the status that shells give, and all other failures 125', () => {
  expect(statusOfError(new SandboxError('COMMAND_NOT_FOUND', 'x'))).toBe(127)
  expect(statusOfError(new SandboxError('COMMAND_NOT_EXECUTABLE', 'x'))).toBe(126)
  for (const code of ['INVALID_OPTION', 'UNSUPPORTED_HOST', 'CONTAINER_FAILED', 'SUPERVISOR_DIED'] as const) {
    expect(statusOfError(new SandboxError(code, 'x'))).toBe(125)
  }
  expect(statusOfError(new TypeError('x'))).toBe(125)
})
