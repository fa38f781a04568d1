import { readdirSync, readFileSync } from 'node:fs'
import { createSandbox, KiB, MiB } from '@mayfly/sandbox'
import { expect, test } from 'vitest'
import { supervisorsOf } from '../../../../fixtures/host-processes.ts'
import { fixtureFiles, sh } from './support/commands.ts'
import { failureOf } from './support/failure.ts'
import { useSandbox } from './support/use-sandbox.ts'

const sandbox = useSandbox({ concurrency: 2 })

const good = { status: 'exited', exitCode: 0 }

test('each reads what the other writes, and the rest is as of any run', async () => {
  const result = await sandbox().connect(
    {
      command: {
        argv: sh('cat number; read answer; echo "$answer" > out; exit 7'),
        files: { number: '20\n' },
        collect: ['out'],
      },
    },
    { command: sh('read number; echo $((number * 2 + 1)); echo told >&2') },
  )
  expect(result).toMatchObject({
    left: { status: 'exited', exitCode: 7, stdout: { totalBytes: 3, truncated: true } },
    right: { ...good, stdout: { totalBytes: 3 } },
    leftToRight: { bytes: 3 },
    rightToLeft: { bytes: 3 },
  })
  expect(String(result.right.stderr)).toBe('told\n')
  expect(String(Buffer.from(result.left.files.get('out') ?? []))).toBe('41\n')
  expect(result.left.stdout.bytes).toHaveLength(0)
  expect(result).not.toHaveProperty('transcript')
})

test('the transcript tells who said what, in order, from the start on', async () => {
  const { transcript } = await sandbox().connect(
    { command: sh('echo one; read a; echo three') },
    { command: sh('read a; echo two; read a') },
    { transcriptBytes: 64 * KiB },
  )
  const entries = transcript?.entries ?? []
  expect(entries.map(({ from, bytes }) => [from, String(Buffer.from(bytes))])).toEqual([
    ['left', 'one\n'],
    ['right', 'two\n'],
    ['left', 'three\n'],
  ])
  const times = entries.map(({ atMs }) => atMs)
  expect(times).toEqual([...times].sort((a, b) => a - b))
  expect(times[0]).toBeGreaterThan(0)
  expect(transcript?.truncated).toBe(false)
})

test('a transcript is as long as it was asked to be, and the commands go on', async () => {
  const { transcript, right } = await sandbox().connect(
    { command: sh('head -c 100000 /dev/zero') },
    { command: sh('wc -c >&2') },
    { transcriptBytes: 1016 },
  )
  expect(transcript).toMatchObject({ truncated: true })
  expect(transcript?.entries.map(({ bytes }) => bytes.length)).toEqual([1000])
  expect(String(right.stderr).trim()).toBe('100000')
})

test('a transcript that is full to the last byte is truncated by what comes after it', async () => {
  const { transcript } = await sandbox().connect(
    { command: sh('printf 12345678; read x; echo more') },
    { command: sh('head -c 8 > /dev/null; echo; cat > /dev/null') },
    { transcriptBytes: 24 },
  )
  expect(transcript?.entries.map(({ bytes }) => String(Buffer.from(bytes)))).toEqual(['12345678'])
  expect(transcript?.truncated).toBe(true)
})

test('a pipeline takes what was written before the end of who wrote it', async () => {
  const result = await sandbox().connect(
    { command: sh('head -c 150000 /dev/zero; echo done >&2') },
    // by then the left one has ended, and what it wrote is under way
    { command: sh('sleep 0.2; wc -c >&2') },
  )
  expect(result).toMatchObject({ left: good, right: good, endedFirst: 'left', leftToRight: { endedBy: 'left' } })
  expect([result.left, result.right].map(({ stderr }) => String(stderr).trim())).toEqual(['done', '150000'])
})

test('who writes to one that has ended meets SIGPIPE', async () => {
  expect(await sandbox().connect({ command: ['yes'] }, { command: sh('head -n 3; exit 5') })).toMatchObject({
    left: { status: 'signaled', signal: 'SIGPIPE' },
    right: { status: 'exited', exitCode: 5 },
    endedFirst: 'right',
    leftToRight: { endedBy: 'right' },
  })
})

test('one that closes its output and goes on gives the other the end of its input', async () => {
  const result = await sandbox().connect(
    { command: sh('exec >&-; cat >&2; exit 3') },
    { command: sh('cat; echo after') },
  )
  expect(result).toMatchObject({ left: { exitCode: 3 }, right: good, leftToRight: { bytes: 0, endedBy: 'left' } })
  expect(result.endedFirst).toBe('right')
  expect(String(result.left.stderr)).toBe('after\n')
})

test('one that closes its input and goes on gives the other SIGPIPE, and is not taken to have ended', async () => {
  const result = await sandbox().connect(
    { command: sh('exec <&-; while read -r line; do :; done < /dev/zero & wait; exit 3'), limits: { wallTimeMs: 700 } },
    { command: ['yes'] },
  )
  expect(result).toMatchObject({
    left: { status: 'limited' },
    right: { status: 'signaled', signal: 'SIGPIPE' },
    endedFirst: 'right',
    rightToLeft: { endedBy: 'left' },
  })
})

test('two that wait for each other end by their own limits', async () => {
  const waits = { command: ['cat'], limits: { idleTimeMs: 150 } } as const
  const { left, right } = await sandbox().connect(waits, { ...waits, limits: { wallTimeMs: 300 } })
  expect(left).toMatchObject({ status: 'limited', limit: 'idleTime' })
  expect(right).toMatchObject(good)
})

test('each has byte caps of its own: what is beyond ends it, and is not passed on', async () => {
  const result = await sandbox().connect(
    { command: ['yes'], limits: { outputBytes: 10_000 } },
    { command: sh('wc -c >&2') },
  )
  expect(result).toMatchObject({
    left: { status: 'limited', limit: 'output', evidence: { limit: 10_000, measured: 10_001 } },
    right: good,
    leftToRight: { bytes: 10_001 },
  })
  expect(String(result.right.stderr).trim()).toBe('10000')
})

test('as many bytes as it may write are not too many', async () => {
  expect(
    await sandbox().connect(
      { command: sh('head -c 10000 /dev/zero'), limits: { outputBytes: 10_000 } },
      { command: ['cat', '/dev/stdin'] },
    ),
  ).toMatchObject({ left: good, leftToRight: { bytes: 10_000 } })
})

/**
 * Bytes that the calls of a process have read and written: its threads' own (proc_pid_io(5)), since the sum over a
 * process holds that of every child it waited for, such as the init of a container that is gone.
 */
function callBytes(pid: number | 'self'): number {
  const threads = readdirSync(`/proc/${pid}/task`)
  const texts = threads.map((thread) => readFileSync(`/proc/${pid}/task/${thread}/io`, 'utf8'))
  const numbers = texts.flatMap((text) => [...text.matchAll(/^[rw]char: (\d+)/gm)].map(([, count]) => Number(count)))
  return numbers.reduce((sum, count) => sum + count, 0)
}

test('what they say passes neither through Node nor through the supervisor', async () => {
  const [supervisor = 0] = supervisorsOf(process.pid)
  const before = [callBytes('self'), callBytes(supervisor)]
  const { left, leftToRight } = await sandbox().connect(
    { command: sh(`head -c ${256 * MiB} /dev/zero`), limits: { outputBytes: 300 * MiB } },
    { command: sh('cat > /dev/null') },
  )
  expect([left, leftToRight]).toMatchObject([good, { bytes: 256 * MiB }])
  const passed = [callBytes('self'), callBytes(supervisor)].map((bytes, index) => bytes - (before[index] ?? 0))
  for (const bytes of passed) expect(bytes).toBeLessThan(MiB)
})

test('one that cannot be executed is told with its side, and the other one ends', async () => {
  const error = await failureOf(sandbox().connect({ command: ['cat'] }, { command: ['no-such-program'] }))
  expect(error).toMatchObject({ code: 'COMMAND_NOT_FOUND', side: 'right', path: 'no-such-program' })
  expect(await sandbox().run(['true'])).toMatchObject(good)
})

test('files that do not fit end both', async () => {
  const command = { argv: ['cat'], files: { big: Buffer.alloc(2 * MiB) } }
  expect(await sandbox().connect({ command, limits: { diskBytes: MiB } }, { command: ['cat'] })).toMatchObject({
    left: { status: 'limited', limit: 'disk' },
    right: { status: 'signaled', signal: 'SIGKILL' },
    endedFirst: 'left',
  })
})

test('a command that comes with standard input is refused, and so are mounts that differ', async () => {
  const cat = { command: ['cat'] }
  expect(await failureOf(sandbox().connect({ command: { argv: ['cat'], stdin: 'x' } }, cat))).toMatchObject({
    code: 'INVALID_OPTION',
    side: 'left',
    message: expect.stringContaining('command.stdin') as unknown,
  })
  const mounts = [{ source: '/usr', target: '/data' }]
  expect(await failureOf(sandbox().connect(cat, { command: { argv: ['cat'], mounts } }))).toMatchObject({
    code: 'INVALID_OPTION',
    message: expect.stringContaining('right.command.mounts') as unknown,
  })
  for (const transcriptBytes of [-1, 1.5, 64 * MiB])
    expect(await failureOf(sandbox().connect(cat, cat, { transcriptBytes }))).toMatchObject({ code: 'INVALID_OPTION' })
})

test('aborted, it rejects with the reason once both are dead', async () => {
  const controller = new AbortController()
  const connected = sandbox().connect({ command: ['cat'] }, { command: ['cat'] }, { signal: controller.signal })
  setImmediate(() => controller.abort(new Error('enough')))
  expect(await failureOf(connected)).toMatchObject({ message: 'enough' })
})

test('neither has more descriptors than any command', async () => {
  const command = {
    argv: sh('./list-descriptors > /work/list; cat /work/list >&2'),
    files: await fixtureFiles('honest', 'list-descriptors'),
  }
  const { left, right } = await sandbox().connect({ command }, { command })
  for (const { stderr } of [left, right]) expect(String(stderr)).toBe('0 1 2\n')
})

test('its pipes can be opened again by name', async () => {
  expect(
    await sandbox().connect({ command: sh('echo hello > /dev/stdout') }, { command: sh('grep -q hello /dev/stdin') }),
  ).toMatchObject({ left: good, right: good })
})

test('a pair that stalls holds up neither its supervisor nor other runs', async () => {
  const controller = new AbortController()
  const stalled = sandbox().connect(
    { command: ['yes'], limits: { outputBytes: 100 * MiB } },
    { command: ['sleep', '1000'], limits: { wallTimeMs: 1_000_000 } },
    { signal: controller.signal },
  )
  for (let i = 0; i < 5; i++) expect(await sandbox().run(['true'])).toMatchObject(good)
  controller.abort(new Error('enough'))
  expect(await failureOf(stalled)).toMatchObject({ message: 'enough' })
})

test('more pairs at once than there are containers ready, in a sandbox of one turn too', async () => {
  for (const concurrency of [1, 8]) {
    await using own = await createSandbox({ concurrency, warm: { min: 0, max: 1 } })
    const pairs = Array.from({ length: 8 }, async (_, index) =>
      own.connect({ command: sh(`echo ${index}; read a; exit $a`) }, { command: ['cat'] }),
    )
    expect((await Promise.all(pairs)).map(({ left }) => left)).toMatchObject(
      Array.from({ length: 8 }, (_, exitCode) => ({ status: 'exited', exitCode })),
    )
  }
})

test('each stands on a layer of its own', async () => {
  const made = await Promise.all(
    ['one', 'two'].map(async (word) => sandbox().run(sh(`echo ${word} > word`), {}, { freeze: true })),
  )
  const [left, right] = made.map(({ layer }) => layer)
  if (left === undefined || right === undefined) throw new Error('no layers')
  const says = sh('cat word; exec >&-; cat >&2')
  const result = await sandbox().connect(
    { command: { argv: says, base: left } },
    { command: { argv: says, base: right } },
  )
  expect([result.left, result.right].map(({ stderr }) => String(stderr))).toEqual(['two\n', 'one\n'])
  await Promise.all([left.close(), right.close()])
})
