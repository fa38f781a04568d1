import { refuseUnknown, requireList, requireObject } from '../checks.ts'
import { invalidOption } from '../errors.ts'
import { checkPolicy, checkReported } from './check-policy.ts'
import { callNames } from './compiled/call-names.ts'
import { defaultPolicy } from './default-policy.ts'
import type { ConditionalCall, Policy, ReportedCall } from './policy.ts'
import { notedCalls, standardReport } from './reported-calls.ts'
import { startCalls } from './start-calls.ts'

/** How a policy differs from another. A call stands in one of `allow`, `deny` and `kill` at most. */
export interface PolicyDefinition {
  /** Default: a policy that refuses every call with ENOSYS, and tells of what the default policy tells of. */
  readonly extends?: Policy
  /** Calls that are allowed, whatever their arguments or by one of them. */
  readonly allow?: readonly (string | ConditionalCall)[]
  /** Calls that are refused with EPERM. */
  readonly deny?: readonly string[]
  /** Calls that end the process that makes them, by SIGSYS. They are told of in `violations` whatever `report` is. */
  readonly kill?: readonly string[]
  /**
   * Calls that a result's `violations` tell of, in place of those of `extends`: all that are made of those that are
   * allowed, and of others all that are refused. A name has its arguments told in the usual way. Default: those of
   * `extends`, and those of `deny`.
   */
  readonly report?: readonly (string | ReportedCall)[]
}

const known: ReadonlySet<string> = new Set(['extends', 'allow', 'deny', 'kill', 'report'])
const nothing: Policy = { ...defaultPolicy, allow: [], refuse: {}, conditional: [] }

/**
 * Makes a policy; what every container's start needs is always allowed. Throws `INVALID_OPTION` for a name that is no
 * system call of Linux.
 */
export function definePolicy(definition: PolicyDefinition): Policy {
  requireObject(definition, 'policy')
  refuseUnknown(definition, known, 'policy')
  const { extends: base = nothing, deny = [], kill = [] } = definition
  checkPolicy(base, 'policy.extends')
  const allow = checkNames(definition.allow ?? [], nameOf, 'policy.allow')
  const plain = allow.filter((call) => typeof call === 'string')
  const conditional = allow.filter((call) => typeof call !== 'string')
  checkNotNeeded(checkNames(deny, String, 'policy.deny'), 'policy.deny')
  checkNotNeeded(checkNames(kill, String, 'policy.kill'), 'policy.kill')
  checkNotNeeded(conditional.map(nameOf), 'policy.allow')
  const rest = without(base, new Set([...allow.map(nameOf), ...deny, ...kill, ...startCalls]))
  return checkPolicy({
    unnamed: base.unnamed,
    allow: [...rest.allow, ...new Set([...startCalls, ...plain])],
    refuse: { ...rest.refuse, EPERM: [...(rest.refuse.EPERM ?? []), ...deny] },
    conditional: [...rest.conditional, ...conditional],
    kill: [...(rest.kill ?? []), ...kill],
    report: reportOf(definition, base),
  })
}

function nameOf(call: string | { readonly call: string }): string {
  return typeof call === 'string' ? call : call.call
}

/** Refuses names that are no calls: a misspelt one would be neither allowed nor refused. */
function checkNames<Item>(items: readonly Item[], name: (item: Item) => string, option: string): readonly Item[] {
  for (const [index, item] of requireList(items, option).entries()) {
    if (typeof item === 'object') requireObject(item as object, `${option}[${index}]`)
    if (!callNames.has(name(item))) throw invalidOption(`${option}[${index}]`, 'name a system call', name(item))
  }
  return items
}

/** A container whose start is refused its calls never comes to run anything. */
function checkNotNeeded(calls: readonly string[], option: string): void {
  const needed = calls.find((call) => startCalls.includes(call))
  if (needed !== undefined) throw invalidOption(option, "leave alone what a container's start needs", needed)
}

function without(base: Policy, calls: ReadonlySet<string>): Policy {
  const others = (names: readonly string[]): readonly string[] => names.filter((name) => !calls.has(name))
  return {
    ...base,
    allow: others(base.allow),
    refuse: { EPERM: others(base.refuse.EPERM ?? []), ENOSYS: others(base.refuse.ENOSYS ?? []) },
    conditional: base.conditional.filter(({ call }) => !calls.has(call)),
    kill: others(base.kill ?? []),
  }
}

function reportOf({ report, deny = [], allow = [] }: PolicyDefinition, base: Policy): readonly ReportedCall[] {
  if (report === undefined) {
    // A call that is allowed now was told of as a refused one.
    const now = new Set([...deny, ...allow.filter((call) => typeof call === 'string' && !isNoted(call))])
    return [...(base.report ?? []).filter(({ call }) => !now.has(call)), ...deny.map(standardReport)]
  }
  for (const [index, item] of requireList(report, 'policy.report').entries()) {
    if (typeof item !== 'string') checkReported(item, `policy.report[${index}]`)
  }
  return checkNames(report, nameOf, 'policy.report').map((item) =>
    typeof item === 'string' ? standardReport(item) : item,
  )
}

function isNoted(call: string): boolean {
  return notedCalls.some((noted) => noted.call === call)
}
