import { describe, expect, test } from 'vitest'
import { compilePolicy } from '../../../src/policy/compile.ts'
import { loadLibseccomp } from '../../../src/policy/libseccomp.ts'
import type { Policy } from '../../../src/policy/policy.ts'
import { answerOf } from './bpf.ts'

const empty: Policy = { unnamed: 'ENOSYS', allow: [], refuse: {}, conditional: [] }

async function numberOf(call: string): Promise<number> {
  const builder = (await loadLibseccomp()).startFilter('ENOSYS', 'ENOSYS')
  const number = builder.resolve(call)
  builder.close()
  if (number === undefined) throw new Error(`this machine has no ${call}`)
  return number
}

async function programOf(policy: Policy): Promise<Uint8Array> {
  return (await compilePolicy(policy)).filter.program
}

describe.skipIf(process.platform !== 'linux')('compiling a policy', () => {
  test('leaves out names that the installed libseccomp does not know', async () => {
    const policy: Policy = { ...empty, allow: ['read', 'a_call_of_the_future'], refuse: { EPERM: ['another_one'] } }
    const filter = await programOf(policy)
    expect(answerOf(filter, { number: await numberOf('read') })).toBe('allow')
  })

  test('gives the same filter for the same policy without compiling it again', async () => {
    const policy = { ...empty, allow: ['write'] }
    expect(await compilePolicy(policy)).toBe(await compilePolicy(policy))
  })

  test('answers to what is not named as the policy says', async () => {
    const filter = await programOf({ ...empty, unnamed: 'EPERM', allow: ['read'] })
    expect(answerOf(filter, { number: await numberOf('write') })).toBe(1)
  })

  test('refuses with ENOSYS where the rest is refused with EPERM', async () => {
    const filter = await programOf({ ...empty, unnamed: 'EPERM', refuse: { ENOSYS: ['write'] } })
    expect(answerOf(filter, { number: await numberOf('write') })).toBe(38)
  })

  const conditional = { call: 'read', argument: 0, mask: 1, values: [1], allowed: 'one of', otherwise: 'EPERM' }

  test.each([
    [{ ...empty, allow: [5] }, '`policy.allow[0]` must be a string, got 5'],
    [{ ...empty, allow: 'read' }, "`policy.allow` must be an array, got 'read'"],
    [{ ...empty, unnamed: 'EIO' }, "`policy.unnamed` must be 'EPERM' or 'ENOSYS', got 'EIO'"],
    [{ ...empty, refuse: { EPERM: 7 } }, '`policy.refuse.EPERM` must be an array, got 7'],
    [{ ...empty, refuse: { EIO: [] } }, "`policy.refuse` must have no properties but EPERM, ENOSYS, got 'EIO'"],
    [
      { ...empty, conditional: [{ call: 'read' }] },
      '`policy.conditional[0].argument` must be an integer from 0 to 5, got undefined',
    ],
    [
      { ...empty, conditional: [{ ...conditional, argument: 6 }] },
      '`policy.conditional[0].argument` must be an integer from 0 to 5, got 6',
    ],
    [
      { ...empty, conditional: [{ ...conditional, values: [-1] }] },
      '`policy.conditional[0].values[0]` must be an integer from 0 to 4294967295, got -1',
    ],
    [
      { ...empty, conditional: [{ ...conditional, allowed: 'x' }] },
      "`policy.conditional[0].allowed` must be 'one of' or 'none of', got 'x'",
    ],
    [{ ...empty, allow: ['read'], refuse: { EPERM: ['read'] } }, "`policy` must name each call once, got 'read'"],
    [{ ...empty, conditional: [conditional, conditional] }, "`policy` must name each call once, got 'read'"],
    [
      { ...empty, deny: [] },
      "`policy` must have no properties but unnamed, allow, refuse, conditional, kill, report, got 'deny'",
    ],
  ])('refuses what is no policy before any of it reaches native code: %j', async (policy, message) => {
    await expect(compilePolicy(policy as never)).rejects.toMatchObject({ code: 'INVALID_OPTION', message })
  })
})
