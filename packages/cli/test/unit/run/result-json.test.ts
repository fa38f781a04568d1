import { SandboxError } from '@mayfly/sandbox'
import { expect, test } from 'vitest'

import { jsonOfError, jsonOfResult } from '../../../src/run/result-json.ts'
import { someOutput, someResult } from './some-result.ts'

const written = (value: object): unknown => JSON.parse(JSON.stringify(value))

test('the end of a run and all its numbers are in the JSON', () => {
  const result = someResult({ status: 'exited', exitCode: 3 })
  expect(written(jsonOfResult(result))).toMatchObject({
    status: 'exited',
    exitCode: 3,
    usage: result.usage,
    missing: [],
  })
})

test('bytes are base64, and text too where they are UTF-8', () => {
  const text = new TextEncoder().encode('\uFEFFgrün\0')
  const stdout = { ...someOutput(text), totalBytes: 99, truncated: true }
  const files = new Map([['a/b', new Uint8Array([0xff, 0x00])]])
  const result = someResult({ status: 'exited', exitCode: 0 }, { stdout, files })
  expect(written(jsonOfResult(result))).toMatchObject({
    stdout: { base64: '77u/Z3LDvG4A', text: '\uFEFFgrün\0', totalBytes: 99, truncated: true },
    stderr: { base64: '', text: '', totalBytes: 0, truncated: false },
    files: { 'a/b': { base64: '/wA=' } },
  })
  expect(written(jsonOfResult(result))).not.toHaveProperty(['files', 'a/b', 'text'])
})

test('part of a larger buffer is written as that part', () => {
  const part = new Uint8Array([1, 2, 3, 4]).subarray(1, 3)
  expect(
    written(jsonOfResult(someResult({ status: 'exited', exitCode: 0 }, { stdout: someOutput(part) }))),
  ).toMatchObject({
    stdout: { base64: 'AgM=' },
  })
})

test('in place of a result, a failure has its code and its message', () => {
  expect(written(jsonOfError(new SandboxError('COMMAND_NOT_FOUND', 'no such thing')))).toEqual({
    error: { code: 'COMMAND_NOT_FOUND', message: 'no such thing' },
  })
  expect(written(jsonOfError('x'))).toEqual({ error: { message: 'x' } })
})
