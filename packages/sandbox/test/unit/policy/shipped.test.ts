import { describe, expect, test } from 'vitest'
import type { Architecture } from '../../../src/policy/architecture.ts'
import { shippedFilter as arm64 } from '../../../src/policy/compiled/arm64.ts'
import { callNames } from '../../../src/policy/compiled/call-names.ts'
import { shippedFilter as x64 } from '../../../src/policy/compiled/x64.ts'
import { compileAnew, compilePolicy } from '../../../src/policy/compile.ts'
import { defaultPolicy } from '../../../src/policy/default-policy.ts'
import { loadLibseccomp } from '../../../src/policy/libseccomp.ts'
import { watchedCalls } from '../../../src/policy/rules.ts'
import { answerOf, architectures } from './bpf.ts'

const bytes = (text: string): Uint8Array => Buffer.from(text, 'base64')

/** Past the last call of Linux 6.18. */
const lastCall = 480

describe.skipIf(process.platform !== 'linux')('the default policy as it is shipped', () => {
  test('is what compiling it gives', async () => {
    const [shipped, fresh] = await Promise.all([compilePolicy(defaultPolicy), compileAnew(defaultPolicy)])
    expect(shipped.filter.rules).toEqual(fresh.filter.rules)
    expect(shipped.filter.violationMax).toBe(fresh.filter.violationMax)
    for (let call = 0; call <= lastCall; call++) expect(shipped.callOf(call)).toEqual(fresh.callOf(call))
  })

  describe.each([
    ['x64', x64, architectures.x86_64],
    ['arm64', arm64, architectures.aarch64],
  ] as const)('for %s', (name: Architecture, shipped, architecture) => {
    test('is byte for byte what the same libseccomp compiles, else what answers the same', async () => {
      const { version } = await loadLibseccomp()
      const fresh = (await compileAnew(defaultPolicy, name)).filter
      const compared = [
        [bytes(shipped.program), fresh.program],
        [bytes(shipped.plainProgram), fresh.plainProgram],
      ] as const
      for (const [ours, compiled] of compared) {
        const isSame = version === shipped.libseccomp
        const told = (filter: Uint8Array): unknown => (isSame ? Buffer.from(filter) : answers(filter, architecture))
        expect(told(ours)).toEqual(told(compiled))
      }
    })

    test('knows the number of every call that it tells of and that there is', async () => {
      const builder = (await loadLibseccomp()).startFilter('ENOSYS', 'ENOSYS', name)
      const known = [...watchedCalls(defaultPolicy).keys()].filter((call) => builder.resolve(call) !== undefined)
      expect(Object.fromEntries(known.map((call) => [call, builder.resolve(call)]))).toEqual(shipped.numbers)
      builder.close()
    })

    test('notifies of what is refused by name, and of nothing else that is refused', () => {
      const [mount, unshare] = [shipped.numbers['mount'] ?? -1, shipped.numbers['unshare'] ?? -1]
      for (const number of [mount, unshare]) {
        expect(answerOf(bytes(shipped.program), { number, architecture })).toBe('notify')
        expect(answerOf(bytes(shipped.plainProgram), { number, architecture })).toBe(1)
      }
      expect(answerOf(bytes(shipped.program), { number: 435, architecture })).toBe(38) // clone3
    })

    test('notifies of signals to pid 1 and of addresses, and lets both through where nobody listens', () => {
      const calls = [
        { number: shipped.numbers['kill'] ?? -1, noted: [1n, 9n], quiet: [2n, 9n] },
        { number: shipped.numbers['kill'] ?? -1, noted: [0xffff_ffff_0000_0001n, 9n], quiet: [-1n, 9n] },
        {
          number: shipped.numbers['sendto'] ?? -1,
          noted: [3n, 0n, 0n, 0n, 1n << 40n],
          quiet: [3n, 5n, 5n, 5n, 0n, 5n],
        },
      ]
      for (const { number, noted, quiet } of calls) {
        expect(answerOf(bytes(shipped.program), { number, architecture, args: noted })).toBe('notify')
        expect(answerOf(bytes(shipped.program), { number, architecture, args: quiet })).toBe('allow')
        expect(answerOf(bytes(shipped.plainProgram), { number, architecture, args: noted })).toBe('allow')
      }
    })
  })

  test('comes with the names of all calls that libseccomp knows', async () => {
    const library = await loadLibseccomp()
    const builder = library.startFilter('ENOSYS', 'ENOSYS')
    const names = Array.from({ length: lastCall + 1 }, (_, call) => builder.nameOf(call))
    builder.close()
    const unknown = names.filter((name) => name !== undefined && !callNames.has(name))
    expect(unknown.filter(() => library.version === x64.libseccomp)).toEqual([])
    expect(callNames).toContain('openat')
  })
})

function answers(filter: Uint8Array, architecture: number): readonly unknown[] {
  const probes = [[], [1n], [-1n], [0x1000_0000n], [0n, 0x5412n], [0n, 8n], [3n, 0n, 0n, 0n, 1n]]
  return Array.from({ length: lastCall + 1 }, (_, number) =>
    probes.map((args) => answerOf(filter, { number, architecture, args })),
  )
}
