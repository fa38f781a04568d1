import { arch } from 'node:os'
import type { Architecture } from './architecture.ts'
import { checkPolicy } from './check-policy.ts'
import { noneOf, oneOf } from './comparisons.ts'
import { defaultPolicy } from './default-policy.ts'
import type { CompiledPolicy } from './filter.ts'
import { loadLibseccomp, type Action, type FilterBuilder, type Libseccomp } from './libseccomp.ts'
import type { ConditionalCall, Policy, ReportedCall } from './policy.ts'
import { kindMaxOf, notifyRules, watchedCalls, type WatchedCall } from './rules.ts'
import { shippedPolicy } from './shipped.ts'
import { shrink } from './shrink.ts'

/** What 32-bit and x32 calls return: no program of this architecture makes them, and neither has numbers of its own here. */
const otherArchitecture = 'ENOSYS'

/** The filters of policies that are still in use; a policy is data and does not change. */
const compiled = new WeakMap<Policy, Promise<CompiledPolicy>>()

/**
 * The policy as a filter; each policy is compiled once. The default one is shipped compiled, so that libseccomp is
 * needed for others alone.
 */
export function compilePolicy(policy: Policy): Promise<CompiledPolicy> {
  const earlier = compiled.get(policy)
  if (earlier !== undefined) return earlier
  const filter = policy === defaultPolicy ? shippedPolicy(policy) : compileAnew(policy)
  compiled.set(policy, filter)
  filter.catch(() => compiled.delete(policy))
  return filter
}

/** Compiles a policy by libseccomp, whether or not it is shipped compiled. */
export async function compileAnew(policy: Policy, architecture = arch() as Architecture): Promise<CompiledPolicy> {
  checkPolicy(policy)
  const library = await loadLibseccomp()
  const watched = watchedCalls(policy)
  const names = library.startFilter('ENOSYS', otherArchitecture, architecture)
  try {
    const rules = notifyRules(policy, (call) => names.resolve(call))
    const plain = build(library, architecture, policy)
    const filter =
      rules.length === 0
        ? { program: plain, plainProgram: new Uint8Array(), rules, violationMax: 0 }
        : {
            program: build(library, architecture, policy, watched),
            plainProgram: plain,
            rules,
            violationMax: kindMaxOf(policy),
          }
    return { filter, callOf: reportedCalls(policy, names) }
  } finally {
    names.close()
  }
}

/** With a policy that notes every call, any may be told of: all of them are looked up while libseccomp is at hand. */
function reportedCalls(policy: Policy, names: FilterBuilder): CompiledPolicy['callOf'] {
  const calls = new Map<number, ReportedCall>()
  for (let number = 0; policy.unnamed === 'note' && number <= lastCall; number++) {
    const call = names.nameOf(number)
    if (call !== undefined) calls.set(number, { call })
  }
  for (const watched of watchedCalls(policy).values()) {
    const number = names.resolve(watched.call)
    if (number !== undefined) calls.set(number, watched)
  }
  return (number) => calls.get(number)
}

/** Past every number that a kernel has. */
const lastCall = 1023

type Watched = ReadonlyMap<string, WatchedCall>

/** Makes a filter that notifies of what is watched, or one that notifies of nothing. */
function build(library: Libseccomp, architecture: Architecture, policy: Policy, watched?: Watched): Uint8Array {
  const noted = watched === undefined ? 'allow' : 'notify'
  const unnamed: Action = policy.unnamed === 'note' ? noted : policy.unnamed
  const builder = library.startFilter(unnamed, otherArchitecture, architecture)
  try {
    const target: Target = { builder, unnamed, watched: watched ?? new Map() }
    for (const call of policy.allow) addAllowed(target, call)
    for (const call of policy.refuse.EPERM ?? []) addCall(target, 'EPERM', call)
    for (const call of policy.refuse.ENOSYS ?? []) addCall(target, 'ENOSYS', call)
    for (const call of policy.kill ?? []) addCall(target, 'kill', call)
    for (const call of policy.conditional) addConditional(target, call)
    for (const call of unnamedCalls(policy, target.watched)) addCall(target, unnamed, call)
    return shrink(builder.finish())
  } finally {
    builder.close()
  }
}

/** Those that are told of though the policy says nothing else of them. */
function unnamedCalls(policy: Policy, watched: Watched): readonly string[] {
  const named = new Set([
    ...policy.allow,
    ...Object.values(policy.refuse).flat(),
    ...(policy.kill ?? []),
    ...policy.conditional.map(({ call }) => call),
  ])
  return [...watched.keys()].filter((call) => !named.has(call))
}

/** A filter under way: what it does with calls that it has no rule for, and those that are told of. */
interface Target {
  readonly builder: FilterBuilder
  readonly unnamed: Action
  readonly watched: Watched
}

function addAllowed(target: Target, call: string): void {
  const when = target.watched.get(call)?.when
  if (when === undefined) return addCall(target, 'allow', call)
  const { argument, is } = when
  if (is === 'not null') {
    addWhere(target, 'allow', call, argument, [{ isNull: true }])
    addWhere(target, 'notify', call, argument, [{ isNull: false }])
  } else {
    addWhere(target, 'allow', call, argument, noneOf([is >>> 0], low32))
    addWhere(target, 'notify', call, argument, oneOf([is >>> 0], low32))
  }
}

const low32 = 0xffff_ffff

function addCall({ builder, unnamed, watched }: Target, action: Action, call: string): void {
  const done = watched.has(call) ? 'notify' : action
  // libseccomp refuses a rule that does what happens without it.
  if (done !== unnamed) builder.add(done, call)
}

function addWhere(
  { builder, unnamed }: Target,
  action: Action,
  call: string,
  argument: number,
  comparisons: readonly Parameters<FilterBuilder['addWhere']>[3][],
): void {
  if (action === unnamed) return
  for (const comparison of comparisons) builder.addWhere(action, call, argument, comparison)
}

function addConditional(target: Target, condition: ConditionalCall): void {
  const { call, argument, values, mask, allowed, otherwise } = condition
  const [listed, unlisted] = [oneOf(values, mask), noneOf(values, mask)]
  const [allow, refuse] = allowed === 'one of' ? [listed, unlisted] : [unlisted, listed]
  addWhere(target, 'allow', call, argument, allow)
  addWhere(target, target.watched.has(call) ? 'notify' : otherwise, call, argument, refuse)
}
