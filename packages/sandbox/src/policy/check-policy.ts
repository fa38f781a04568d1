import { refuseUnknown, requireList, requireObject, withoutNul } from '../checks.ts'
import { invalidOption } from '../errors.ts'
import type { ConditionalCall, Policy } from './policy.ts'

const known: ReadonlySet<string> = new Set(['unnamed', 'allow', 'refuse', 'conditional'])
const knownRefusals: ReadonlySet<string> = new Set(['EPERM', 'ENOSYS'])
const knownOfCall: ReadonlySet<string> = new Set(['call', 'argument', 'mask', 'values', 'allowed', 'otherwise'])

/** Refuses what is no policy, before any of it reaches native code. */
export function checkPolicy(policy: Policy, option = 'policy'): Policy {
  requireObject(policy, option)
  refuseUnknown(policy, known, option)
  checkAnswer(policy.unnamed, `${option}.unnamed`)
  checkNames(policy.allow, `${option}.allow`)
  requireObject(policy.refuse, `${option}.refuse`)
  refuseUnknown(policy.refuse, knownRefusals, `${option}.refuse`)
  for (const [answer, names] of Object.entries(policy.refuse)) checkNames(names, `${option}.refuse.${answer}`)
  for (const [index, call] of requireList(policy.conditional, `${option}.conditional`).entries()) {
    checkConditional(call, `${option}.conditional[${index}]`)
  }
  checkNamedOnce(policy, option)
  return policy
}

/** libseccomp would let one of two rules win in silence. */
function checkNamedOnce({ allow, refuse, conditional }: Policy, option: string): void {
  const seen = new Set<string>()
  for (const name of [...allow, ...Object.values(refuse).flat(), ...conditional.map(({ call }) => call)]) {
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

function checkInteger(value: number, maximum: number, option: string): void {
  if (Number.isInteger(value) && value >= 0 && value <= maximum) return
  throw invalidOption(option, `be an integer from 0 to ${maximum}`, value)
}
