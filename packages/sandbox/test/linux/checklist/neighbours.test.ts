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

const ownerOfLocks = [
  'import fcntl, os',
  'for path in ["/usr/bin/env", "/etc/passwd", "/usr", "/etc/hosts"]:',
  '    fcntl.flock(os.open(path, os.O_RDONLY), fcntl.LOCK_EX)',
  'fcntl.lockf(os.open("/usr/bin/python3", os.O_RDONLY), fcntl.LOCK_SH)',
].join('\n')

const tryLocks = [
  'import fcntl, os',
  'def attempt(path):',
  '    try: fcntl.flock(os.open(path, os.O_RDONLY), fcntl.LOCK_EX | fcntl.LOCK_NB)',
  '    except OSError as error: return error.strerror',
  '    return "free"',
  'print(*[path + " " + attempt(path) for path in ["/usr/bin/env", "/etc/passwd", "/usr", "/etc/hosts"]], sep="\\n")',
].join('\n')

/* Locks and watches belong to inodes, and each container has inodes of its own for the image. */
test('50: a lock on a file of the image does not show in another container', async ({ signal }) => {
  const result = await runBeside(ownerOfLocks, ['python3', '-c', tryLocks], signal)
  expect(String(result.stdout)).toBe('/usr/bin/env free\n/etc/passwd free\n/usr free\n/etc/hosts free\n')
})

test('50: a watch on a file of the image does not tell what another container opens', async ({ signal }) => {
  const open = [
    'import threading, time',
    'def touch():',
    '    while True: open("/etc/hosts").read(); open("/usr/bin/env", "rb").close(); time.sleep(0.01)',
    'threading.Thread(target=touch, daemon=True).start()',
  ].join('\n')
  const watch = [
    'import ctypes, select',
    'libc = ctypes.CDLL(None)',
    'fd = libc.inotify_init1(0)',
    'print([path for path in ["/etc/hosts", "/usr/bin/env"] if libc.inotify_add_watch(fd, path.encode(), 0x20) < 0])',
    'print(len(select.select([fd], [], [], 1)[0]))',
  ].join('\n')
  const result = await runBeside(open, ['python3', '-c', watch], signal)
  expect(String(result.stdout)).toBe('[]\n0\n')
})

test('13: a message queue and a key of one container are not there in another', async ({ signal }) => {
  const make = [
    'import ctypes',
    'libc = ctypes.CDLL(None, use_errno=True)',
    'assert libc.mq_open(b"/mayfly", 0o102, 0o666, None) >= 0',
    'assert libc.msgget(4242, 0o1666) >= 0 and libc.semget(4242, 1, 0o1666) >= 0',
    'libc.syscall(248, b"user", b"mayfly", b"secret", 6, -4)',
  ].join('\n')
  const find = [
    'import ctypes, os',
    'libc = ctypes.CDLL(None, use_errno=True)',
    'print(libc.mq_open(b"/mayfly", 2), libc.msgget(4242, 0), libc.semget(4242, 0, 0), libc.syscall(249, b"user", b"mayfly", None, -4))',
    'print(os.listdir("/dev/mqueue"), os.path.exists("/proc/keys"), os.path.exists("/proc/locks"), os.path.exists("/proc/sysvipc"))',
  ].join('\n')
  const result = await runBeside(make, ['python3', '-c', find], signal)
  expect(String(result.stdout)).toBe('-1 -1 -1 -1\n[] False False False\n')
})

test('50: processes of one container cannot be seen or signalled from another', async ({ signal }) => {
  const find = [
    'import os',
    'own = os.getpid()',
    'print([name for name in os.listdir("/proc") if name.isdigit() and int(name) != own])',
    'reached = []',
    'for pid in range(1, 70000):',
    '    if pid == own: continue',
    '    try: os.kill(pid, 0); reached.append(pid)',
    '    except ProcessLookupError: pass',
    '    except PermissionError: reached.append(-pid)',
    'print(reached)',
  ].join('\n')
  const result = await runBeside('pass', ['python3', '-c', find], signal)
  const [listed, reached = ''] = String(result.stdout).trim().split('\n')
  expect(listed).toBe('[]')
  // init, and the watcher that notes these very calls: there, and out of reach
  expect(reached).toMatch(/^\[-1(?:, -\d+)?\]$/)
})

test('50: a change of a container’s clock, name, limits or priority is nobody else’s', async ({ signal }) => {
  const change = [
    'import os, resource, socket',
    'os.nice(19)',
    'resource.setrlimit(resource.RLIMIT_NOFILE, (10, 10))',
    'os.sched_setaffinity(0, {0})',
    'try: socket.sethostname("other")',
    'except OSError: pass',
  ].join('\n')
  const see =
    'import os, resource, socket\nprint(os.nice(0), resource.getrlimit(resource.RLIMIT_NOFILE)[0] > 10, socket.gethostname())'
  const result = await runBeside(change, ['python3', '-c', see], signal)
  expect(String(result.stdout)).toBe('0 True mayfly\n')
})

test('50: a neighbour that burns its processor takes no more than its share', async () => {
  const files = await fixtureFiles('hostile', 'busy-loop')
  const burning = sandbox().run({ argv: ['./busy-loop'], files }, { cpuTimeMs: 1500, cpus: 1 })
  const program = 'import time\nwhile time.process_time() < 0.3: pass\nprint(time.process_time() * 1000)'
  const own = await sandbox().run(['python3', '-c', program], { cpus: 1 })
  expect(own).toMatchObject({ status: 'exited', exitCode: 0 })
  // By its own clock, and not a half of what the neighbour burns more
  expect(own.usage.cpuTimeMs).toBeLessThan(Number(own.stdout) + 750)
  expect(await burning).toMatchObject({ status: 'limited', limit: 'cpuTime' })
})
