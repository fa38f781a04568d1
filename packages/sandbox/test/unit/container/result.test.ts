import { describe, expect, test } from 'vitest'
import { resolveCommand } from '../../../src/container/command.ts'
import { resultOf } from '../../../src/container/result.ts'
import { endedBy } from '../../../src/supervisor/protocol-report.ts'
import type { Report } from '../../../src/supervisor/report.ts'
import { testLimits } from './limits.ts'
import { plainReport } from './report.ts'

const command = resolveCommand({ argv: ['a'], collect: ['./one', 'two', 'three'] })
const result = (change: Partial<Report>): ReturnType<typeof resultOf> =>
  resultOf({ ...plainReport, ...change }, { command, limits: testLimits, missing: ['swap'], callOf: () => undefined })

describe('a result', () => {
  test('has the streams as bytes and as text', () => {
    const { stdout, stderr } = result({ stdout: Buffer.from('grüße'), stdoutTotalBytes: 7 })
    expect([...stdout.bytes]).toEqual([...Buffer.from('grüße')])
    expect(`${stdout}`).toBe('grüße')
    expect(stdout).toMatchObject({ totalBytes: 7, truncated: false })
    expect(stderr).toMatchObject({ totalBytes: 0, truncated: false })
    expect(String(stderr)).toBe('')
  })

  test('tells a stream of which a part is missing', () => {
    const { stderr } = result({ stderr: Buffer.from('abc'), stderrTotalBytes: 10 })
    expect(stderr).toMatchObject({ totalBytes: 10, truncated: true })
  })

  test('has what was collected', () => {
    const left = [{ path: 'link', reason: 'link' }] as const
    const files = new Map([['one', Buffer.from('first')]])
    const context = { command, limits: testLimits, missing: [], callOf: () => undefined }
    expect(resultOf(plainReport, context, { files, collected: [], leftFiles: left })).toMatchObject({
      files,
      leftFiles: left,
    })
    expect(result({})).toMatchObject({ files: new Map(), collected: [], leftFiles: [] })
  })

  test('tells what the run went without', () => {
    expect(result({}).missing).toEqual(['swap'])
  })

  test('is none where the container was lost', () => {
    expect(() => result({ endedBy: endedBy.LOST })).toThrow(expect.objectContaining({ code: 'CONTAINER_FAILED' }))
  })

  test('is none where the command could not be found', () => {
    expect(() => result({ failedStep: 74, failedError: 2 })).toThrow(
      expect.objectContaining({ code: 'COMMAND_NOT_FOUND', errno: 'ENOENT', path: 'a' }),
    )
  })
})
