import { expect, test } from 'vitest'
import { useOtherUsers, withoutGroups } from '../support/as-user.ts'
import { needsSandboxes } from '../support/use-sandbox.ts'

needsSandboxes()
const others = useOtherUsers()

const [self, init, user] = [0, 1, 1000]
const [ofProcess, ofUser] = [0, 2]
const [ioOfProcess, ioOfUser] = [1, 3]

/** By number, as the command's own processor has them: `change` makes the calls that take a process. */
const prelude = `
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)
names = ('prlimit64', 'sched_setparam', 'sched_setscheduler', 'sched_setattr', 'sched_setaffinity', 'setpriority', 'ioprio_set')
numbers = dict(x86_64=(302, 142, 144, 314, 203, 141, 251), aarch64=(261, 118, 119, 274, 122, 140, 30))
calls = dict(zip(names, numbers[os.uname().machine]))
few_files = (ctypes.c_ulong * 2)(256, 256)
attributes = (ctypes.c_uint * 12)(48)
processor = (ctypes.c_ulong * 16)(*[1 if word == 0 else 0 for word in range(16)])
no_priority = ctypes.c_int(0)
def call(name, *arguments):
    return 0 if libc.syscall(calls[name], *arguments) >= 0 else ctypes.get_errno()
def change(pid):
    return [call('prlimit64', pid, 7, few_files, None), call('sched_setparam', pid, ctypes.byref(no_priority)),
        call('sched_setscheduler', pid, 0, ctypes.byref(no_priority)), call('sched_setattr', pid, attributes, 0),
        call('sched_setaffinity', pid, ctypes.sizeof(processor), processor)]
`

/** Prints the errno of each call, 0 where it went through. */
function python(script: string): readonly string[] {
  return ['/usr/bin/python3', '-c', `${prelude}\n${script}`]
}

const EPERM = 1

test('30: a command of the same user as its init cannot change init’s limits, priority or processors', async () => {
  const script = [
    `print(change(${init}))`,
    `print([call('setpriority', *who) for who in [(${ofProcess}, ${init}, 19), (${ofUser}, ${self}, 19), (${ofUser}, ${user}, 19)]])`,
    `print([call('ioprio_set', *who) for who in [(${ioOfProcess}, ${init}, 0x6000), (${ioOfUser}, ${self}, 0x6000), (${ioOfUser}, ${user}, 0x6000)]])`,
  ].join('\n')
  const result = await others.run(python(script), { options: withoutGroups })
  const refused = (count: number): string => `[${Array.from({ length: count }, () => EPERM).join(', ')}]`
  expect(result).toMatchObject({ status: 'exited', stdout: `${refused(5)}\n${refused(3)}\n${refused(3)}\n` })
})

test('30: and may change its own', async () => {
  const script = [
    'print(change(0), change(os.getpid()))',
    `print(call('setpriority', ${ofProcess}, ${self}, 5), call('ioprio_set', ${ioOfProcess}, ${self}, 0x6000))`,
  ].join('\n')
  const result = await others.run(python(script), { options: withoutGroups })
  expect(result).toMatchObject({ status: 'exited', stdout: '[0, 0, 0, 0, 0] [0, 0, 0, 0, 0]\n0 0\n' })
})
