import { describe, expect, test } from 'vitest'
import { fixtureFiles, sh } from './support/commands.ts'
import { useSandbox } from './support/use-sandbox.ts'

const sandbox = useSandbox()

describe('a command that exits', () => {
  for (const exitCode of [0, 1, 42, 126, 127, 128, 137, 255]) {
    test(`with ${exitCode} has that exit code`, async () => {
      expect(await sandbox().run(sh(`exit ${exitCode}`))).toMatchObject({ status: 'exited', exitCode })
    })
  }
})

describe('a command that a signal ends', () => {
  for (const signal of ['HUP', 'INT', 'TERM', 'KILL', 'SEGV', 'ABRT', 'PIPE', 'XCPU', 'SYS'] as const) {
    test(`is signaled by SIG${signal}`, async () => {
      const result = await sandbox().run(sh(`kill -${signal} $$`))
      expect(result).toMatchObject({ status: 'signaled', signal: `SIG${signal}` })
    })
  }

  test('is signaled by a real-time signal under its number', async () => {
    const result = await sandbox().run([
      'python3',
      '-c',
      'import os, signal; os.kill(os.getpid(), signal.SIGRTMIN + 3)',
    ])
    expect(result.status).toBe('signaled')
    expect(result.status === 'signaled' && result.signal).toMatch(/^SIGRT\d+$/)
  })

  test('keeps the output that it had written', async () => {
    expect(String((await sandbox().run(sh('echo before; kill -KILL $$'))).stdout)).toBe('before\n')
  })
})

describe('the end of a command', () => {
  test('does not wait for processes that it leaves behind', async () => {
    const files = await fixtureFiles('hostile', 'outlives-its-parent')
    const result = await sandbox().run({ argv: ['./outlives-its-parent'], files }, { wallTimeMs: 60_000 })
    expect(result).toMatchObject({ status: 'exited', exitCode: 0 })
  })

  test('brings the output of processes that ended before it', async () => {
    const result = await sandbox().run(sh('(echo child) & wait; echo parent'))
    expect(String(result.stdout)).toBe('child\nparent\n')
  })
})

describe('output', () => {
  test('keeps the two streams apart, byte by byte', async () => {
    const result = await sandbox().run(sh(String.raw`printf '\377\000out'; printf '\376err' >&2`))
    expect(Buffer.from(result.stdout.bytes).toString('latin1')).toBe('\u00ff\u0000out')
    expect(Buffer.from(result.stderr.bytes).toString('latin1')).toBe('\u00feerr')
  })

  test('of exactly outputBytes on each stream is within the limit', async () => {
    const script = 'head -c 1000 /dev/zero; head -c 1000 /dev/zero >&2'
    const result = await sandbox().run(sh(script), { outputBytes: 1000 })
    expect(result).toMatchObject({ status: 'exited', exitCode: 0 })
    expect(result.stdout).toMatchObject({ totalBytes: 1000, truncated: false })
    expect(result.stderr).toMatchObject({ totalBytes: 1000, truncated: false })
  })

  test('of one byte more is limited, and cut at the limit', async () => {
    const result = await sandbox().run(sh('head -c 1001 /dev/zero'), { outputBytes: 1000 })
    expect(result).toMatchObject({ status: 'limited', limit: 'output', evidence: { source: 'bytes', limit: 1000 } })
    expect(result.stdout.bytes.length).toBe(1000)
    expect(result.stdout).toMatchObject({ totalBytes: 1001, truncated: true })
  })
})

describe('a command that the kernel takes no longer', () => {
  const words = Array.from({ length: 120_000 }, () => 'x'.repeat(100))

  test('is an error that names argv, and the next run goes well', async () => {
    await expect(sandbox().run(['/bin/true', ...words])).rejects.toMatchObject({
      code: 'INVALID_OPTION',
      message: expect.stringContaining('`command.argv`'),
    })
    expect(await sandbox().run(['/bin/true'])).toMatchObject({ status: 'exited', exitCode: 0 })
  })
})

test('the numbers of the pool leave out the run that has just ended', async () => {
  await sandbox().run(['/bin/true'])
  expect(sandbox().stats()).toMatchObject({ running: 0, queued: 0, busy: 0 })
})

test('output in packets counts as a whole, although a short read would drop the rest of each', async () => {
  // fcntl(1, F_SETFL, O_DIRECT): pipe(2)
  const script = 'import fcntl, os; fcntl.fcntl(1, fcntl.F_SETFL, os.O_WRONLY | os.O_DIRECT); os.write(1, b"x" * 4096)'
  const result = await sandbox().run(['/usr/bin/python3', '-c', script], { outputBytes: 100 })
  expect(result).toMatchObject({ status: 'limited', limit: 'output', evidence: { source: 'bytes', measured: 4096 } })
  expect(result.stdout).toMatchObject({ totalBytes: 4096, truncated: true })
  expect(result.stdout.bytes.length).toBe(100)
})
