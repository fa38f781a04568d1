import { readFileSync } from 'node:fs'
import { buffer, text } from 'node:stream/consumers'
import { setImmediate } from 'node:timers/promises'
import { KiB, MiB, type RunningCommand } from '@mayfly/sandbox'
import { expect, test } from 'vitest'
import { supervisorsOf } from '../../../../fixtures/host-processes.ts'
import { streamProblems, streamThrough } from '../../../../test/soak/stream-memory.ts'
import { sh } from './support/commands.ts'
import { failureOf } from './support/failure.ts'
import { useSandbox } from './support/use-sandbox.ts'

const sandbox = useSandbox({ concurrency: 2 })

/** Reads until what was read satisfies `enough`. */
async function readUntil(stream: AsyncIterable<Uint8Array>, enough: (text: string) => boolean): Promise<string> {
  const iterator = stream[Symbol.asyncIterator]()
  let read = ''
  while (!enough(read)) {
    const next = await iterator.next()
    if (next.done === true) throw new Error(`ended after ${JSON.stringify(read)}`)
    read += Buffer.from(next.value).toString()
  }
  return read
}

const textOf = (stream: AsyncIterable<Uint8Array>): Promise<string> => text(stream as never)

test('a command is talked to while it runs', async () => {
  await using running = await sandbox().spawn(sh('while read line; do echo "got $line"; done; echo end >&2'))
  running.stdin.write('one\n')
  expect(await readUntil(running.stdout, (read) => read.endsWith('\n'))).toBe('got one\n')
  running.stdin.write('two\n')
  expect(await readUntil(running.stdout, (read) => read.endsWith('\n'))).toBe('got two\n')
  running.stdin.end()
  expect(await textOf(running.stderr)).toBe('end\n')
  const result = await running.result
  expect(result).toMatchObject({ status: 'exited', exitCode: 0, stdout: { totalBytes: 16, truncated: true } })
  expect(result.stdout.bytes).toHaveLength(0)
})

test('what it wrote before its end is there to be read after it', async () => {
  const running = await sandbox().spawn(sh('head -c 100000 /dev/zero; exit 3'))
  expect(await running.result).toMatchObject({ status: 'exited', exitCode: 3 })
  expect(await buffer(running.stdout as never)).toHaveLength(100_000)
})

test('a stream that it closes ends for its reader while it runs', async () => {
  await using running = await sandbox().spawn(sh('echo last; exec >&-; read x; exit "$x"'))
  expect(await textOf(running.stdout)).toBe('last\n')
  running.stdin.write('6\n')
  expect(await running.result).toMatchObject({ exitCode: 6 })
})

test('input that comes with the command is fed to it', async () => {
  const running = await sandbox().spawn({ argv: ['cat'], stdin: 'as with run' })
  expect(await textOf(running.stdout)).toBe('as with run')
})

test('files come first, and are collected at the end', async () => {
  const command = { argv: sh('cat in > out'), files: { in: 'content' }, collect: ['out'] }
  const running = await sandbox().spawn(command)
  expect(String(Buffer.from((await running.result).files.get('out') ?? []))).toBe('content')
})

test('a reader that stops stops the command, and holds no memory for it', async ({ signal }) => {
  await using running = await sandbox().spawn(sh('head -c 100000000 /dev/zero; echo done >&2'), {
    outputBytes: 200 * MiB,
  })
  const iterator = running.stdout[Symbol.asyncIterator]()
  await iterator.next()
  const stopped = await settledCpu(running, signal)
  const [supervisor] = supervisorsOf(process.pid)
  expect(residentBytes(supervisor ?? 0)).toBeLessThan(32 * MiB)
  let total = 0
  for await (const chunk of running.stdout) total += chunk.length
  expect(total).toBeGreaterThan(99_000_000)
  const result = await running.result
  expect(result).toMatchObject({ status: 'exited', stdout: { totalBytes: 100_000_000 } })
  expect(stopped).toBeLessThan(result.usage.cpuTimeMs / 4)
})

/** Its CPU time once it waits for its reader: then it is the same however often it is asked. */
async function settledCpu(running: RunningCommand, signal: AbortSignal): Promise<number> {
  const sameCount = 20
  for (let last = -1, same = 0; ;) {
    signal.throwIfAborted()
    const { cpuTimeMs } = await running.usage()
    same = cpuTimeMs === last ? same + 1 : 0
    if (same === sameCount) return cpuTimeMs
    last = cpuTimeMs
    await setImmediate()
  }
}

function residentBytes(pid: number): number {
  const [, kibibytes] = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
  return Number(kibibytes) * KiB
}

test('a reader that leaves lets the command go on', async () => {
  const running = await sandbox().spawn(sh('head -c 3000000 /dev/zero; exit 4'))
  for await (const chunk of running.stdout) {
    expect(chunk.length).toBeGreaterThan(0)
    break
  }
  expect(await running.result).toMatchObject({ exitCode: 4, stdout: { totalBytes: 3_000_000 } })
})

test('output beyond its budget ends it, whoever reads', async () => {
  const running = await sandbox().spawn(['yes'], { outputBytes: 100_000 })
  expect(await buffer(running.stdout as never)).toHaveLength(100_000)
  expect(await running.result).toMatchObject({ status: 'limited', limit: 'output' })
})

test('64 MiB go through cat, in and out', async () => {
  const running = await sandbox().spawn(['cat'], { outputBytes: 65 * MiB })
  const part = Buffer.alloc(MiB, 'mayfly')
  const writing = (async () => {
    for (let i = 0; i < 64; i++) await new Promise((resolve) => running.stdin.write(part, resolve))
    running.stdin.end()
  })()
  let at = 0
  for await (const chunk of running.stdout) {
    const from = at % MiB
    const expected = Buffer.concat([part.subarray(from), part.subarray(0, from)]).subarray(0, chunk.length)
    if (!expected.equals(chunk)) throw new Error(`other bytes at ${at}`)
    at += chunk.length
  }
  await writing
  expect(at).toBe(64 * MiB)
})

test('what goes through a container takes no memory on the way', async () => {
  const [supervisor = 0] = supervisorsOf(process.pid)
  expect(streamProblems(await streamThrough(sandbox(), supervisor, 192 * MiB))).toEqual([])
})

test('killed, it ends by SIGKILL with all it started', async () => {
  const running = await sandbox().spawn(sh('sleep 60 & echo; wait'))
  await readUntil(running.stdout, (read) => read !== '')
  running.kill()
  expect(await running.result).toMatchObject({ status: 'signaled', signal: 'SIGKILL' })
})

test('another signal is the command’s to handle', async () => {
  const running = await sandbox().spawn(sh('trap "echo caught; exit 7" TERM; echo ready; while :; do sleep 0.01; done'))
  await readUntil(running.stdout, (read) => read === 'ready\n')
  running.kill('SIGTERM')
  expect(await textOf(running.stdout)).toBe('caught\n')
  expect(await running.result).toMatchObject({ status: 'exited', exitCode: 7 })
})

test('a signal that is none is refused', async () => {
  await using running = await sandbox().spawn(['cat'])
  expect(() => running.kill('SIGNOTHING' as 'SIGTERM')).toThrow('must be the name of a signal')
})

test('usage is told while it runs', async () => {
  await using running = await sandbox().spawn(sh('i=0; while [ $i -lt 100000 ]; do i=$((i+1)); done; echo; cat'))
  await readUntil(running.stdout, (read) => read !== '')
  const usage = await running.usage()
  expect(usage.cpuTimeMs).toBeGreaterThan(1)
  expect(usage.wallTimeMs).toBeGreaterThan(usage.cpuTimeMs / 2)
  expect(usage.memoryPeakBytes).toBeGreaterThan(0)
  running.stdin.end()
  await running.result
  expect(await failureOf(running.usage())).toMatchObject({ code: 'CONTAINER_FAILED' })
})

test('limits renewed start from zero', async () => {
  const spin = 'spin() { i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done; }'
  const script = `${spin}; spin; echo ready; read line; head -c 500 /dev/zero; read line`
  await using running = await sandbox().spawn(sh(script), { outputBytes: 600 })
  await readUntil(running.stdout, (read) => read === 'ready\n')
  const before = await running.usage()
  running.renew({ outputBytes: 500, wallTimeMs: 60_000 })
  const after = await running.usage()
  expect(after.cpuTimeMs).toBeLessThan(before.cpuTimeMs / 2)
  expect(after.wallTimeMs).toBeLessThan(before.wallTimeMs)
  running.stdin.write('\n')
  running.stdin.end('\n')
  const result = await running.result
  expect(result).toMatchObject({ status: 'exited', stdout: { totalBytes: 500 } })
  expect(result.usage.wallTimeMs).toBeLessThan(before.wallTimeMs + 10_000)
})

test('a renewed limit is the one that ends it', async () => {
  await using running = await sandbox().spawn(['cat'], { wallTimeMs: 100_000 })
  running.renew({ wallTimeMs: 50 })
  expect(await running.result).toMatchObject({ status: 'limited', limit: 'wallTime', evidence: { limit: 50 } })
})

test('limits that are the command’s own from its start are not renewed', async () => {
  await using running = await sandbox().spawn(['cat'])
  expect(() => running.renew({ stackBytes: MiB } as never)).toThrow('stackBytes')
})

test('what cannot be executed is told by the result', async () => {
  const running = await sandbox().spawn(['no-such-program'])
  expect(await failureOf(running.result)).toMatchObject({ code: 'COMMAND_NOT_FOUND' })
})

test('aborted, it rejects with the reason', async () => {
  const controller = new AbortController()
  const running = await sandbox().spawn(['cat'], {}, { signal: controller.signal })
  controller.abort(new Error('enough'))
  await expect(running.result).rejects.toThrow('enough')
})

test('one that is left alone is killed at the end of its scope', async () => {
  let result
  {
    await using running = await sandbox().spawn(['cat'])
    result = running.result
  }
  expect(await result).toMatchObject({ status: 'signaled', signal: 'SIGKILL' })
  expect(sandbox().stats().running).toBe(0)
})

test('a flood of output does not hold up another run', async () => {
  await using flood = await sandbox().spawn(['yes'], { outputBytes: 2 ** 40, cpuTimeMs: 60_000, wallTimeMs: 60_000 })
  let flooded = 0
  const reading = (async () => {
    for await (const chunk of flood.stdout) flooded += chunk.length
  })()
  for (let i = 0; i < 20; i++) expect(await sandbox().run(['true'])).toMatchObject({ exitCode: 0 })
  flood.kill()
  await reading
  expect(flooded).toBeGreaterThan(MiB)
})

test('channels are sockets that go both ways, and the only further descriptors', async () => {
  const script =
    'ls /proc/self/fd | head -n 5; echo $MAYFLY_CHANNEL_RPC $MAYFLY_CHANNEL_LOG; head -n1 <&3 >&4; cat <&3 >&3'
  const running = await sandbox().spawn(sh(script), {}, { channels: ['rpc', 'log'] })
  const { rpc, log } = running.channels
  rpc?.write('to the log\n')
  const stdout = readUntil(running.stdout, (read) => read.includes('3 4\n'))
  expect(await readUntil(log as AsyncIterable<Uint8Array>, (read) => read.endsWith('\n'))).toBe('to the log\n')
  rpc?.end('and back')
  expect(await text(rpc as never)).toBe('and back')
  expect((await stdout).replace(/^(.*\n)+(?=3 4\n)/, '')).toBe('3 4\n')
  expect(await running.result).toMatchObject({ status: 'exited', exitCode: 0 })
})

test('what comes over a channel counts as output', async () => {
  const running = await sandbox().spawn(sh('yes >&3'), { outputBytes: 100_000 }, { channels: ['rpc'] })
  expect(await buffer(running.channels['rpc'] as never)).toHaveLength(100_000)
  expect(await running.result).toMatchObject({ status: 'limited', limit: 'output', evidence: { limit: 100_000 } })
})

test.each([
  [{ channels: ['RPC'] }, '`options.channels[0]`'],
  [{ channels: ['a', 'a'] }, '`options.channels[1]` must be named once'],
  [{ channels: Array.from({ length: 9 }, (_, i) => `c${i}`) }, '`options.channels` must have at most 8 names'],
  [{ terminal: { columns: 0, rows: 24 } }, '`options.terminal.columns` must be an integer from 1 to 65535'],
  [{ terminal: { columns: 80 } as never }, '`options.terminal.rows`'],
])('%o is refused', async (options, message) => {
  const failure = await failureOf(sandbox().spawn(['true'], {}, options))
  expect(failure).toMatchObject({ code: 'INVALID_OPTION', message: expect.stringContaining(message) })
})
