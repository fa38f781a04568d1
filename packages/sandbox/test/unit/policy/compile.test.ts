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

describe.skipIf(process.platform !== 'linux')('compiling a policy', () => {
  test('leaves out names that the installed libseccomp does not know', async () => {
    const policy: Policy = { ...empty, allow: ['read', 'a_call_of_the_future'], refuse: { EPERM: ['another_one'] } }
    const filter = await compilePolicy(policy)
    expect(answerOf(filter, { number: await numberOf('read') })).toBe('allow')
  })

  test('gives the same filter for the same policy without compiling it again', async () => {
    const policy = { ...empty, allow: ['write'] }
    expect(await compilePolicy(policy)).toBe(await compilePolicy(policy))
  })

  test('answers to what is not named as the policy says', async () => {
    const filter = await compilePolicy({ ...empty, unnamed: 'EPERM', allow: ['read'] })
    expect(answerOf(filter, { number: await numberOf('write') })).toBe(1)
  })

  test('refuses with ENOSYS where the rest is refused with EPERM', async () => {
    const filter = await compilePolicy({ ...empty, unnamed: 'EPERM', refuse: { ENOSYS: ['write'] } })
    expect(answerOf(filter, { number: await numberOf('write') })).toBe(38)
  })

  test('names the policy when libseccomp refuses it', async () => {
    const policy: Policy = {
      ...empty,
      conditional: [{ call: 'read', argument: 9, mask: 1, values: [1], allowed: 'one of', otherwise: 'EPERM' }],
    }
    await expect(compilePolicy(policy)).rejects.toThrow(
      /`policy` cannot be made a filter: seccomp_rule_add failed with/,
    )
  })
})
