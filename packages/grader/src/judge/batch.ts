import type { RunResult } from '@mayfly/sandbox'
import type { Test } from '../problem/problem.ts'
import type { CheckResult } from '../verdict/facts.ts'
import { factsOf } from '../verdict/facts.ts'
import { decide, decideRun } from '../verdict/precedence.ts'
import { checkOutput, withinPoints } from './check.ts'
import { runUntilSure, type Measured } from './doubt.ts'
import type { Job } from './job.ts'
import { notReady, type Judged } from './judged.ts'
import { limitsOfTest } from './run-limits.ts'
import { submissionCommand } from './submission-command.ts'
import { textsOf } from './texts.ts'
import { runWithin } from './workshop.ts'

/** Runs a submission on one test, and compares what it printed. */
export async function judgeBatch(job: Job, test: Test): Promise<Judged> {
  const texts = await textsOf(job, test)
  if (!('input' in texts)) return notReady(job, test, texts)
  const { answer } = texts
  let { input } = texts
  let memory: Uint8Array | undefined
  for (let passCount = 1; ; passCount++) {
    const once = await judgePass(job, test, { input, answer, memory, keepsMemory: job.problem.multiPass })
    const judged = { ...once, passCount, answer }
    const nextPass = once.check?.nextPass
    if (nextPass === undefined || judged.decision.verdict !== 'AC') return judged
    if (passCount >= job.problem.limits.passCount) {
      const reason = `the validator asks for more than ${job.problem.limits.passCount} passes`
      return { ...judged, decision: { verdict: 'JE', reason } }
    }
    input = nextPass
    memory = once.memory
  }
}

interface Pass {
  readonly input: Uint8Array
  readonly answer: Uint8Array
  readonly memory: Uint8Array | undefined
  readonly keepsMemory: boolean
}

async function judgePass(
  job: Job,
  test: Test,
  pass: Pass,
): Promise<Omit<Judged, 'passCount'> & { readonly memory?: Uint8Array | undefined }> {
  const { measured, rerunCount } = await runUntilSure(job, test, async (alone) => runOnce(job, test, pass.input, alone))
  const { judged: limits, enforced } = limitsOfTest(job, test)
  const { result, pressure } = measured
  const common = { limits, memoryBytes: enforced.memoryBytes ?? 0, rerunCount, pressure }
  if ('infrastructure' in result) return { ...common, decision: decide({ ...result, limits }) }
  if ('cannotStart' in result) return { ...common, decision: { verdict: 'RTE', reason: result.cannotStart } }
  const run = factsOf(result)
  const early = decideRun({ run, limits })
  if (early !== undefined) return { ...common, run: result, decision: early }
  const compare = test.compare ?? job.problem.compare
  const { cpuTimeMs, memoryPeakBytes } = result.usage
  const about = { ...job.about, cpuTimeMs, memoryPeakBytes }
  const checked = { ...pass, output: result.stdout.bytes, flags: test.checkerFlags, about }
  const outcome = await checkOutput(job.workshop, job.problem, compare, checked, job.cost)
  const { infrastructure, memory } = outcome
  const check = withinPoints(job.problem, test, refined(outcome.check, result))
  const facts = { run, limits, check, ...(infrastructure === undefined ? {} : { infrastructure }) }
  return { ...common, run: result, check, decision: decide(facts), memory }
}

/** A wrong answer of a program that printed nothing at all is the lack of one. */
function refined(check: CheckResult, { stdout }: RunResult): CheckResult {
  return check.kind === 'wrong' && stdout.totalBytes === 0 ? { ...check, kind: 'noOutput' } : check
}

async function runOnce(job: Job, test: Test, input: Uint8Array, alone: boolean): Promise<Measured> {
  const { workshop, cost } = job
  const { enforced } = limitsOfTest(job, test)
  const command = await submissionCommand(job, test, input, enforced.memoryBytes ?? 0)
  const stop = workshop.pressure.start()
  const result = await runWithin(workshop, command, enforced, { alone })
  if ('status' in result) cost.add(result.usage)
  return { result, pressure: stop() }
}
