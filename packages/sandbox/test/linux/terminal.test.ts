import { text } from 'node:stream/consumers'
import { createSandbox, type RunningCommand, type SpawnOptions } from '@mayfly/sandbox'
import { expect, test } from 'vitest'
import { sh } from './support/commands.ts'
import { useSandbox } from './support/use-sandbox.ts'

const sandbox = useSandbox({ concurrency: 2 })

const terminal = { columns: 91, rows: 17 }

async function onTerminal(argv: readonly string[], options: SpawnOptions = {}): Promise<RunningCommand> {
  return sandbox().spawn(argv, { memoryBytes: 2 ** 28 }, { terminal, ...options })
}

async function readUntil(running: RunningCommand, pattern: RegExp): Promise<string> {
  const iterator = running.stdout[Symbol.asyncIterator]()
  let read = ''
  while (!pattern.test(read)) {
    const next = await iterator.next()
    if (next.done === true) throw new Error(`ended after ${JSON.stringify(read)}`)
    read += Buffer.from(next.value).toString()
  }
  return read
}

async function outputOf(script: string): Promise<string> {
  const running = await onTerminal(sh(script))
  return text(running.stdout as never)
}

test('its standard streams are a terminal of the size asked for, which controls it', async () => {
  const script = 'tty; tty <&1; tty <&2; stty size; echo $TERM; ps -o tty= -p $$; cut -d " " -f 7 /proc/$$/stat'
  const printed = await outputOf(script)
  const [first, second, third, size, term, ...controlling] = printed.split('\r\n')
  expect([first, second, third, size, term]).toEqual([...Array(3).fill('/dev/pts/0'), '17 91', 'xterm-256color'])
  expect(controlling).toContain(String(136 << 8)) // tty_nr of pts 0
})

test('what is written to standard error comes with the rest', async () => {
  const running = await onTerminal(sh('echo out; echo err >&2'))
  expect(await text(running.stdout as never)).toBe('out\r\nerr\r\n')
  expect(await text(running.stderr as never)).toBe('')
  expect(await running.result).toMatchObject({ exitCode: 0, stdout: { totalBytes: 10 }, stderr: { totalBytes: 0 } })
})

test('what is typed is echoed, and Ctrl-C interrupts', async () => {
  const running = await onTerminal(
    sh('trap "echo interrupted; exit 9" INT; echo ready; while read x; do echo "<$x>"; done'),
  )
  await readUntil(running, /ready/)
  running.stdin.write('word\r')
  expect(await readUntil(running, /<word>\r\n/)).toBe('word\r\n<word>\r\n')
  running.stdin.write('\u0003')
  expect(await readUntil(running, /interrupted/)).toContain('^C')
  expect(await running.result).toMatchObject({ exitCode: 9 })
})

test('the end of input is Ctrl-D', async () => {
  const running = await onTerminal(['cat'])
  running.stdin.end('line\r')
  expect(await text(running.stdout as never)).toBe('line\r\nline\r\n')
  expect(await running.result).toMatchObject({ exitCode: 0 })
})

test('a window that changes its size is told by SIGWINCH', async () => {
  const running = await onTerminal(sh('trap "stty size; exit" WINCH; echo ready; while :; do sleep 0.01; done'))
  await readUntil(running, /ready/)
  running.resize({ columns: 120, rows: 40 })
  expect(await readUntil(running, /\d+ \d+/)).toContain('40 120')
  expect(await running.result).toMatchObject({ exitCode: 0 })
})

test('bash has job control: Ctrl-Z stops, fg goes on', async () => {
  const running = await onTerminal(['bash', '--norc', '-i'])
  running.stdin.write('PS1="ready> "\r')
  await readUntil(running, /[^"]ready> $/)
  running.stdin.write('sh -c "echo started; read line; echo went on with \\$line"\r')
  await readUntil(running, /started\r\n/)
  running.stdin.write('\u001a')
  await readUntil(running, /Stopped[^]*ready> $/)
  running.stdin.write('fg\r')
  await readUntil(running, /sh -c .*\r\n/)
  running.stdin.write('it\r')
  await readUntil(running, /went on with it/)
  running.stdin.write('exit 5\r')
  expect(await running.result).toMatchObject({ status: 'exited', exitCode: 5 })
})

test('TIOCSTI types nothing', async () => {
  const program =
    "import fcntl,termios\ntry: fcntl.ioctl(0, termios.TIOCSTI, b'x')\nexcept OSError as e: print(e.strerror)"
  const running = await onTerminal(['python3', '-c', program])
  expect(await text(running.stdout as never)).toBe('Operation not permitted\r\n')
})

test('12: there is a devpts only where a command has a terminal, and one for each', async () => {
  const script = 'grep -c " devpts " /proc/self/mounts; ls /dev/pts'
  expect(String((await sandbox().run(sh(script))).stdout)).toBe('0\n')
  const first = await onTerminal(sh(`${script}; cat`))
  await readUntil(first, /ptmx/)
  expect(await outputOf(script)).toBe('1\r\n0  ptmx\r\n')
  first.kill()
  await first.result
})

test('a last word at the end of many is not lost', async () => {
  for (let i = 0; i < 20; i++) expect((await outputOf('seq 2000; echo end')).slice(-5)).toBe('end\r\n')
})

test('a container with a disk of its own size has a terminal too', async () => {
  const running = await sandbox().spawn(
    sh('df -k --output=size /work | tail -n 1'),
    { diskBytes: 2 ** 20 },
    { terminal },
  )
  expect((await text(running.stdout as never)).trim()).toBe('1024')
})

test('vim opens, edits and quits', async () => {
  await using other = await createSandbox({ concurrency: 1, limits: { processCount: 64 } })
  const running = await other.spawn({ argv: ['vim', '-u', 'NONE', 'file'], collect: ['file'] }, {}, { terminal })
  await readUntil(running, /\[New File\]/)
  running.stdin.write('iwritten in vim\u001b:wq\r')
  const result = await running.result
  expect(result).toMatchObject({ status: 'exited', exitCode: 0 })
  expect(Buffer.from(result.files.get('file') ?? []).toString()).toBe('written in vim\n')
})
