import { beforeAll, describe, expect, test } from 'vitest'
import { compilePolicy } from '../../../src/policy/compile.ts'
import { defaultPolicy } from '../../../src/policy/default-policy.ts'
import { loadLibseccomp, type FilterBuilder } from '../../../src/policy/libseccomp.ts'
import { answerOf, architectures, type Answer } from './bpf.ts'

const [EPERM, ENOSYS] = [1, 38]
const isLinux = process.platform === 'linux'

describe.skipIf(!isLinux)('the default filter, where it notifies of nothing,', () => {
  let filter: Uint8Array
  let names: FilterBuilder

  beforeAll(async () => {
    filter = (await compilePolicy(defaultPolicy)).filter.plainProgram
    names = (await loadLibseccomp()).startFilter('ENOSYS', 'ENOSYS')
    return () => names.close()
  })

  function numberOf(call: string): number {
    const number = names.resolve(call)
    if (number === undefined) throw new Error(`this machine has no ${call}`)
    return number
  }

  function answer(call: string, ...args: readonly (number | bigint)[]): Answer {
    return answerOf(filter, { number: numberOf(call), args: args.map(BigInt) })
  }

  test('is short enough for the kernel', () => {
    expect(filter.length / 8).toBeLessThanOrEqual(4096)
    expect(filter.length % 8).toBe(0)
  })

  /** Those of these calls that this machine has and that are not answered so. */
  function otherwise(calls: readonly string[], expected: Answer): readonly string[] {
    const here = calls.filter((call) => names.resolve(call) !== undefined)
    expect(here.length).toBeGreaterThan(calls.length / 2)
    const probes = [0n, 1n, 0xffff_ffffn, 0xffff_ffff_ffff_ffffn]
    return here.filter((call) =>
      probes.some((probe) => answer(call, ...Array.from({ length: 6 }, () => probe)) !== expected),
    )
  }

  test('allows what is on the list, whatever its arguments', () => {
    expect(otherwise(defaultPolicy.allow, 'allow')).toEqual([])
  })

  test('refuses what is refused by name with EPERM, whatever its arguments', () => {
    expect(otherwise(defaultPolicy.refuse.EPERM ?? [], EPERM)).toEqual([])
  })

  test.each([
    [
      'namespaces and mounts',
      'unshare setns mount umount2 pivot_root chroot fsopen fsmount move_mount open_tree mount_setattr',
    ],
    ['the memory and descriptors of others', 'ptrace process_vm_readv process_vm_writev kcmp pidfd_getfd userfaultfd'],
    ['kernel secrets and programs', 'keyctl add_key request_key bpf perf_event_open open_by_handle_at syslog'],
    ['the machine', 'reboot kexec_load init_module finit_module delete_module swapon swapoff acct quotactl'],
  ])('refuses %s with EPERM', (_, calls) => {
    const answers = calls.split(' ').map((call) => [call, answer(call)])
    expect(answers).toEqual(calls.split(' ').map((call) => [call, EPERM]))
  })

  test.each(['clone3', 'io_uring_setup', 'io_uring_enter', 'io_uring_register'])('answers ENOSYS to %s', (call) => {
    expect(answer(call)).toBe(ENOSYS)
  })

  test('answers ENOSYS to numbers that no kernel has yet', () => {
    for (const number of [600, 1000, 0x3fff_ffff]) expect(answerOf(filter, { number })).toBe(ENOSYS)
  })

  test('answers ENOSYS to 32-bit calls', () => {
    for (const number of [1, 3, 4, 11]) {
      expect(answerOf(filter, { number, architecture: architectures.i386 })).toBe(ENOSYS)
    }
  })

  test.skipIf(process.arch !== 'x64')('answers ENOSYS to x32 calls, the last one included', () => {
    for (const number of [0, 1, 59, 0x3fff_ffff]) {
      expect(answerOf(filter, { number: 0x4000_0000 + number })).toBe(ENOSYS)
    }
    expect(answerOf(filter, { number: 0xffff_ffff })).toBe(ENOSYS)
  })

  test.each([
    ['mnt', 0x2_0000],
    ['cgroup', 0x200_0000],
    ['uts', 0x400_0000],
    ['ipc', 0x800_0000],
    ['user', 0x1000_0000],
    ['pid', 0x2000_0000],
    ['net', 0x4000_0000],
  ])('refuses a new %s namespace by clone, alone and beside other flags', (_, flag) => {
    expect(answer('clone', flag)).toBe(EPERM)
    expect(answer('clone', flag | 0x11)).toBe(EPERM)
    expect(answer('clone', BigInt(flag) | 0xffff_ffff_0000_0011n)).toBe(EPERM)
  })

  test('allows clone as fork, vfork and threads use it', () => {
    for (const flags of [0x11, 0x0120_0011, 0x4111, 0x003d_0f00]) expect(answer('clone', flags)).toBe('allow')
  })

  test.each(['socket', 'socketpair'])('allows %s for unix, inet and inet6 alone', (call) => {
    for (const family of [1, 2, 10]) expect(answer(call, family, 1, 0)).toBe('allow')
    const others = Array.from({ length: 64 }, (_, family) => family).filter((family) => ![1, 2, 10].includes(family))
    for (const family of [...others, 0x8000_0001, 0x102, 0xffff_ffff]) expect(answer(call, family, 1, 0)).toBe(EPERM)
  })

  test('looks at the low 32 bits of a socket family, as the kernel does', () => {
    expect(answer('socket', 0x1_0000_0010n)).toBe(EPERM)
    expect(answer('socket', 0xffff_ffff_0000_0001n)).toBe('allow')
  })

  test.each([
    ['TIOCSTI', 0x5412],
    ['TIOCLINUX', 0x541c],
  ])('refuses %s, whatever stands above its low 32 bits', (_, request) => {
    for (const high of [0n, 1n, 0x8000_0000n, 0xffff_ffffn]) {
      expect(answer('ioctl', 0, (high << 32n) | BigInt(request))).toBe(EPERM)
    }
  })

  test('allows every other ioctl, those next to the refused ones and sign-extended ones included', () => {
    const near = Array.from({ length: 0x40 }, (_, index) => 0x5400 + index).filter((n) => n !== 0x5412 && n !== 0x541c)
    for (const request of [...near, 0, 0x1_0000 + 0x5412, 0x8000_5412, 0xffff_ffff, 0xffff_ffff_8004_5430n]) {
      expect(answer('ioctl', 0, request)).toBe('allow')
    }
  })

  test('allows the harmless personalities alone', () => {
    for (const persona of [0, 8, 0x2_0000, 0x2_0008, 0xffff_ffff]) expect(answer('personality', persona)).toBe('allow')
    for (const persona of [1, 4, 0x4_0000, 0x40_0000, 0x2_0009, 0xffff_fffe]) {
      expect(answer('personality', persona)).toBe(EPERM)
    }
  })

  test('allows a filter of the own making, and refuses a second listener', () => {
    expect(answer('seccomp', 1, 0)).toBe('allow')
    expect(answer('seccomp', 1, 1)).toBe('allow')
    expect(answer('seccomp', 1, 8)).toBe(EPERM)
    expect(answer('seccomp', 1, 9)).toBe(EPERM)
  })
})
