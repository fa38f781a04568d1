import { readFileSync } from 'node:fs'
import { arch } from 'node:os'
import { needs } from '@mayfly/test-support'
import { expect, test } from 'vitest'
import { useSandbox } from '../support/use-sandbox.ts'
import { problemsWith } from './support/hostile.ts'

const sandbox = useSandbox()

/** Prints the result of each call, `0` or more or the errno's name; the arguments are integers. */
async function results(calls: readonly (readonly number[])[]): Promise<readonly string[]> {
  const script = [
    'import ctypes, errno, os, sys, json',
    'libc = ctypes.CDLL(None, use_errno=True)',
    'for call in json.loads(sys.argv[1]):',
    '    padded = [ctypes.c_ulong(value) for value in call + [0] * (7 - len(call))]',
    '    result = libc.syscall(*padded)',
    '    print("went through" if result >= 0 else errno.errorcode[ctypes.get_errno()])',
  ].join('\n')
  const result = await sandbox().run(['/usr/bin/python3', '-c', script, JSON.stringify(calls)])
  expect(String(result.stderr)).toBe('')
  return String(result.stdout).trim().split('\n')
}

/** Numbers of x86-64: elsewhere only the fixtures, which the compiler numbers, say anything. */
const numbered = arch() === 'x64'

test('22: a call that the policy does not name gives ENOSYS, and so does one of a later kernel', async (context) => {
  needs(context, numbered, 'the numbers are those of x86-64')
  const [nfsservctl, afsSyscall, future, farFuture] = [180, 183, 900, 100_000]
  expect(await results([[afsSyscall], [future], [farFuture], [-1]])).toEqual(['ENOSYS', 'ENOSYS', 'ENOSYS', 'ENOSYS'])
  expect(await results([[nfsservctl]])).toEqual([expect.stringMatching(/EPERM|ENOSYS/)])
})

test('22: calls refused by name give EPERM, from the filter and not from the kernel', async (context) => {
  needs(context, numbered, 'the numbers are those of x86-64')
  // each of these would succeed, or fail otherwise, were it let through
  const calls = { ptrace: [101, 0], kcmp: [312, 0, 0], keyctl: [250, 0, -3], unshare: [272, 0], setns: [308, -1] }
  const more = { userfaultfd: [323, 1], addKey: [248, 0], memory: [310, 1], openByHandle: [304, -100, 0] }
  const answers = await results(Object.values({ ...calls, ...more }))
  expect(answers).toEqual(answers.map(() => 'EPERM'))
})

test('22: 32-bit and x32 calls are refused', async () => {
  expect(await problemsWith(sandbox(), 'system calls of another architecture')).toEqual([])
})

test('23: clone3 gives ENOSYS, and clone, unshare and setns make no namespace', async () => {
  expect(await problemsWith(sandbox(), 'namespaces of its own')).toEqual([])
})

test('23: threads start although clone3 does not', async () => {
  const script = 'import threading\nt = threading.Thread(target=print, args=("thread",))\nt.start()\nt.join()'
  expect(String((await sandbox().run(['/usr/bin/python3', '-c', script])).stdout)).toBe('thread\n')
})

test('24: io_uring gives ENOSYS and kills nobody', async (context) => {
  needs(context, numbered, 'the numbers are those of x86-64')
  expect(await results([[425, 8], [426, 3], [427, 3], [39]])).toEqual(['ENOSYS', 'ENOSYS', 'ENOSYS', 'went through'])
})

test('25: what holes were found in is refused', async () => {
  expect(await problemsWith(sandbox(), 'forbidden system calls')).toEqual([])
})

test('25: a personality that is harmless is not refused', async (context) => {
  needs(context, numbered, 'the numbers are those of x86-64')
  const [addNoRandomize, readImpliesExec] = [0x004_0000, 0x040_0000]
  const calls = [0xffff_ffff, 0, 8, addNoRandomize, readImpliesExec].map((value) => [135, value])
  expect(await results(calls)).toEqual(['went through', 'went through', 'went through', 'EPERM', 'EPERM'])
})

test('26: sockets are of the families unix, inet and inet6 alone', async (context) => {
  needs(context, numbered, 'the numbers are those of x86-64')
  const [socket, socketpair, datagram, families] = [41, 53, 2, 46]
  const answers = await results(Array.from({ length: families }, (_, family) => [socket, family, datagram]))
  expect(answers.flatMap((answer, family) => (answer === 'EPERM' ? [] : [family]))).toEqual([1, 2, 10])
  const [highBits, vsock] = [2 ** 40, 40]
  expect(
    await results([
      [socket, highBits + vsock, 1],
      [socketpair, vsock, 1],
    ]),
  ).toEqual(['EPERM', 'EPERM'])
})

test('26: a program that tries the odd families is held', async () => {
  expect(await problemsWith(sandbox(), 'sockets of unusual families')).toEqual([])
})

test('27: TIOCSTI and TIOCLINUX are refused, whatever stands in the high 32 bits', async (context) => {
  needs(context, numbered, 'the numbers are those of x86-64')
  const [ioctl, insert, linux, windowSize, high] = [16, 0x5412, 0x541c, 0x5413, 2 ** 32]
  const calls = [insert, insert + high, insert + 7 * high, linux, linux + high].map((request) => [ioctl, 0, request])
  const answers = await results([...calls, [ioctl, 0, windowSize]])
  expect(answers).toEqual(['EPERM', 'EPERM', 'EPERM', 'EPERM', 'EPERM', 'ENOTTY'])
})

test('28: a refused call gives EPERM or ENOSYS, and the program goes on', async (context) => {
  needs(context, numbered, 'the numbers are those of x86-64')
  expect(await results([[165], [425], [39]])).toEqual(['EPERM', 'ENOSYS', 'went through'])
})

test('17: the filter is the last thing before the command, after no_new_privs', async () => {
  const seen = await sandbox().run(['/bin/grep', '-E', '^(NoNewPrivs|Seccomp):', '/proc/self/status'])
  expect(String(seen.stdout)).toBe('NoNewPrivs:\t1\nSeccomp:\t2\n')
  expect(readFileSync('/proc/self/status', 'utf8')).toMatch(/^NoNewPrivs:\t0$/m)
})
