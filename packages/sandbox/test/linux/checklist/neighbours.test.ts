import { readFileSync } from 'node:fs'
import type { RunResult } from '@mayfly/sandbox'
import { expect, test } from 'vitest'
import { commandsNamed, countCommands, fixtureFiles } from '../support/commands.ts'
import { failureOf } from '../support/failure.ts'
import { startProgram } from '../support/programs.ts'
import { until } from '../support/until.ts'
import { useSandbox } from '../support/use-sandbox.ts'

const sandbox = useSandbox({ concurrency: 2 })

const endless = { wallTimeMs: 600_000, idleTimeMs: 600_000 }

/** Runs one command while another, which has done its part and waits for ever, has a container of its own. */
async function runBeside(waiting: string, argv: readonly string[], signal: AbortSignal): Promise<RunResult> {
  const controller = new AbortController()
  const script = `${waiting}\nopen("/proc/self/comm", "w").write("ready")\nimport time\ntime.sleep(1000)`
  const other = failureOf(sandbox().run(['python3', '-c', script], endless, { signal: controller.signal }))
  await until(signal, () => countCommands('ready') === 1)
  const result = await sandbox().run(argv)
  controller.abort()
  await other
  return result
}

/** The ids of the host that a container's stand for: its first and the one after its last. */
function hostIds(pid: number): readonly [from: number, to: number] {
  const [, base = 0, count = 0] = readFileSync(`/proc/${pid}/uid_map`, 'utf8').trim().split(/\s+/).map(Number)
  return [base, base + count]
}

function overlap(left: readonly [number, number], right: readonly [number, number]): boolean {
  return left[0] < right[1] && right[0] < left[1]
}

async function startSleeper(signal: AbortSignal): Promise<RunResult> {
  const files = await fixtureFiles('hostile', 'sleeper')
  return sandbox().run({ argv: ['./sleeper'], files }, endless, { signal })
}

/** The sleepers' ids on the host, those of this process's sandboxes and of its children's alike. */
function sleepersIds(): readonly (readonly [number, number])[] {
  return commandsNamed('sleeper').map((pid) => hostIds(pid))
}

test('7: containers at work at once have different ids on the host', async ({ signal }) => {
  const controller = new AbortController()
  const failures = [failureOf(startSleeper(controller.signal)), failureOf(startSleeper(controller.signal))]
  await until(signal, () => countCommands('sleeper') === 2)
  const [left = [0, 1], right = [0, 1]] = sleepersIds()
  controller.abort()
  await Promise.all(failures)
  expect(overlap(left, right)).toBe(false)
})

test('50: the containers of two Node processes have different ids on the host', async ({ signal }) => {
  const controller = new AbortController()
  const child = startProgram('hold-sandbox.ts')
  try {
    const failure = failureOf(startSleeper(controller.signal))
    await until(signal, () => countCommands('sleeper') === 2)
    const [left = [0, 1], right = [0, 1]] = sleepersIds()
    controller.abort()
    await failure
    expect(overlap(left, right)).toBe(false)
    expect(countCommands('sleeper', child.pid)).toBe(1)
  } finally {
    child.kill('SIGKILL')
  }
})

test('46: an abstract socket of one container is not there in another', async ({ signal }) => {
  const listen = 'import socket\ns = socket.socket(socket.AF_UNIX)\ns.bind("\\0mayfly")\ns.listen()'
  const connect = 'import socket\nsocket.socket(socket.AF_UNIX).connect("\\0mayfly")'
  const result = await runBeside(listen, ['python3', '-c', connect], signal)
  expect(result).toMatchObject({ status: 'exited', exitCode: 1 })
  expect(String(result.stderr)).toContain('ConnectionRefusedError')
})

test('46: a port of one container is not there in another', async ({ signal }) => {
  const listen = 'import socket\ns = socket.socket()\ns.bind(("0.0.0.0", 4242))\ns.listen()'
  const connect = 'import socket\nsocket.socket().connect(("127.0.0.1", 4242))'
  const result = await runBeside(listen, ['python3', '-c', connect], signal)
  expect(result).toMatchObject({ status: 'exited', exitCode: 1 })
  expect(String(result.stderr)).toContain('Network is unreachable')
})

test('13: shared memory of one container is not there in another', async ({ signal }) => {
  const make = [
    'import ctypes',
    'libc = ctypes.CDLL(None, use_errno=True)',
    'assert libc.shmget(4242, 4096, 0o1666) >= 0',
    'open("/dev/shm/mayfly", "w").write("secret")',
  ].join('\n')
  const find = [
    'import ctypes, os',
    'libc = ctypes.CDLL(None, use_errno=True)',
    'print(libc.shmget(4242, 4096, 0), os.strerror(ctypes.get_errno()), os.listdir("/dev/shm"), os.listdir("/dev/mqueue"))',
  ].join('\n')
  const result = await runBeside(make, ['python3', '-c', find], signal)
  expect(String(result.stdout)).toBe('-1 No such file or directory [] []\n')
})
