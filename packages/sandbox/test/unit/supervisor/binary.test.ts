import { describe, expect, test } from 'vitest'
import { findSupervisor } from '../../../src/supervisor/binary.ts'

describe('the supervisor', () => {
  test('may be another one than the installed', () => {
    expect(findSupervisor({ MAYFLY_SUPERVISOR: process.execPath })).toBe(process.execPath)
  })

  test('is named by an absolute path', () => {
    expect(() => findSupervisor({ MAYFLY_SUPERVISOR: 'bin/x' })).toThrow(
      "`MAYFLY_SUPERVISOR` must be an absolute path, got 'bin/x'",
    )
  })

  test('that cannot be executed is told, with the command that installs it', () => {
    expect(() => findSupervisor({ MAYFLY_SUPERVISOR: '/nowhere' })).toThrow(
      expect.objectContaining({ code: 'UNSUPPORTED_HOST', message: expect.stringMatching(/\/nowhere.*npm install/) }),
    )
  })
})
