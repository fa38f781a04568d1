import type { Evaluate } from './evaluate.ts'
import type { Group, Test } from '../problem/problem.ts'
import { isGroup } from '../problem/problem.ts'
import { isFailure, isOurs, type Verdict } from '../verdict/verdict.ts'
import type { GroupResult, TestResult } from './result.ts'
import { scoreGroup, type Scored } from './scores.ts'

/** What happens on the way through the tests. */
export interface WalkSteps {
  test(test: Test, group: Group): Promise<TestResult>
  skipped(test: Test, group: Group, why: string): TestResult
  /** What the group's parts come to, where a program of the package's says so. */
  grade?(group: Group, parts: readonly Scored[]): Promise<Scored | undefined>
  onTest(result: TestResult): void
  onGroup(result: GroupResult): void
}

interface Walk {
  readonly evaluate: Evaluate
  /** How many tests of one group may run at once, where none of them decides over another. */
  readonly parallel: number
  readonly steps: WalkSteps
  readonly verdicts: Map<string, Verdict>
  stopped: string | undefined
  /** Set once a test failed that decides over all that come after it. */
  ended: string | undefined
}

/** Runs the tests of a problem in the order of the package, and stops where it, or the caller, says so. */
export async function walkTests(root: Group, evaluate: Evaluate, parallel: number, steps: WalkSteps): Promise<Scored> {
  return walkGroup(root, { evaluate, parallel, steps, verdicts: new Map(), stopped: undefined, ended: undefined })
}

async function walkGroup(asWritten: Group, walk: Walk): Promise<Scored> {
  const group = { ...asWritten, parts: requiredFirst(asWritten.parts) }
  const missing = group.requires.find((id) => walk.verdicts.get(id) !== 'AC')
  const skipping = walk.stopped ?? walk.ended ?? (missing === undefined ? undefined : `${missing} was not accepted`)
  const parts = await walkParts(group, walk, skipping)
  const scored = (await walk.steps.grade?.(group, parts)) ?? scoreGroup(group, parts)
  const allSkipped = parts.length > 0 && parts.every(({ verdict }) => verdict === 'SK')
  const none = scored.score === undefined ? {} : { score: 0 }
  const result = allSkipped ? { ...scored, ...none, verdict: 'SK' as const } : scored
  walk.verdicts.set(group.id, result.verdict)
  const { verdict, score, maxScore } = result
  walk.steps.onGroup({
    id: group.id,
    verdict,
    ...(score === undefined ? {} : { score }),
    ...(maxScore === undefined ? {} : { maxScore }),
  })
  return result
}

async function walkParts(group: Group, walk: Walk, skipping: string | undefined): Promise<readonly Scored[]> {
  if (breaksAtFailure(group, walk.evaluate) || skipping !== undefined || walk.parallel === 1)
    return walkInOrder(group, walk, skipping)
  const parts: Scored[] = []
  for (let at = 0; at < group.parts.length;) {
    const tests = testsFrom(group, at).slice(0, walk.parallel)
    if (tests.length === 0) {
      parts.push(await walkPart(group, group.parts[at], walk, undefined))
      at++
    } else {
      parts.push(...(await Promise.all(tests.map(async (test) => walkPart(group, test, walk, undefined)))))
      at += tests.length
    }
  }
  return parts
}

/** In the order of the package, but for groups that others require: those come before them. */
function requiredFirst(parts: Group['parts']): Group['parts'] {
  const ordered: (Group | Test)[] = []
  const add = (part: Group | Test, above: ReadonlySet<string>): void => {
    if (ordered.includes(part)) return
    const path = new Set([...above, part.id])
    const required = isGroup(part) ? part.requires.filter((id) => !path.has(id)) : []
    for (const id of required) {
      const other = parts.find((each) => each.id === id)
      if (other !== undefined) add(other, path)
    }
    ordered.push(part)
  }
  for (const part of parts) add(part, new Set())
  return ordered
}

function testsFrom(group: Group, at: number): readonly Test[] {
  const tests: Test[] = []
  for (const part of group.parts.slice(at)) {
    if (isGroup(part)) break
    tests.push(part)
    if (part.isDecisive === true) break
  }
  return tests
}

async function walkInOrder(group: Group, walk: Walk, skipping: string | undefined): Promise<readonly Scored[]> {
  const parts: Scored[] = []
  let why = skipping
  for (const part of group.parts) {
    const scored = await walkPart(group, part, walk, why ?? walk.stopped)
    parts.push(scored)
    if (why === undefined && isFailure(scored.verdict) && breaksAtFailure(group, walk.evaluate)) {
      why = `${scored.id} failed`
      if (walk.evaluate === 'first-failure') walk.stopped = why
    }
  }
  return parts
}

function breaksAtFailure(group: Group, evaluate: Evaluate): boolean {
  if (evaluate === 'all') return false
  if (evaluate === 'first-failure') return true
  if (evaluate === 'by-group') return group.parts.some((part) => !isGroup(part))
  return group.onReject === 'break'
}

async function walkPart(
  group: Group,
  part: Group | Test | undefined,
  walk: Walk,
  skipping: string | undefined,
): Promise<Scored> {
  if (part === undefined) throw new Error('a group has no such part')
  if (isGroup(part)) {
    const before = walk.stopped
    walk.stopped = skipping ?? before
    const scored = await walkGroup(part, walk)
    if (walk.evaluate !== 'first-failure') walk.stopped = before
    return scored
  }
  const { steps } = walk
  const why = skipping ?? walk.ended
  const result = why === undefined ? await steps.test(part, group) : steps.skipped(part, group, why)
  steps.onTest(result)
  if (part.isDecisive === true && isFailure(result.verdict) && walk.evaluate !== 'all') {
    walk.ended ??= `${part.id} failed`
  }
  // A failure of ours says nothing about what comes next, but the rest would fail the same way.
  if (isOurs(result.verdict) && walk.evaluate !== 'all') walk.stopped ??= `${part.id} could not be judged`
  return result
}
