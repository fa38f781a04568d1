import { packageError } from '../../errors.ts'
import type { YamlMap } from '../yaml-map.ts'

/** How a group of the 2025-09 format comes to its points. */
type Aggregation = 'pass-fail' | 'sum' | 'min'

/** What a `test_group.yaml` says of a group beside what its tests inherit. */
export interface GroupRules {
  readonly aggregation: Aggregation
  /** Undefined: without bound. */
  readonly maxScore: number | undefined
  readonly requires: readonly string[]
  /** Of the test that looks at the source; undefined: there is none. */
  readonly staticTest: { readonly score: number | 'pass-fail'; readonly args: readonly string[] } | undefined
}

/** What of the package the rules of its groups depend on. */
export interface GroupContext {
  readonly scoring: boolean
  readonly hasStaticValidator: boolean
  /** Whether the package may be as the format was while it was being made. */
  readonly isDraft: boolean
}

const secretScore = 100
const pointKeys = ['max_score', 'score_aggregation', 'require_pass']

/** Reads what a group says of its points, and refuses what the format does. */
export function groupRules(map: YamlMap, id: string, context: GroupContext): GroupRules {
  const said = pointKeys.find((key) => map.has(key))
  if (said !== undefined && !context.scoring) throw map.error(said, 'is for problems of type scoring')
  if (said !== undefined && id === 'sample') throw map.error(said, 'is not for data/sample')
  const aggregation =
    map.oneOf('score_aggregation', ['pass-fail', 'sum', 'min']) ?? (id === 'secret' ? 'sum' : 'pass-fail')
  const isUnbounded = map.value('max_score') === 'unbounded'
  const named = isUnbounded ? undefined : map.number('max_score', 0)
  const maxScore = named ?? (id === 'secret' && !isUnbounded ? secretScore : undefined)
  const requires = (map.words('require_pass') ?? []).map((name) =>
    name === 'sample' || name.startsWith('secret') ? name : `secret/${name}`,
  )
  if (id === 'secret' && requires.some((name) => name !== 'sample'))
    throw map.error('require_pass', 'of data/secret can only be sample')
  if (context.scoring && id !== 'sample' && aggregation === 'pass-fail' && isUnbounded)
    throw map.error('max_score', 'must be a number: a group that is all or nothing has to have an all')
  const staticTest = staticTestIn(map, context, context.scoring && id !== 'sample' ? aggregation : undefined)
  return { aggregation, maxScore, requires, staticTest }
}

function staticTestIn(
  map: YamlMap,
  { hasStaticValidator }: GroupContext,
  aggregation: Aggregation | undefined,
): GroupRules['staticTest'] {
  const args = map.words('static_validator_args')
  if (!map.has('static_validation_score')) {
    if (args !== undefined)
      throw map.error('static_validator_args', 'is without effect: `static_validation_score` is missing')
    return undefined
  }
  if (!hasStaticValidator)
    throw map.error('static_validation_score', 'is without effect: there is no static_validator/')
  const isAllOrNothing = map.value('static_validation_score') === 'pass-fail'
  const scores = aggregation !== undefined && aggregation !== 'pass-fail'
  if (isAllOrNothing && scores)
    throw map.error('static_validation_score', `must be a number in a group whose points are a ${aggregation}`)
  if (isAllOrNothing) return { score: 'pass-fail', args: args ?? [] }
  const score = map.number('static_validation_score', 0)
  if (score === undefined || !scores)
    throw map.error('static_validation_score', 'must be pass-fail where tests have no points of their own')
  return { score, args: args ?? [] }
}

/** A group as far as others depend on it. */
interface RuledGroup {
  readonly id: string
  readonly file: string
  readonly rules: GroupRules
}

/** What groups say of each other. */
export function requireConsistent(groups: readonly RuledGroup[], scoring: boolean): void {
  const rulesOf = (id: string): GroupRules | undefined => groups.find((group) => group.id === id)?.rules
  const secret = rulesOf('secret')
  for (const { id, file, rules } of groups) {
    const isInside = id.startsWith('secret/')
    if (scoring && isInside && rules.maxScore === undefined && secret?.maxScore !== undefined)
      throw packageError(file, `needs a \`max_score\`: data/secret has one, ${secret.maxScore}`)
    if (scoring && isInside && rules.maxScore === undefined && rules.aggregation === 'pass-fail')
      throw packageError(file, 'needs a `max_score`, or another `score_aggregation` than pass-fail')
    if (scoring && isInside && secret?.aggregation === 'pass-fail' && rules.aggregation !== 'pass-fail')
      throw packageError(file, `cannot be ${rules.aggregation}: data/secret is pass-fail`)
    const missing = rules.requires.find((name) => rulesOf(name) === undefined || name === id)
    if (missing !== undefined) throw packageError(file, `requires ${missing}, which is no other group`)
  }
}
