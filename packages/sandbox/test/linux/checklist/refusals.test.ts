import { createSandbox, defaultPolicy, definePolicy, type Policy, type RunResult } from '@mayfly/sandbox'
import { expect, test } from 'vitest'
import { needsSandboxes } from '../support/use-sandbox.ts'

needsSandboxes()

async function pythonUnder(policy: Policy, script: string): Promise<RunResult> {
  await using sandbox = await createSandbox({ concurrency: 1, policy })
  const result = await sandbox.run(['/usr/bin/python3', '-c', script])
  return result
}

const attempts = [
  'import ctypes, socket',
  'libc = ctypes.CDLL(None, use_errno=True)',
  'try: socket.create_connection(("93.184.216.34", 443), 5)',
  'except OSError: pass',
  'try: socket.socket(socket.AF_NETLINK, socket.SOCK_RAW)',
  'except OSError: pass',
  'libc.mount(b"/dev/sda", b"/mnt", b"ext4", 0, None)',
  'libc.unshare(0x10000000)',
].join('\n')

test('28: what was refused is told by name, with its arguments in words', async () => {
  const { violations, status } = await pythonUnder(defaultPolicy, attempts)
  const told = violations.map(({ call, detail }) => `${call} ${detail}`)
  expect(told).toContain('connect inet 93.184.216.34:443')
  expect(told).toContain('mount /dev/sda /mnt')
  expect(told.some((line) => line.startsWith('socket netlink'))).toBe(true)
  expect(told.some((line) => line.startsWith('unshare'))).toBe(true)
  expect(violations.every(({ program, count }) => program === 'python3' && count >= 1)).toBe(true)
  expect(status).toBe('exited')
})

test('28: a call that the policy kills for ends the program by SIGSYS, and is told', async () => {
  const killing = definePolicy({ extends: defaultPolicy, kill: ['swapon'] })
  const result = await pythonUnder(killing, 'import ctypes\nctypes.CDLL(None).swapon(b"/swap", 0)\nprint("on")')
  expect(result).toMatchObject({ status: 'signaled', signal: 'SIGSYS' })
  expect(String(result.stdout)).toBe('')
  expect(result.violations.map(({ call }) => call)).toContain('swapon')
})

/** Six processes that make the fatal call while another of their threads takes SIGSYS off the queue, most times first. */
const rescuedCallers = `
import ctypes, os, signal, threading, time
libc = ctypes.CDLL(None)
def take():
    while True: signal.sigtimedwait([signal.SIGSYS], 0)
def call():
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGSYS])
    threading.Thread(target=take, daemon=True).start()
    signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGSYS])
    libc.swapon(b"/swap", 0)
    time.sleep(4)
    os._exit(0)
for _ in range(6):
    if os.fork() == 0: call()
print(all(os.WIFSIGNALED(os.wait()[1]) for _ in range(6)))`

test('28: a call that the policy kills for ends a program whose other threads would save it from SIGSYS', async () => {
  const killing = definePolicy({ extends: defaultPolicy, kill: ['swapon'] })
  const result = await pythonUnder(killing, rescuedCallers)
  expect(result).toMatchObject({ status: 'exited', exitCode: 0, refusalCount: 6 })
  expect(String(result.stdout)).toBe('True\n')
})
