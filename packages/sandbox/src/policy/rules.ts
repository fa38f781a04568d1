import { violationsMax, type NotifyAnswer, type NotifyRule } from './filter.ts'
import { isRead, type Policy, type ReportedCall } from './policy.ts'
import { standardReport } from './reported-calls.ts'
import { unwatchedCalls } from './start-calls.ts'

/** A call that is told of, and what becomes of it. */
export interface WatchedCall extends ReportedCall {
  readonly answer: NotifyAnswer
}

/** Every call that a policy tells of: those that it reports, and those that it kills for. */
export function watchedCalls(policy: Policy): ReadonlyMap<string, WatchedCall> {
  const answers = answersOf(policy)
  const watched = new Map<string, WatchedCall>()
  for (const reported of policy.report ?? []) {
    if (unwatchedCalls.has(reported.call)) continue
    const answer = answers.get(reported.call) ?? (policy.unnamed === 'note' ? 'continue' : policy.unnamed)
    watched.set(reported.call, { ...reported, answer })
  }
  for (const call of policy.kill ?? []) {
    if (!watched.has(call)) watched.set(call, { ...standardReport(call), answer: 'kill' })
  }
  return watched
}

/** What becomes of the calls of a policy where they are told of; of a conditional one, where it is refused. */
function answersOf(policy: Policy): ReadonlyMap<string, NotifyAnswer> {
  const answers = new Map<string, NotifyAnswer>()
  for (const call of policy.allow) answers.set(call, 'continue')
  for (const call of policy.refuse.EPERM ?? []) answers.set(call, 'EPERM')
  for (const call of policy.refuse.ENOSYS ?? []) answers.set(call, 'ENOSYS')
  for (const { call, otherwise } of policy.conditional) answers.set(call, otherwise)
  for (const call of policy.kill ?? []) answers.set(call, 'kill')
  return answers
}

/** The rules that go with a policy's filter; calls that the machine does not have need none. */
export function notifyRules(policy: Policy, numberOf: (call: string) => number | undefined): readonly NotifyRule[] {
  const rules: NotifyRule[] = []
  for (const { call, answer, words = [] } of watchedCalls(policy).values()) {
    const number = numberOf(call)
    if (number === undefined) continue
    const read = words.flatMap(({ argument, as }) => (isRead(as) ? [{ argument, as }] : []))
    const keptArguments = words.flatMap(({ argument, as }) => (isRead(as) ? [] : [argument]))
    rules.push({ call: number, answer, keptArguments, read })
  }
  if (policy.unnamed === 'note') rules.push({ call: 'any', answer: 'continue', keptArguments: [], read: [] })
  return rules
}

const violationsStandard = 64

/** How many kinds of calls are told apart in one run; a policy that notes all is for learning, which needs them all. */
export function kindMaxOf(policy: Policy): number {
  return policy.unnamed === 'note' ? violationsMax : violationsStandard
}
