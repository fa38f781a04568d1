import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { SandboxError } from '../../../src/errors.ts'
import { newFrame } from '../../../src/supervisor/frames.ts'
import { frameHeader, frameType } from '../../../src/supervisor/protocol.ts'
import type { Ready } from '../../../src/supervisor/report.ts'
import { Supervisor } from '../../../src/supervisor/supervisor.ts'

function frame(type: number, text: string): Buffer {
  const buffer = newFrame(type, 0, text.length)
  buffer.write(text, frameHeader.size)
  return buffer
}

const request = (text: string): Buffer => frame(frameType.RUN, text)

describe('the end of the wire in Node', () => {
  let directory: string
  let peer: string
  const ends: SandboxError[] = []
  const started: Supervisor[] = []

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'peer-'))
    peer = join(directory, 'peer.mjs')
    await writeFile(peer, `#!${process.execPath}\nimport ${JSON.stringify(new URL('peer.ts', import.meta.url).href)}\n`)
    await chmod(peer, 0o755)
  })
  afterAll(async () => rm(directory, { recursive: true }))
  afterEach(async () => {
    await Promise.all(started.splice(0).map((supervisor) => supervisor.close()))
    ends.length = 0
  })

  async function start(how: string): Promise<{ supervisor: Supervisor; ready: Ready }> {
    const both = await Supervisor.start(peer, frame(frameType.CONFIGURE, how), (error) => ends.push(error))
    started.push(both.supervisor)
    return both
  }

  test('is ready when the other one is, and learns what is missing', async () => {
    const { ready } = await start('ready')
    expect(ready).toMatchObject({ version: 1, missingBits: 0b10_0100 })
  })

  test('gets the report of each run, also of many at once', async () => {
    const { supervisor } = await start('ready')
    const reports = await Promise.all(Array.from({ length: 50 }, async () => supervisor.run(request('report')).report))
    const texts = reports.map(({ stdout }) => stdout.toString())
    expect(texts).toEqual(Array.from({ length: 50 }, (_, index) => `run ${index + 1}`))
    expect(supervisor.pool.ready).toBe(7)
  })

  test('gets reports in whatever order they come', async () => {
    const { supervisor } = await start('ready')
    const first = supervisor.run(request('hang'))
    await supervisor.run(request('report')).report
    supervisor.run(request('report the one that hangs')).report.catch(() => {})
    expect(String((await first.report).stdout)).toBe('late')
  })

  test('takes no notice of a second report of a run', async () => {
    const { supervisor } = await start('ready')
    expect(String((await supervisor.run(request('report twice')).report).stdout)).toBe('first')
    expect(String((await supervisor.run(request('report')).report).stdout)).toBe('run 2')
  })

  test('sends standard input, and is told how much of it was taken', async () => {
    const { supervisor } = await start('ready')
    let taken = 0
    const exchange = supervisor.run(request('count stdin'), { taken: (_stream, bytes) => (taken += bytes) })
    for (const size of [1, 1000, 100_000]) exchange.sendBytes(0, new Uint8Array(size))
    exchange.sendBytes(0, new Uint8Array(0))
    expect(String((await exchange.report).stdout)).toBe('101001 bytes')
    expect(taken).toBe(101_001)
  })

  test('kills a run on request, and not after its report', async () => {
    const { supervisor } = await start('ready')
    const exchange = supervisor.run(request('hang'))
    exchange.kill()
    expect(String((await exchange.report).stdout)).toBe('killed')
    exchange.kill()
    expect(String((await supervisor.run(request('count kills')).report).stdout)).toBe('1 kills')
  })

  test('rejects a run whose container failed, and goes on', async () => {
    const { supervisor } = await start('ready')
    await expect(supervisor.run(request('fail')).report).rejects.toMatchObject({
      code: 'CONTAINER_FAILED',
      errno: 'EAGAIN',
    })
    expect(String((await supervisor.run(request('report')).report).stdout)).toBe('run 2')
  })

  test('rejects every run when the other one dies, with its last words', async () => {
    const { supervisor } = await start('ready')
    const runs = ['hang', 'hang', 'die'].map(async (how) => supervisor.run(request(how)).report)
    const results = await Promise.allSettled(runs)
    for (const result of results) {
      expect(result).toMatchObject({ status: 'rejected', reason: { code: 'SUPERVISOR_DIED' } })
    }
    expect(ends).toHaveLength(1)
    expect(ends[0]?.message).toContain('was killed by SIGKILL: dying words')
    expect(() => supervisor.run(request('report'))).toThrow(/was killed by SIGKILL/)
  })

  test.each(['garbage', 'unknown frame'])('gives up on one that talks nonsense: %s', async (how) => {
    const { supervisor } = await start('ready')
    await expect(supervisor.run(request(how)).report).rejects.toMatchObject({
      code: 'SUPERVISOR_DIED',
      cause: expect.any(RangeError),
    })
  })

  test('rejects what runs when it is closed, once the other one is gone; twice and at once', async () => {
    const { supervisor } = await start('ready')
    const run = supervisor.run(request('hang')).report
    const closing = [supervisor.close(), supervisor.close()]
    expect(() => supervisor.run(request('report'))).toThrow(expect.objectContaining({ code: 'SANDBOX_CLOSED' }))
    await expect(run).rejects.toMatchObject({ code: 'SANDBOX_CLOSED' })
    await Promise.all(closing)
    await supervisor.close()
    expect(ends).toMatchObject([{ code: 'SANDBOX_CLOSED' }])
  })

  test('rejects what runs when it is closed, though a report still comes', async () => {
    const { supervisor } = await start('ready')
    const run = supervisor.run(request('hang, and report at the end')).report
    await supervisor.run(request('report')).report
    const closing = supervisor.close()
    await expect(run).rejects.toMatchObject({ code: 'SANDBOX_CLOSED' })
    await closing
  })

  test('names what the host lacks when the other one cannot start for that', async () => {
    await expect(start('no cgroups')).rejects.toMatchObject({
      code: 'UNSUPPORTED_HOST',
      errno: 'EOPNOTSUPP',
      message: expect.stringMatching(/finding control groups \(memory\) with EOPNOTSUPP; run it as root/),
    })
  })

  test('tells how it ended when the other one ends without a word on the wire', async () => {
    await expect(start('no word')).rejects.toMatchObject({
      code: 'SUPERVISOR_DIED',
      message: expect.stringContaining('exited with 3: something is wrong'),
    })
  })

  test('refuses one of another version', async () => {
    await expect(start('other version')).rejects.toMatchObject({
      code: 'SUPERVISOR_DIED',
      cause: expect.objectContaining({ message: 'protocol version 2, not 1' }),
    })
  })

  test('rejects when there is nothing to execute', async () => {
    const missing = Supervisor.start(join(directory, 'missing'), frame(frameType.CONFIGURE, 'ready'), () => {})
    await expect(missing).rejects.toMatchObject({
      code: 'SUPERVISOR_DIED',
      errno: 'ENOENT',
      path: join(directory, 'missing'),
      message: expect.stringMatching(/^the supervisor could not be started: .*ENOENT/),
    })
  })
})
