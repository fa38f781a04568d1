import { refuseUnknown, requireList, requireObject, withoutNul } from '../checks.ts'
import { invalidOption } from '../errors.ts'
import { isRead, wordKinds, type ConditionalCall, type Policy, type ReportedCall } from './policy.ts'
import { unwatchedCalls } from './start-calls.ts'

const known: ReadonlySet<string> = new Set(['unnamed', 'allow', 'refuse', 'conditional', 'kill', 'report'])
const knownRefusals: ReadonlySet<string> = new Set(['EPERM', 'ENOSYS'])
const knownOfReport: ReadonlySet<string> = new Set(['call', 'when', 'words'])
const knownOfWhen: ReadonlySet<string> = new Set(['argument', 'is'])
const knownOfWord: ReadonlySet<string> = new Set(['argument', 'as'])
const readMax = 2
const knownOfCall: ReadonlySet<string> = new Set(['call', 'argument', 'mask', 'values', 'allowed', 'otherwise'])

/** Refuses what is no policy, before any of it reaches native code. */
export function checkPolicy(policy: Policy, option = 'policy'): Policy {
  requireObject(policy, option)
  refuseUnknown(policy, known, option)
  if (policy.unnamed !== 'note') checkAnswer(policy.unnamed, `${option}.unnamed`)
  checkNames(policy.allow, `${option}.allow`)
  requireObject(policy.refuse, `${option}.refuse`)
  refuseUnknown(policy.refuse, knownRefusals, `${option}.refuse`)
  for (const [answer, names] of Object.entries(policy.refuse)) checkNames(names, `${option}.refuse.${answer}`)
  for (const [index, call] of requireList(policy.conditional, `${option}.conditional`).entries()) {
    checkConditional(call, `${option}.conditional[${index}]`)
  }
  checkNames(policy.kill ?? [], `${option}.kill`)
  checkNamedOnce(policy, option)
  for (const [index, call] of requireList(policy.report ?? [], `${option}.report`).entries()) {
    checkReported(call, `${option}.report[${index}]`)
  }
  return policy
}

/** libseccomp would let one of two rules win in silence. */
function checkNamedOnce({ allow, refuse, conditional, kill = [] }: Policy, option: string): void {
  const seen = new Set<string>()
  const conditions = conditional.map(({ call }) => call)
  for (const name of [...allow, ...Object.values(refuse).flat(), ...kill, ...conditions]) {
    if (seen.has(name)) throw invalidOption(option, 'name each call once', name)
    seen.add(name)
  }
}

function checkNames(names: readonly string[], option: string): void {
  for (const [index, name] of requireList(names, option).entries()) withoutNul(name, `${option}[${index}]`)
}

function checkAnswer(answer: string, option: string): void {
  if (!knownRefusals.has(answer)) throw invalidOption(option, "be 'EPERM' or 'ENOSYS'", answer)
}

function checkConditional(condition: ConditionalCall, option: string): void {
  requireObject(condition, option)
  refuseUnknown(condition, knownOfCall, option)
  withoutNul(condition.call, `${option}.call`)
  checkInteger(condition.argument, 5, `${option}.argument`)
  checkInteger(condition.mask, 0xffff_ffff, `${option}.mask`)
  for (const [index, value] of requireList(condition.values, `${option}.values`).entries()) {
    checkInteger(value, 0xffff_ffff, `${option}.values[${index}]`)
  }
  if (condition.allowed !== 'one of' && condition.allowed !== 'none of') {
    throw invalidOption(`${option}.allowed`, "be 'one of' or 'none of'", condition.allowed)
  }
  checkAnswer(condition.otherwise, `${option}.otherwise`)
}

/** Refuses a call of which something is to be told that cannot be. */
export function checkReported(reported: ReportedCall, option: string): void {
  requireObject(reported, option)
  refuseUnknown(reported, knownOfReport, option)
  withoutNul(reported.call, `${option}.call`)
  if (unwatchedCalls.has(reported.call)) {
    throw invalidOption(`${option}.call`, `be none of ${[...unwatchedCalls].join(', ')}`, reported.call)
  }
  if (reported.when !== undefined) checkWhen(reported.when, `${option}.when`)
  const words = requireList(reported.words ?? [], `${option}.words`)
  for (const [index, word] of words.entries()) checkWord(word, `${option}.words[${index}]`)
  const readCount = words.filter(({ as }) => isRead(as)).length
  if (readCount > readMax) throw invalidOption(`${option}.words`, `read at most ${readMax} arguments`, readCount)
}

function checkWhen(when: NonNullable<ReportedCall['when']>, option: string): void {
  requireObject(when, option)
  refuseUnknown(when, knownOfWhen, option)
  checkInteger(when.argument, 5, `${option}.argument`)
  if (when.is !== 'not null') checkInteger(when.is, 0xffff_ffff, `${option}.is`)
}

function checkWord(word: NonNullable<ReportedCall['words']>[number], option: string): void {
  requireObject(word, option)
  refuseUnknown(word, knownOfWord, option)
  checkInteger(word.argument, 5, `${option}.argument`)
  if (!wordKinds.includes(word.as)) throw invalidOption(`${option}.as`, `be one of ${wordKinds.join(', ')}`, word.as)
}

function checkInteger(value: number, maximum: number, option: string): void {
  if (Number.isInteger(value) && value >= 0 && value <= maximum) return
  throw invalidOption(option, `be an integer from 0 to ${maximum}`, value)
}
