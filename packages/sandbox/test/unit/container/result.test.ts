import { describe, expect, test } from 'vitest'
import { resolveCommand } from '../../../src/container/command.ts'
import { resultOf } from '../../../src/container/result.ts'
import { collectedLayout, endedBy } from '../../../src/supervisor/protocol.ts'
import type { Report } from '../../../src/supervisor/report.ts'
import { testLimits } from './limits.ts'
import { plainReport } from './report.ts'

const command = resolveCommand({ argv: ['a'], collect: ['./one', 'two', 'three'] })
const result = (change: Partial<Report>): ReturnType<typeof resultOf> =>
  resultOf({ ...plainReport, ...change }, { command, limits: testLimits, missing: ['swap'], callOf: () => undefined })

function collected(index: number, error: number, content: string): Buffer {
  const head = Buffer.alloc(collectedLayout.size)
  head.writeUInt32LE(index, collectedLayout.index)
  head.writeUInt32LE(error, collectedLayout.error)
  head.writeUInt32LE(content.length, collectedLayout.bytes)
  return Buffer.concat([head, Buffer.from(content)])
}

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

  test('has the files that were there by the paths asked for, also empty ones', () => {
    const files = Buffer.concat([collected(0, 0, 'first'), collected(1, 2, ''), collected(2, 0, '')])
    const found = result({ files, fileCount: 3 }).files
    expect([...found].map(([path, bytes]) => [path, Buffer.from(bytes).toString()])).toEqual([
      ['./one', 'first'],
      ['three', ''],
    ])
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
