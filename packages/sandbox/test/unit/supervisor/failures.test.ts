import { constants } from 'node:os'
import { describe, expect, test } from 'vitest'
import { containerFailure, startFailure } from '../../../src/supervisor/failures.ts'
import { step } from '../../../src/supervisor/steps.ts'

const { EPERM, EOPNOTSUPP, ENOSPC, ENOENT, ESRCH } = constants.errno

describe('a supervisor that could not start', () => {
  test('names the controller that is missing, and the command that enables it', () => {
    const error = startFailure({ step: step.CGROUP_FIND, errno: EOPNOTSUPP, detail: String(2 | 8 | 32) })
    expect(error).toMatchObject({ code: 'UNSUPPORTED_HOST', errno: 'EOPNOTSUPP' })
    expect(error.message).toContain('this host lacks the memory controller of control groups, and the pids controller')
    expect(error.message).toContain('cgroup_enable=memory')
    expect(error.message).toContain("allowMissing: ['memory', 'processes']")
    expect(error.message).not.toContain('ioWeight')
  })

  test('says that there are no control groups at all, and nothing of each of them', () => {
    const error = startFailure({ step: step.CGROUP_FIND, errno: ENOENT, detail: String(1 | 2 | 32) })
    expect(error.message).toContain('this host lacks control groups that this process may use (ENOENT); run it as root')
    expect(error.message).toContain("allowMissing: ['cgroup']")
  })

  test.each([
    ['NAMESPACE', 'sysctl -w user.max_user_namespaces'],
    ['CLONE', 'sysctl -w user.max_user_namespaces'],
    ['PROC', 'systempaths=unconfined'],
    ['CGROUP_BASE', 'systemd-run --user --scope'],
    ['ID_RANGE', 'run it as root'],
  ] as const)('is the fault of a host where %s fails, and there is a fix', (name, fix) => {
    const error = startFailure({ step: step[name], errno: EPERM, detail: '' })
    expect(error).toMatchObject({ code: 'UNSUPPORTED_HOST', errno: 'EPERM' })
    expect(error.message).toContain(fix)
  })

  test('is ours where nothing about the host would help, and says what it was about', () => {
    const error = startFailure({ step: step.ROOT_ENTRY, errno: ENOSPC, detail: 'etc/alternatives' })
    expect(error).toMatchObject({
      code: 'CONTAINER_FAILED',
      message:
        'a sandbox cannot be made here: it failed at putting the read-only root together (etc/alternatives) with ENOSPC',
    })
  })
})

describe('a container that failed', () => {
  test.each(Object.entries(step).filter(([name]) => name !== 'NONE'))('at %s is told in a sentence', (_, number) => {
    const error = containerFailure({ step: number, errno: EPERM, detail: '' })
    expect(error).toMatchObject({ code: 'CONTAINER_FAILED', errno: 'EPERM' })
    expect(error.message).toMatch(/^the container cannot be used: it failed at [a-z/].{8,} with EPERM/)
    expect(error.message).not.toMatch(/at step \d/)
  })

  test('since it is over is told so, as one that Node knows to be over', () => {
    const error = containerFailure({ step: step.GUEST, errno: ESRCH, detail: '' })
    expect(error).toMatchObject({
      code: 'CONTAINER_FAILED',
      message: 'the container is closed, or one of its limits has ended it',
    })
  })

  test('at a step and with an errno that nobody knows is told by their numbers', () => {
    const error = containerFailure({ step: 999, errno: 5000, detail: '/x' })
    expect(error.message).toBe('the container cannot be used: it failed at step 999 (/x) with errno 5000')
    expect(error.path).toBe('/x')
  })
})
