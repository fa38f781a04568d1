import type { Harness } from '../course/harness.ts'
import { judgeByHarness } from '../course/judge-harness.ts'
import { GraderError } from '../errors.ts'
import { compileProgram } from '../judge/compile.ts'
import type { Lease } from '../judge/compile-cache.ts'
import { CostMeter } from '../judge/cost.ts'
import { judgeBatch } from '../judge/batch.ts'
import type { Judged } from '../judge/judged.ts'
import { judgeInteractive } from '../judge/interactive.ts'
import type { Job } from '../judge/job.ts'
import type { Product, ReadyProduct } from '../judge/product.ts'
import { misusedScore } from '../judge/score-rules.ts'
import { type CompileResult, type GradeResult, type GroupResult, type TestResult } from '../judge/result.ts'
import type { Scored } from '../judge/scores.ts'
import { withSignature } from '../judge/signature.ts'
import { skippedTest, testResultOf } from '../judge/test-result.ts'
import { walkTests } from '../judge/walk.ts'
import { groupsOf, testsOf, type Group, type Problem, type ProgramSource, type Test } from '../problem/problem.ts'
import { bigOf, verdicts, type Verdict } from '../verdict/verdict.ts'
import { digestOfProgram } from './digest.ts'
import type { GradeEvent } from './events.ts'
import { gradeByProgram } from './group-grader.ts'
import { Journal } from './journal.ts'
import type { GradeOptions } from './options.ts'
import { graderVersion, hostOf, keyOf } from './provenance.ts'
import { judgeStatically, validateStatically } from './static-validator.ts'
import type { Shared } from './shared.ts'

/** Everything about one grading that does not change while it lasts. */
interface Grading {
  readonly shared: Shared
  readonly problem: Problem
  readonly submission: ProgramSource
  readonly options: GradeOptions
  readonly submissionDigest: string
  readonly timeMs: number
  readonly cost: CostMeter
  readonly startedAt: Date
  readonly tests: TestResult[]
  readonly groups: GroupResult[]
  readonly journal: Journal | undefined
  tell(event: GradeEvent): void
}

/** Compiles a submission and runs it on the tests of a problem. */
export async function gradeSubmission(
  given: Shared,
  problem: Problem,
  submission: ProgramSource,
  timeMs: number,
  options: GradeOptions,
): Promise<GradeResult> {
  const shared = given.until(options.signal)
  const problemDigest = await shared.digestOf(problem)
  const submissionDigest = digestOfProgram(submission)
  const journal =
    options.journal === undefined
      ? undefined
      : await Journal.open(options.journal, keyOf(problemDigest, submissionDigest, timeMs, shared.workshop.image))
  const grading: Grading = {
    ...{ shared, problem, submission, submissionDigest, options, timeMs, journal },
    ...{ cost: new CostMeter(), startedAt: new Date(), tests: [], groups: [] },
    tell: (event) => {
      journal?.add({ ...event })
      options.onEvent?.(event)
    },
  }
  try {
    const result = await gradeAll(grading)
    grading.tell({ type: 'done', result })
    return result
  } finally {
    await journal?.close()
  }
}

async function gradeAll(grading: Grading): Promise<GradeResult> {
  const { problem, submission, shared } = grading
  requireCodeWithin(problem, submission)
  if (problem.submitAnswer) return finish(grading, undefined, await judgeTests(grading, undefined))
  await requireUnbuffered(shared, problem)
  grading.tell({ type: 'compiling', submission: submission.name })
  const { compileTimeMs, compileMemoryBytes } = problem.limits
  const lease = await compileProgram(shared.workshop, withSignature(problem, submission), {
    limits: { timeMs: compileTimeMs, memoryBytes: compileMemoryBytes },
    include: problem.include,
    languages: problem.languages,
    defines: problem.defines ?? [],
    besideFiles: testsOf(problem.tests).some(({ files }) => Object.keys(files).length > 0),
  })
  try {
    return await gradeProduct(grading, lease)
  } finally {
    await lease.release()
  }
}

async function gradeProduct(grading: Grading, { product, cached }: Lease): Promise<GradeResult> {
  const { problem, shared, timeMs, cost } = grading
  if (product.kind === 'broken') return finish(grading, undefined, { verdict: 'IE', reason: product.reason })
  if (product.usage !== undefined && !cached) cost.add(product.usage)
  const compile = compileResultOf(product, cached)
  grading.tell({ type: 'compiled', compile })
  if (product.kind !== 'ready') return finish(grading, compile, { verdict: compile.verdict, reason: product.reason })
  const refused = await validateStatically(lookedAt(grading, product))
  if (refused !== undefined) return finish(grading, compile, refused)
  const about = { source: grading.submission.files[product.entry] ?? new Uint8Array(), language: product.language }
  const job: Job = { workshop: shared.workshop, problem, timeMs, program: product, about, cost }
  const { harness } = problem
  const scored = harness === undefined ? await judgeTests(grading, job) : await judgeAllByHarness(grading, job, harness)
  return (await asCompileError(grading, product, compile, scored)) ?? finish(grading, compile, scored)
}

async function judgeAllByHarness(
  grading: Grading,
  job: Job,
  harness: Harness,
): Promise<Scored & { readonly reason?: string }> {
  const { scored, tests } = await judgeByHarness(job, harness, job.program.entry)
  for (const test of tests) {
    grading.tests.push(test)
    grading.tell({ type: 'test', test })
  }
  return scored
}

/** What is no program at all is told as a compile error, though an interpreter found it out by running it. */
async function asCompileError(
  grading: Grading,
  product: Extract<Product, { kind: 'ready' }>,
  compile: CompileResult,
  { verdict }: { readonly verdict: Verdict },
): Promise<GradeResult | undefined> {
  const crashed = grading.tests.some((test) => test.verdict === 'RTE')
  if (product.check === undefined || verdict === 'AC' || !crashed) return undefined
  if (grading.tests.some((test) => test.verdict === 'AC' || test.verdict === 'PA')) return undefined
  const found = await product.check(grading.shared.workshop.signal)
  if (found === undefined) return undefined
  const told: CompileResult = { ...compile, verdict: found.kind === 'failed' ? 'CE' : 'CTL', messages: found.messages }
  grading.tests.length = 0
  grading.groups.length = 0
  return finish(grading, told, { verdict: told.verdict, reason: found.reason })
}

function compileResultOf(product: Exclude<Product, { kind: 'broken' }>, cached: boolean): CompileResult {
  const verdict = product.kind === 'ready' ? 'AC' : product.kind === 'failed' ? 'CE' : 'CTL'
  const { language, messages, usage } = product
  return { language, verdict, messages, ...(usage === undefined ? {} : { usage }), cached }
}

async function judgeTests(grading: Grading, job: Job | undefined): Promise<Scored> {
  const { problem, options, shared, journal } = grading
  return walkTests(problem.tests, options.evaluate ?? 'package', options.parallel ?? 1, {
    test: async (test, group) =>
      journal?.known(test.id) ??
      testResultOf(
        test,
        group,
        withinRules(group, test, await judgeOne(grading, job, test)),
        shared.workshop.nearLimit,
      ),
    skipped: skippedTest,
    grade: async (group, parts) => gradeByProgram(shared.workshop, problem, group, parts, grading.cost),
    onTest: (test) => {
      grading.tests.push(test)
      grading.tell({ type: 'test', test })
    },
    onGroup: (group) => {
      grading.groups.push(group)
      grading.tell({ type: 'group', group })
    },
  })
}

async function judgeOne(grading: Grading, job: Job | undefined, test: Test): Promise<Judged> {
  const { shared, problem, submission, cost } = grading
  shared.workshop.signal?.throwIfAborted()
  if (job === undefined) return shared.judgeAnswer(problem, submission, test, cost)
  if (test.isStatic) return judgeStatically(lookedAt(grading, job.program), test.checkerFlags)
  return problem.interactor === undefined ? judgeBatch(job, test) : judgeInteractive(job, test, problem.interactor)
}

function lookedAt(
  { shared, problem, submission, cost }: Grading,
  { language, entry }: ReadyProduct,
): Parameters<typeof judgeStatically>[0] {
  return { workshop: shared.workshop, problem, submission, language, entry, cost }
}

/** A validator that tells of points what the format does not allow has broken. */
function withinRules(group: Group, test: Test, judged: Judged): Judged {
  const reason = misusedScore(group, test, judged.check)
  if (reason === undefined) return judged
  return { ...judged, check: { kind: 'failed', judgeMessage: reason }, decision: { verdict: 'JE', reason } }
}

/** Without it, a submission that relies on its words going out at once would wait for ever. */
async function requireUnbuffered({ workshop }: Shared, { unbuffered = false, name }: Problem): Promise<void> {
  if (!unbuffered || (await workshop.installed.lacking(workshop, ['stdbuf'])).length === 0) return
  throw new GraderError('NOT_INSTALLED', `${name} runs submissions unbuffered, and there is no stdbuf in the image`)
}

function requireCodeWithin({ limits }: Problem, { files, name }: ProgramSource): void {
  const bytes = Object.values(files).reduce((sum, { length }) => sum + length, 0)
  if (bytes > limits.codeBytes) throw tooMuchCode(name, bytes, limits.codeBytes)
}

function tooMuchCode(name: string, bytes: number, max: number): GraderError {
  return new GraderError('INVALID_SUBMISSION', `${name} holds ${bytes} bytes, ${max} are allowed`)
}

async function finish(
  grading: Grading,
  compile: CompileResult | undefined,
  scored: {
    readonly verdict: Verdict
    readonly reason?: string
    readonly score?: number | undefined
    readonly maxScore?: number | undefined
  },
): Promise<GradeResult> {
  const { problem, submission, tests, groups, cost } = grading
  const { verdict } = scored
  const maxScore = scored.maxScore ?? problem.tests.maxScore
  const score = scored.score ?? (problem.scoring ? 0 : undefined)
  return {
    schema: 1,
    problem: problem.name,
    submission: submission.name,
    verdict,
    big: bigOf(verdict),
    reason: scored.reason ?? reasonOf(verdict, tests),
    ...(score === undefined ? {} : { score }),
    ...(maxScore === undefined ? {} : { maxScore }),
    ...(compile === undefined ? {} : { compile }),
    tests,
    groups: orderedGroups(problem.tests, groups),
    ...(problem.harness?.trust === 'shared' ? { forgeable: true } : {}),
    partial: tests.some((test) => test.verdict === 'SK') || tests.length < testsOf(problem.tests).length,
    cost: cost.total,
    provenance: await provenanceOf(grading, compile),
  }
}

function reasonOf(verdict: Verdict, tests: readonly TestResult[]): string {
  const first = tests.find((test) => test.verdict === verdict)
  if (first === undefined || verdict === 'AC') return verdicts[verdict].name
  return `${first.id}: ${first.evidence.reason}`
}

function orderedGroups(root: Group, groups: readonly GroupResult[]): readonly GroupResult[] {
  return groupsOf(root).flatMap(({ id }) => groups.filter((group) => group.id === id))
}

async function provenanceOf(grading: Grading, compile: CompileResult | undefined): Promise<GradeResult['provenance']> {
  const { shared, problem, submissionDigest, options, timeMs, startedAt } = grading
  const language = shared.workshop.languages.find(({ id }) => id === compile?.language)
  const toolchain =
    language === undefined ? {} : { [language.id]: await shared.workshop.installed.version(shared.workshop, language) }
  return {
    problemDigest: await shared.digestOf(problem),
    submissionDigest,
    image: shared.workshop.image,
    toolchain,
    host: hostOf(),
    limits: { cpuTimeMs: timeMs, memoryBytes: problem.limits.memoryBytes, outputBytes: problem.limits.outputBytes },
    evaluate: options.evaluate ?? 'package',
    graderVersion,
    startedAt: startedAt.toISOString(),
    durationMs: Date.now() - startedAt.getTime(),
  }
}
