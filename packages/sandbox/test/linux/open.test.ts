import { MiB } from '@mayfly/sandbox'
import { describe, expect, test } from 'vitest'
import { commandsNamed, countCommands, sh } from './support/commands.ts'
import { failureOf } from './support/failure.ts'
import { endless, printed, startSleeper, useContainers } from './support/open-container.ts'
import { until } from './support/until.ts'
import { useSandbox } from './support/use-sandbox.ts'

const sandbox = useSandbox({ concurrency: 3 })
const open = useContainers(sandbox)

describe('commands in a container that is kept open', () => {
  test('find the files of those before them, wherever they were written', async () => {
    const box = await open()
    await box.run(sh('echo work > a; echo tmp > /tmp/b; echo shm > /dev/shm/c; chmod 700 a'))
    expect(await printed(box, 'cat a /tmp/b /dev/shm/c; stat -c %a:%U a')).toBe('work\ntmp\nshm\n700:sandbox\n')
  })

  test('start with files, standard input and a directory of their own, and give files back', async () => {
    const box = await open()
    await box.run(sh('mkdir d'))
    const command = {
      argv: sh('cat; cat file; pwd; echo out > out'),
      stdin: 'in\n',
      cwd: 'd',
      files: { 'd/file': 'f\n' },
    }
    const result = await box.run({ ...command, collect: ['d/out', 'd'] })
    expect(String(result.stdout)).toBe('in\nf\n/work/d\n')
    expect([...result.files.keys()]).toEqual(['d/out', 'd/file'])
    expect(result.collected.map(({ path }) => path).sort()).toEqual(['d', 'd/file', 'd/out'])
  })

  test('run at once, and talk through files', async () => {
    const box = await open()
    const [reader, writer] = await Promise.all([
      box.run(sh('mkfifo pipe 2> /dev/null; cat pipe')),
      box.run(sh('mkfifo pipe 2> /dev/null; echo hello > pipe')),
    ])
    expect([String(reader.stdout), writer.status]).toEqual(['hello\n', 'exited'])
  })

  test('reach each other by the loopback device, where there is one', async () => {
    const box = await open({ network: 'loopback' })
    const serve =
      'import socket; s = socket.create_server(("127.0.0.1", 7000)); print("up", flush=True); s.accept()[0].sendall(b"hi")'
    await using server = await box.spawn(['python3', '-c', serve])
    for await (const chunk of server.stdout) if (String(Buffer.from(chunk)).includes('up')) break
    const ask = 'import socket; print(socket.create_connection(("127.0.0.1", 7000)).recv(9))'
    expect(await printed(box, `python3 -c '${ask}'`)).toBe("b'hi'\n")
  })

  test('see no processes but their own, whose first is not theirs', async ({ signal }) => {
    const box = await open()
    await using running = await startSleeper(box, signal)
    const [pid = 0] = commandsNamed('sleeper')
    const script = `cd /proc; echo [0-9]*; echo $$; kill -9 ${pid} 2; kill -9 -1; echo here`
    expect(await printed(box, script)).toMatch(/^(\d+)\n\1\n/)
    expect(countCommands('sleeper')).toBe(1)
    running.kill()
    expect(await running.result).toMatchObject({ status: 'signaled', signal: 'SIGKILL' })
    expect(countCommands('sleeper')).toBe(0)
  })

  test('take nothing with them but what they started, also what left its session', async ({ signal }) => {
    const box = await open()
    await using first = await startSleeper(box, signal)
    const result = await box.run(
      sh('setsid ./sleeper & setsid sh -c "./sleeper & ./sleeper &"; while [ "$(pgrep -c sleeper)" != 3 ]; do :; done'),
    )
    expect(result).toMatchObject({ status: 'exited', exitCode: 0 })
    expect(countCommands('sleeper')).toBe(1)
    first.kill('SIGTERM')
    expect(await first.result).toMatchObject({ status: 'signaled', signal: 'SIGTERM' })
  })

  test('have a terminal and channels where they are asked for', async () => {
    const box = await open()
    await using shell = await box.spawn(
      sh('stty size; tty; stty -echo; echo ready; read line; echo "got $line"'),
      {},
      { terminal: { columns: 99, rows: 33 } },
    )
    let text = ''
    for await (const chunk of shell.stdout) {
      text += Buffer.from(chunk).toString()
      if (text.endsWith('ready\r\n')) shell.stdin.write('word\n')
    }
    expect(text).toMatch(/^33 99\r\n\/dev\/pts\/\d\r\nready\r\ngot word\r\n$/)
    const echo = 'import socket; s = socket.socket(fileno=3); s.sendall(s.recv(9))'
    await using talker = await box.spawn(['python3', '-c', echo], {}, { channels: ['rpc'] })
    talker.channels['rpc']?.write('ping')
    let said = ''
    for await (const chunk of talker.channels['rpc'] ?? []) said += String(chunk)
    expect(said).toBe('ping')
  })

  test('that cannot be executed reject, and the container goes on', async () => {
    const box = await open()
    expect(await failureOf(box.run(['nowhere']))).toMatchObject({ code: 'COMMAND_NOT_FOUND' })
    expect(await failureOf(box.run({ argv: ['true'], files: { 'a/../b': '' } }))).toMatchObject({
      code: 'INVALID_OPTION',
    })
    expect(await printed(box, 'echo fine')).toBe('fine\n')
  })

  test('that are aborted reject with the reason once they are dead, and no other does', async ({ signal }) => {
    const box = await open()
    await using other = await startSleeper(box, signal)
    const controller = new AbortController()
    const failure = failureOf(box.run(['./sleeper'], endless, { signal: controller.signal }))
    await until(signal, () => countCommands('sleeper') === 2)
    controller.abort(new Error('enough'))
    expect(await failure).toMatchObject({ message: 'enough' })
    expect(countCommands('sleeper')).toBe(1)
    other.kill()
    await other.result
  })

  test('are refused what only the whole container has', async () => {
    const box = await open()
    for (const command of [{ argv: ['true'], mounts: [{ source: '/usr', target: '/mnt' }] }])
      expect(await failureOf(box.run(command as never))).toMatchObject({ code: 'INVALID_OPTION' })
    const disk = failureOf(box.run(['true'], { diskBytes: MiB } as never))
    expect(await disk).toMatchObject({ code: 'INVALID_OPTION', message: expect.stringContaining('diskBytes') })
    const freeze = failureOf(box.run(['true'], {}, { freeze: true } as never))
    expect(await freeze).toMatchObject({ code: 'INVALID_OPTION', message: expect.stringContaining('freeze') })
  })

  test('are told apart by what they tried and were refused', async () => {
    const box = await open()
    const tried = 'import socket\ntry: socket.create_connection(("192.0.2.1", 80))\nexcept OSError: pass'
    const [one, two] = await Promise.all([box.run(['python3', '-c', tried]), box.run(['true'])])
    expect(one.violations.map(({ call }) => call)).toContain('connect')
    expect(two.violations).toEqual([])
  })

  test('run a hundred times, and leave no place taken', async () => {
    const box = await open()
    const outputs = Array.from({ length: 100 }, async (_, index) => printed(box, `echo ${index}`, endless))
    expect(await Promise.all(outputs)).toEqual(Array.from({ length: 100 }, (_, index) => `${index}\n`))
  })
})
