import { constants } from 'node:os'
import { describe, expect, test } from 'vitest'
import { resolveCommand } from '../../../src/container/command.ts'
import { judgeStart } from '../../../src/container/start-failure.ts'
import type { Report } from '../../../src/supervisor/report.ts'
import { step } from '../../../src/supervisor/steps.ts'
import { MiB } from '../../../src/units.ts'
import { testLimits } from './limits.ts'
import { plainReport } from './report.ts'

const { errno } = constants
const command = resolveCommand({ argv: ['prog', 'x'], cwd: '/nowhere', files: { a: '1', 'a/b': '2' } })

function judged(failedStep: number, failedError: number, change: Partial<Report> = {}): ReturnType<typeof judgeStart> {
  return judgeStart({ ...plainReport, failedStep, failedError, ...change }, command, testLimits)
}

describe('a command that did not start', () => {
  test.each(['ENOENT', 'ENOTDIR'] as const)('was not found if exec gave %s', (name) => {
    expect(judged(step.EXEC, errno[name])).toMatchObject({ code: 'COMMAND_NOT_FOUND', errno: name, path: 'prog' })
  })

  test.each(['EACCES', 'ENOEXEC', 'ELOOP', 'EISDIR', 'EPERM', 'ETXTBSY'] as const)(
    'is not executable if exec gave %s',
    (name) => {
      expect(judged(step.EXEC, errno[name])).toMatchObject({
        code: 'COMMAND_NOT_EXECUTABLE',
        errno: name,
        path: 'prog',
      })
    },
  )

  test('has too long arguments if exec gave E2BIG', () => {
    expect(judged(step.EXEC, errno.E2BIG)).toMatchObject({
      code: 'INVALID_OPTION',
      message: expect.stringMatching(/command\.argv.*command\.env/),
    })
  })

  test.each([
    ['exec', step.EXEC],
    ['the files', step.FILES],
  ])('is limited by memory if %s gave ENOMEM', (_, at) => {
    const usage = { ...plainReport.usage, memoryPeakBytes: 64 * MiB }
    expect(judged(at, errno.ENOMEM, { usage })).toEqual({
      status: 'limited',
      limit: 'memory',
      evidence: { source: 'oom_kill', limit: 64 * MiB, measured: 64 * MiB },
    })
  })

  test('is not limited by memory if the host had none left', () => {
    expect(judged(step.CGROUP_JOIN, errno.ENOMEM)).toMatchObject({ code: 'CONTAINER_FAILED', errno: 'ENOMEM' })
  })

  test('is limited by memory if the kernel killed something for it, whatever else failed', () => {
    expect(judged(step.EXEC, errno.ENOENT, { oomKillCount: 1 })).toMatchObject({ status: 'limited', limit: 'memory' })
  })

  test('is not found on a full disk either', () => {
    const full = { diskFreeBytes: 0, diskFreeInodes: 0 }
    expect(judged(step.EXEC, errno.ENOENT, full)).toMatchObject({ code: 'COMMAND_NOT_FOUND' })
  })

  test('has a working directory that is not there', () => {
    expect(judged(step.WORKING_DIRECTORY, errno.ENOENT)).toMatchObject({
      code: 'INVALID_OPTION',
      errno: 'ENOENT',
      path: '/nowhere',
      message: expect.stringContaining('command.cwd'),
    })
  })

  test('has files that cannot stand beside each other, and the second is named', () => {
    expect(judged(step.FILES, errno.ENOTDIR, { failedIndex: 1 })).toMatchObject({
      code: 'INVALID_OPTION',
      path: 'a/b',
      message: expect.stringContaining("command.files['a/b']"),
    })
  })

  test.each([
    ['bytes', { diskFreeBytes: 0 }, 8 * MiB],
    ['files', { diskFreeInodes: 0 }, 100],
    ['bytes, for all that is seen', {}, 8 * MiB],
  ])('is limited by disk if its files found no room for %s', (_, change, limit) => {
    expect(judged(step.FILES, errno.ENOSPC, change)).toEqual({
      status: 'limited',
      limit: 'disk',
      evidence: { source: 'full', limit, measured: limit },
    })
  })

  test('failed at a step of ours otherwise, which is named', () => {
    expect(judged(step.FILTER, errno.EINVAL)).toMatchObject({
      code: 'CONTAINER_FAILED',
      errno: 'EINVAL',
      message: expect.stringContaining('installing the filter of system calls'),
    })
  })
})
