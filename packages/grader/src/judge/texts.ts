import type { Test } from '../problem/problem.ts'
import { withoutReturns } from '../problem/unix-lines.ts'
import { forEveryone, runWithin } from './workshop.ts'
import { validationLimits, withTrusted, type CheckerOutcome } from './checker.ts'
import type { Texts } from './generated-texts.ts'
import type { Job } from './job.ts'
import { unlessAborted } from './unless-aborted.ts'

/** Reads both, or has them made by the program that the package brings for it: once, for all who ask. */
export async function textsOf(
  job: Pick<Job, 'workshop' | 'problem' | 'cost'>,
  test: Test,
): Promise<Texts | CheckerOutcome> {
  const { blobs, generated } = job.workshop
  const { generator } = test
  if (generator === undefined) {
    const [input, answer] = await Promise.all([blobs.read(test.input), blobs.read(test.answer)])
    return { input, answer }
  }
  const judgeMessage = `${generator.program.name}, which makes the test, made another one than before`
  const making = { ...job, workshop: forEveryone(job.workshop) }
  const made = generated.get<CheckerOutcome>(test, async () => generate(making, test, generator), {
    check: { kind: 'failed', judgeMessage },
  })
  return unlessAborted(made, job.workshop.signal)
}

/** Its output is the input, what it says as errors the answer; an answer in a file comes before it. */
async function generate(
  { workshop, problem, cost }: Pick<Job, 'workshop' | 'problem' | 'cost'>,
  test: Test,
  { program, args }: NonNullable<Test['generator']>,
): Promise<Texts | CheckerOutcome> {
  const [stdin, answer] = await Promise.all([workshop.blobs.read(test.input), workshop.blobs.read(test.answer)])
  return withTrusted(workshop, problem, program, async (product): Promise<Texts | CheckerOutcome> => {
    const limits = { ...validationLimits(problem), outputBytes: generatedBytesMax }
    const argv = [...product.argv(limits.memoryBytes ?? 0), ...args]
    const result = await runWithin(workshop, { argv, env: product.env, ...product.start(), stdin }, limits)
    if ('infrastructure' in result) return { check: { kind: 'failed' }, infrastructure: result.infrastructure }
    if ('cannotStart' in result) return { check: { kind: 'failed', judgeMessage: result.cannotStart } }
    cost.add(result.usage)
    if (result.status !== 'exited' || result.exitCode !== 0) {
      const how = result.status === 'exited' ? `with ${result.exitCode}` : `by ${describe(result)}`
      return { check: { kind: 'failed', judgeMessage: `${program.name}, which makes the test, ended ${how}` } }
    }
    const [input, errors] = [withoutReturns(result.stdout.bytes), withoutReturns(result.stderr.bytes)]
    return { input: input.length > 0 ? input : stdin, answer: answer.length > 0 ? answer : errors }
  })
}

function describe(
  result:
    | { readonly status: 'signaled'; readonly signal: string }
    | { readonly status: 'limited'; readonly limit: string }
    | { readonly status: 'exited' },
): string {
  return result.status === 'signaled'
    ? result.signal
    : result.status === 'limited'
      ? `its limit of ${result.limit}`
      : ''
}

const generatedBytesMax = 256 * 1024 * 1024
