import { invalidOption, SandboxError } from '../errors.ts'
import { featureFixes, featureSentences, type HostFeature } from '../features.ts'
import { defaultPolicy } from './default-policy.ts'
import type { PolicyDefinition } from './define-policy.ts'
import type { ConditionalCall, Policy, ReportedCall } from './policy.ts'
import { startCalls } from './start-calls.ts'

/** What of a run's result a policy is learnt from. */
export interface LearningReport {
  readonly violations: readonly { readonly call: string; readonly detail: string; readonly count: number }[]
  readonly refusalCount: number
  readonly missing?: readonly HostFeature[]
}

/** The argument that decides, as a number that can be read back. */
const conditions: readonly ReportedCall[] = defaultPolicy.conditional.map(({ call, argument }) => ({
  call,
  words: [{ argument, as: 'hexadecimal' }],
}))

/**
 * Lets a command that is trusted do as it likes within its container, and tells of every call in `violations`: what
 * {@link learnPolicy} learns from. Calls that programs only probe for and can do without stay refused.
 */
export const learningPolicy: Policy = {
  unnamed: 'note',
  allow: startCalls,
  refuse: { ENOSYS: defaultPolicy.refuse.ENOSYS ?? [] },
  conditional: [],
  kill: [],
  report: conditions,
}

/**
 * The smallest policy under which a command can do again what it did under {@link learningPolicy}, as plain data: for
 * `definePolicy`, or as JSON. Where it kept to a condition of the default policy, the condition stays. Throws
 * `UNSUPPORTED_HOST` for a run on a host that cannot tell of calls.
 */
export function learnPolicy({ violations, refusalCount, missing = [] }: LearningReport): PolicyDefinition {
  if (missing.includes('refusalNames')) {
    const message = `nothing can be learnt where the host lacks ${featureSentences.refusalNames}; ${featureFixes.refusalNames}`
    throw new SandboxError('UNSUPPORTED_HOST', message)
  }
  const toldCount = violations.reduce((sum, { count }) => sum + count, 0)
  if (toldCount < refusalCount) throw invalidOption('report', 'tell of every call', `${toldCount} of ${refusalCount}`)
  const seen = new Map<string, readonly string[]>()
  for (const { call, detail } of violations) seen.set(call, [...(seen.get(call) ?? []), detail])
  const calls = [...new Set([...startCalls, ...seen.keys()])].sort()
  return { allow: calls.filter(isName).map((call) => conditionOf(call, seen.get(call) ?? []) ?? call) }
}

/** A number that libseccomp has no name for cannot be asked for by one. */
function isName(call: string): boolean {
  return !call.includes(' ')
}

function conditionOf(call: string, details: readonly string[]): ConditionalCall | undefined {
  const condition = defaultPolicy.conditional.find((one) => one.call === call)
  return condition !== undefined && details.every((detail) => holds(condition, Number(detail))) ? condition : undefined
}

function holds({ values, mask, allowed }: ConditionalCall, argument: number): boolean {
  const isListed = values.some((value) => (value & mask) >>> 0 === (argument & mask) >>> 0)
  return isListed === (allowed === 'one of')
}
