import { checkOutput } from '../judge/check.ts'
import { validationLimits, withTrusted } from '../judge/checker.ts'
import { CostMeter } from '../judge/cost.ts'
import { runWithin } from '../judge/workshop.ts'
import type { Shared } from '../grader/shared.ts'
import { testsOf, type Probe, type Problem, type ProgramSource, type Test } from '../problem/problem.ts'

/** What is wrong with the tests of a problem by its own input validators, in sentences. */
export async function checkInputs(shared: Shared, problem: Problem): Promise<readonly string[]> {
  const found: string[] = []
  for (const validator of problem.inputValidators) {
    for (const test of testsOf(problem.tests)) {
      const said = await validate(shared, problem, validator, test)
      if (said !== 'valid') found.push(`${test.id}: ${validator.name} ${said}`)
    }
  }
  return found
}

/** What is wrong with the validators of a problem by the cases that came with it. */
export async function checkProbes(shared: Shared, problem: Problem): Promise<readonly string[]> {
  const found: string[] = []
  for (const probe of problem.probes) {
    const wrong =
      probe.kind === 'invalid_input'
        ? await inputIsTaken(shared, problem, probe)
        : await outputIsMisjudged(shared, problem, probe)
    if (wrong !== undefined) found.push(`${probe.test.id}: ${wrong}`)
  }
  return found
}

async function inputIsTaken(shared: Shared, problem: Problem, { test }: Probe): Promise<string | undefined> {
  for (const validator of problem.inputValidators) {
    const said = await validate(shared, problem, validator, test)
    if (said === 'rejects it') return undefined
    if (said !== 'valid') return `${validator.name} ${said}`
  }
  return 'every input validator takes it for valid'
}

async function outputIsMisjudged(
  shared: Shared,
  problem: Problem,
  { kind, test, output }: Probe,
): Promise<string | undefined> {
  if (output === undefined) return undefined
  const { blobs } = shared.workshop
  const [input, answer, given] = await Promise.all([
    blobs.read(test.input),
    blobs.read(test.answer),
    blobs.read(output),
  ])
  const checked = { input, answer, output: given, flags: test.checkerFlags }
  const { check, infrastructure } = await checkOutput(
    shared.workshop,
    problem,
    problem.compare,
    checked,
    new CostMeter(),
  )
  if (infrastructure !== undefined || check.kind === 'failed')
    return infrastructure ?? check.judgeMessage ?? 'the validator failed'
  const isTaken = check.kind === 'accepted' || check.kind === 'partial'
  if (isTaken === (kind === 'valid_output')) return undefined
  return isTaken ? 'the output validator accepts it' : `the output validator rejects it: ${check.judgeMessage ?? ''}`
}

async function validate({ workshop }: Shared, problem: Problem, source: ProgramSource, test: Test): Promise<string> {
  const stdin = await workshop.blobs.read(test.input)
  const limits = validationLimits(problem)
  const result = await withTrusted(workshop, problem, source, async (product) => {
    const argv = [...product.argv(limits.memoryBytes ?? 0), ...(test.inputFlags ?? [])]
    return runWithin(workshop, { argv, env: product.env, ...product.start(), stdin }, limits)
  })
  if ('infrastructure' in result && result.infrastructure !== undefined) return result.infrastructure
  if ('check' in result) return result.check.judgeMessage ?? 'cannot be compiled'
  if ('cannotStart' in result) return result.cannotStart
  if (!('status' in result)) return 'could not be run'
  if (result.status === 'exited' && result.exitCode === 42) return 'valid'
  if (result.status === 'exited' && result.exitCode === 43) return 'rejects it'
  return `ended with ${result.status === 'exited' ? result.exitCode : result.status}, which is neither 42 nor 43`
}
