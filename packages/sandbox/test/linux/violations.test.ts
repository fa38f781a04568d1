import { existsSync } from 'node:fs'
import { arch } from 'node:os'
import { needs } from '@mayfly/test-support'
import type { RunResult, Violation } from '@mayfly/sandbox'
import { describe, expect, test } from 'vitest'
import { sh } from './support/commands.ts'
import { useSandbox } from './support/use-sandbox.ts'

const sandbox = useSandbox({ concurrency: 2 })

const prelude = `
import ctypes, fcntl, os, signal, socket
libc = ctypes.CDLL(None, use_errno=True)
def attempt(work):
    try:
        work()
    except OSError as error:
        print(error.errno)
`

async function python(script: string, limits = {}): Promise<RunResult> {
  return sandbox().run(['/usr/bin/python3', '-c', prelude + script], limits)
}

/** Each one as it would be printed, with its count. */
function told({ violations }: RunResult): Readonly<Record<string, number>> {
  return Object.fromEntries(violations.map(({ call, detail, count }) => [`${call} ${detail}`.trim(), count]))
}

const [EPERM, EAFNOSUPPORT, ENETUNREACH] = [1, 97, 101]

describe('a result tells of', () => {
  test('connections, with their addresses and the kernel’s own error', async () => {
    const result = await python(`
attempt(lambda: socket.socket().connect(('93.184.216.34', 443)))
attempt(lambda: socket.socket().connect(('93.184.216.34', 443)))
attempt(lambda: socket.socket(socket.AF_INET6).connect(('::1', 80)))
attempt(lambda: socket.socket(type=socket.SOCK_DGRAM).sendto(b'x', ('8.8.8.8', 53)))
attempt(lambda: socket.socket().bind(('0.0.0.0', 8080)))
`)
    expect(String(result.stdout).split('\n').map(Number).slice(0, 4)).not.toContain(EPERM)
    expect(String(result.stdout)).toContain(`${ENETUNREACH}\n${ENETUNREACH}\n`)
    expect(told(result)).toEqual({
      'connect inet 93.184.216.34:443': 2,
      'connect inet6 [::1]:80': 1,
      'sendto inet 8.8.8.8:53': 1,
      'bind inet 0.0.0.0:8080': 1,
    })
  })

  test('the name server that a name was asked of', async () => {
    const result = await python(`attempt(lambda: socket.getaddrinfo('example.com', 80))`)
    expect(Object.keys(told(result))).toContain('connect inet 127.0.0.1:53')
  })

  test('socket families that are refused', async () => {
    const result = await python(`
for family in (16, 17, 38, 40, 77):
    attempt(lambda: socket.socket(family, socket.SOCK_DGRAM))
`)
    expect(String(result.stdout)).toBe(`${EPERM}\n`.repeat(5))
    expect(String(result.stdout)).not.toContain(String(EAFNOSUPPORT))
    expect(Object.keys(told(result))).toEqual([
      ...['socket netlink', 'socket packet', 'socket alg', 'socket vsock', 'socket family 77'],
    ])
  })

  test('mounts, namespaces, other processes and keys', async (context) => {
    needs(context, arch() === 'x64', 'the numbers are those of x86-64')
    const result = await python(`
libc.mount(b'/dev/sda', b'/mnt', b'ext4', 0, None)
libc.umount2(b'/proc', 0)
libc.chroot(b'/tmp')
libc.unshare(0x10020000)
libc.syscall(56, 0x10000011, 0, 0, 0, 0)
libc.ptrace(16, 1, 0, 0)
libc.syscall(321, 0, 0, 0)
libc.syscall(250, 0, 0)
libc.syscall(323, 0)
attempt(lambda: fcntl.ioctl(0, 0x5412, b'x'))
attempt(lambda: os.kill(1, signal.SIGKILL))
libc.syscall(234, 1, 1, 15)
print('still here')
`)
    expect(String(result.stdout)).toContain('still here')
    expect(told(result)).toEqual({
      'mount /dev/sda /mnt': 1,
      'umount2 /proc': 1,
      'chroot /tmp': 1,
      'unshare user mount': 1,
      'clone user': 1,
      'ptrace attach 1': 1,
      bpf: 1,
      keyctl: 1,
      userfaultfd: 1,
      'ioctl TIOCSTI': 1,
      'kill 1 SIGKILL': 1,
      'tgkill 1 SIGTERM': 1,
    })
  })

  test('which program it was, and when', async () => {
    const { violations, usage } = await python(`
import time
time.sleep(0.1)
libc.unshare(0x10000000)
`)
    const [violation] = violations as readonly [Violation]
    expect(violation.program).toBe('python3')
    expect(violation.atMs).toBeGreaterThanOrEqual(100)
    expect(violation.atMs).toBeLessThanOrEqual(usage.wallTimeMs)
  })

  test('what a child did that lives no longer, and what was done under a hostile name', async () => {
    const result = await python(`
if os.fork() == 0:
    libc.prctl(15, b'\\x1b[2J')
    libc.chroot(b'/\\xff\\n')
    os._exit(0)
os.wait()
`)
    expect(result.violations).toMatchObject([{ detail: String.raw`/\xff\x0a`, program: String.raw`\x1b[2J` }])
  })

  test('nothing that stays inside: Unix sockets, socket pairs, signals to its own', async () => {
    const result = await python(`
attempt(lambda: socket.socket(socket.AF_UNIX).connect('/tmp/nothing'))
socket.socket(socket.AF_UNIX).bind('/tmp/socket')
left, right = socket.socketpair(type=socket.SOCK_DGRAM)
left.send(b'x')
os.kill(os.getpid(), 0)
`)
    expect(result).toMatchObject({ status: 'exited', exitCode: 0, violations: [], refusalCount: 0 })
  })
})

describe('refused calls in number', () => {
  test('are told apart up to 64 kinds, and counted beyond', async () => {
    const result = await python(`
for port in range(1, 101):
    for _ in range(3):
        attempt(lambda: socket.socket().connect(('10.0.0.1', port)))
`)
    expect(result.violations).toHaveLength(64)
    expect(result.violations[63]).toMatchObject({ detail: 'inet 10.0.0.1:64', count: 3 })
    expect(result.refusalCount).toBe(300)
  })

  test(
    'a million of them end normally, are counted, and change nothing for a neighbour',
    { timeout: 300_000 },
    async () => {
      const limits = { wallTimeMs: 240_000, cpuTimeMs: 240_000 }
      const [loud, neighbour] = await Promise.all([
        python('for _ in range(1_000_000): libc.unshare(0x10000000)', limits),
        python('print(sum(range(3_000_000)))', limits),
      ])
      expect(loud).toMatchObject({ status: 'exited', exitCode: 0, refusalCount: 1_000_000 })
      expect(told(loud)).toEqual({ 'unshare user': 1_000_000 })
      expect(neighbour).toMatchObject({ status: 'exited', exitCode: 0, violations: [], refusalCount: 0 })
      expect(String(neighbour.stdout)).toBe('4499998500000\n')
    },
  )

  test('are the command’s own expense', async () => {
    const { usage } = await python('for _ in range(100_000): libc.unshare(0x10000000)', { wallTimeMs: 60_000 })
    const { usage: quiet } = await python('for _ in range(100_000): libc.getppid()', { wallTimeMs: 60_000 })
    expect(usage.cpuTimeMs).toBeGreaterThan(quiet.cpuTimeMs)
  })

  test('by many processes at once do not keep a run from ending at its limit', async () => {
    const script = 'while True: libc.unshare(0x10000000)'
    const result = await python(
      `
for _ in range(20):
    if os.fork() == 0: break
${script}
`,
      { wallTimeMs: 700 },
    )
    expect(result).toMatchObject({ status: 'limited', limit: 'wallTime' })
    expect(told(result)['unshare user']).toBe(result.refusalCount)
  })
})

describe('programs that do nothing of the kind have no violations:', () => {
  const source = 'public class Main { public static void main(String[] a) { System.out.println(6 * 7); } }'
  const limits = { processCount: 200, wallTimeMs: 60_000, cpuTimeMs: 60_000 }
  test.for([
    ['sh', '/bin/sh', sh('ls / >/dev/null; (cat /etc/passwd | sort >/tmp/x) & wait; kill -0 $$'), {}],
    [
      'python3',
      '/usr/bin/python3',
      ['python3', '-c', 'import subprocess, threading, pwd; subprocess.run(["ls"]); pwd.getpwuid(1000)'],
      {},
    ],
    ['node', '/usr/bin/node', ['node', '-e', 'setTimeout(() => require("child_process").execSync("true"), 1)'], {}],
    ['gcc', '/usr/bin/gcc', sh('gcc -o main main.c && ./main'), { 'main.c': 'int main(void) { return 0; }' }],
    ['java', '/usr/bin/javac', sh('javac Main.java && java Main'), { 'Main.java': source }],
  ] as const)('%s', async ([, path, argv, files], context) => {
    needs(context, existsSync(path), `${path} is not installed`)
    const result = await sandbox().run({ argv, files }, limits)
    expect(result).toMatchObject({ status: 'exited', exitCode: 0, violations: [], refusalCount: 0 })
  })
})
