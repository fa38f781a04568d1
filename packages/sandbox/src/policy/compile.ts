import { checkPolicy } from './check-policy.ts'
import { noneOf, oneOf } from './comparisons.ts'
import { loadLibseccomp, type Action, type FilterBuilder } from './libseccomp.ts'
import type { ConditionalCall, Policy } from './policy.ts'

/** What 32-bit and x32 calls return: no program of this architecture makes them, and neither has numbers of its own here. */
const otherArchitecture = 'ENOSYS'

/** The filters of policies that are still in use; a policy is data and does not change. */
const compiled = new WeakMap<Policy, Promise<Uint8Array>>()

/** The policy as a filter, an array of `struct sock_filter`; each policy is compiled once. */
export function compilePolicy(policy: Policy): Promise<Uint8Array> {
  const earlier = compiled.get(policy)
  if (earlier !== undefined) return earlier
  const filter = compile(policy)
  compiled.set(policy, filter)
  filter.catch(() => compiled.delete(policy))
  return filter
}

async function compile(policy: Policy): Promise<Uint8Array> {
  checkPolicy(policy)
  const builder = (await loadLibseccomp()).startFilter(policy.unnamed, otherArchitecture)
  try {
    return build(builder, policy)
  } finally {
    builder.close()
  }
}

function build(builder: FilterBuilder, policy: Policy): Uint8Array {
  for (const call of policy.allow) addCall(builder, policy, 'allow', call)
  for (const call of policy.refuse.EPERM ?? []) addCall(builder, policy, 'EPERM', call)
  for (const call of policy.refuse.ENOSYS ?? []) addCall(builder, policy, 'ENOSYS', call)
  for (const call of policy.conditional) addConditional(builder, policy, call)
  return builder.finish()
}

function addCall(builder: FilterBuilder, policy: Policy, action: Action, call: string): void {
  // libseccomp refuses a rule that does what happens without it.
  if (action === policy.unnamed) return
  const number = builder.resolve(call)
  if (number !== undefined) builder.add(action, number)
}

function addConditional(builder: FilterBuilder, policy: Policy, condition: ConditionalCall): void {
  const number = builder.resolve(condition.call)
  if (number === undefined) return
  const { values, mask, allowed, otherwise } = condition
  const [listed, unlisted] = [oneOf(values, mask), noneOf(values, mask)]
  const [allow, refuse] = allowed === 'one of' ? [listed, unlisted] : [unlisted, listed]
  for (const comparison of allow) builder.addWhere('allow', number, condition.argument, comparison)
  if (otherwise === policy.unnamed) return
  for (const comparison of refuse) builder.addWhere(otherwise, number, condition.argument, comparison)
}
