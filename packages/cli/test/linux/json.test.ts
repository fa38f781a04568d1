import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterEach, beforeEach, expect, test } from 'vitest'

import { mayfly } from './mayfly.ts'
import { sandboxTest } from './sandbox-test.ts'

let directory: string

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'mayfly-cli-'))
})

afterEach(async () => {
  await rm(directory, { recursive: true })
})

async function report(words: readonly string[]): Promise<unknown> {
  const file = join(directory, 'result.json')
  await mayfly(['run', '--json', file, ...words])
  return JSON.parse(await readFile(file, 'utf8'))
}

sandboxTest('the whole result is in the file', async () => {
  expect(await report(['sh', '-c', "printf 'a\\377'; echo b >&2; exit 3"])).toMatchObject({
    status: 'exited',
    exitCode: 3,
    stdout: { base64: 'Yf8=', totalBytes: 2, truncated: false },
    stderr: { base64: 'Ygo=', text: 'b\n', totalBytes: 2 },
    usage: { wallTimeMs: expect.any(Number), memoryPeakBytes: expect.any(Number) },
    files: {},
  })
})

sandboxTest('it tells a limit from a SIGKILL', async () => {
  expect(await report(['sh', '-c', 'kill -KILL $$'])).toMatchObject({ status: 'signaled', signal: 'SIGKILL' })
  expect(await report(['--memory', '32MiB', 'tail', '/dev/zero'])).toMatchObject({
    status: 'limited',
    limit: 'memory',
    evidence: { source: 'oom_kill', limit: 33_554_432 },
  })
})

sandboxTest('a run that never started has its error there', async () => {
  expect(await report(['no-such-command'])).toMatchObject({ error: { code: 'COMMAND_NOT_FOUND' } })
})

test('a file that cannot be written is told before anything runs', async () => {
  const { status, stdout, stderr } = await mayfly(['run', '--json', join(directory, 'no/where'), 'echo', 'ran'])
  expect(stderr).toMatch(/^mayfly: ENOENT/)
  expect(String(stdout)).toBe('')
  expect(status).toBe(125)
})
