import { checkOutput } from '../judge/check.ts'
import { CostMeter } from '../judge/cost.ts'
import type { Shared } from '../grader/shared.ts'
import { testsOf, type Blob, type Probe, type Problem, type Test } from '../problem/problem.ts'
import { InputValidators } from './input-validators.ts'

/** What a problem's own validators say of its tests, and of the cases that came to try them. */
export interface ProbeReport {
  /** What is wrong, in sentences. */
  readonly found: readonly string[]
  /** What could not be looked at. */
  readonly warnings: readonly string[]
}

/** Lets the validators of a problem look at its tests, its samples' answers, and the cases that came to try them. */
export async function checkValidators(shared: Shared, problem: Problem): Promise<ProbeReport> {
  const validators = await InputValidators.of(shared, problem)
  const found = [
    ...(await checkInputs(validators, testsOf(problem.tests))),
    ...(await checkSamples(shared, problem)),
    ...(await checkProbes(shared, problem, validators)),
  ]
  return { found, warnings: validators.notRun }
}

async function checkInputs(validators: InputValidators, tests: readonly Test[]): Promise<readonly string[]> {
  const found: string[] = []
  for (const validator of validators.usable) {
    for (const test of tests.filter(({ isStatic }) => isStatic !== true)) {
      const opinion = await validators.ask(validator, test)
      if (opinion.kind !== 'valid') found.push(`${test.id}: ${validator.name} ${opinion.how}`)
    }
  }
  return found
}

/** What a statement shows as right must be right; nobody answers an interactive problem by a file. */
async function checkSamples(shared: Shared, problem: Problem): Promise<readonly string[]> {
  if (!problem.format.startsWith('kattis') || problem.interactor !== undefined || problem.multiPass) return []
  const found: string[] = []
  for (const test of testsOf(problem.tests).filter(({ id }) => id.startsWith('sample/'))) {
    const said = await judgeOutput(shared, problem, test, test.answer)
    if (said.kind !== 'accepted') found.push(`${test.id}: its own answer is not accepted: ${said.how}`)
  }
  return found
}

async function checkProbes(shared: Shared, problem: Problem, validators: InputValidators): Promise<readonly string[]> {
  const found: string[] = []
  for (const probe of problem.probes) {
    const wrong = await whatIsWrong(shared, problem, validators, probe)
    if (wrong !== undefined) found.push(`${probe.test.id}: ${wrong}`)
    if (hasValidInput(problem, probe)) found.push(...(await checkInputs(validators, [probe.test])))
  }
  return found
}

/** A checker of Polygon's is tried with anything. */
function hasValidInput({ format }: Problem, { kind }: Probe): boolean {
  return kind === 'valid_input' || (kind !== 'invalid_input' && format !== 'polygon')
}

async function whatIsWrong(
  shared: Shared,
  problem: Problem,
  validators: InputValidators,
  probe: Probe,
): Promise<string | undefined> {
  if (probe.kind === 'valid_input') return undefined
  return probe.kind === 'invalid_input' ? inputIsTaken(validators, probe) : outputIsMisjudged(shared, problem, probe)
}

async function inputIsTaken(validators: InputValidators, { test }: Probe): Promise<string | undefined> {
  for (const validator of validators.usable) {
    const opinion = await validators.ask(validator, test)
    if (opinion.kind === 'invalid') return undefined
    if (opinion.kind === 'broken') return `${validator.name} ${opinion.how}`
  }
  // One that was not run might be the one that rejects it.
  return validators.notRun.length > 0 ? undefined : 'every input validator takes it for valid'
}

async function outputIsMisjudged(
  shared: Shared,
  problem: Problem,
  { kind, test, output }: Probe,
): Promise<string | undefined> {
  if (output === undefined) return undefined
  const said = await judgeOutput(shared, problem, test, output)
  if (said.kind === 'broken') return said.how
  if ((said.kind === 'accepted') === (kind === 'valid_output')) return undefined
  return said.kind === 'accepted' ? 'the output validator accepts it' : `the output validator rejects it: ${said.how}`
}

async function judgeOutput(
  shared: Shared,
  problem: Problem,
  test: Test,
  output: Blob,
): Promise<{ readonly kind: 'accepted' | 'rejected' | 'broken'; readonly how: string }> {
  const { blobs } = shared.workshop
  const [input, answer, given] = await Promise.all([
    blobs.read(test.input),
    blobs.read(test.answer),
    blobs.read(output),
  ])
  const checked = { input, answer, output: given, flags: test.checkerFlags }
  const compare = test.compare ?? problem.compare
  const { check, infrastructure } = await checkOutput(shared.workshop, problem, compare, checked, new CostMeter())
  const how = infrastructure ?? check.judgeMessage ?? check.kind
  if (infrastructure !== undefined || check.kind === 'failed') return { kind: 'broken', how }
  return { kind: check.kind === 'accepted' || check.kind === 'partial' ? 'accepted' : 'rejected', how }
}
