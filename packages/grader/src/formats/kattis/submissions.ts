import { basename, join, relative } from 'node:path'
import type { ProblemSubmission, ProgramSource, Scoring } from '../../problem/problem.ts'
import { packageFileBytes } from '../defaults.ts'
import { isDirectory, names, readProgram } from '../tree.ts'
import { annotationsOf, type Annotation } from './annotations.ts'
import { replacedIn, type Replace } from './constants.ts'
import { ofLegacyDirectory, type Promises } from './directories.ts'
import { ofModernDirectory, submissionRules, type SubmissionRule } from './submission-rules.ts'

/** Submissions that came with a package, and what is told of them. */
interface FoundSubmissions {
  readonly found: readonly ProblemSubmission[]
  readonly warnings: readonly string[]
}

/** What of a package its submissions depend on. */
export interface SubmissionsOptions {
  /** Of the whole of a legacy package; undefined in one of the 2025-09 format. */
  readonly legacyScoring?: Scoring
  readonly replace?: Replace
}

/** Reads `submissions/` with what its directories, `submissions.yaml` and annotations in the sources promise. */
export async function readSubmissions(root: string, options: SubmissionsOptions): Promise<FoundSubmissions> {
  const folder = join(root, 'submissions')
  const rules = await submissionRules(join(folder, 'submissions.yaml'))
  const found: ProblemSubmission[] = []
  const warnings: string[] = []
  for (const directory of await names(folder)) {
    if (!(await isDirectory(join(folder, directory)))) continue
    for (const name of await names(join(folder, directory))) {
      const path = join(folder, directory, name)
      const program = await readProgram(path, relative(folder, path), { bytesMax: packageFileBytes, linksWithin: root })
      const files = options.replace === undefined ? program.files : replacedIn(program.files, options.replace)
      const submission = promised({ ...program, files }, rules, path, options)
      if (submission === undefined)
        warnings.push(`submissions/${program.name} is not judged: nothing says what it is to get`)
      else found.push(submission)
    }
  }
  const idle = rules.filter(({ matches }) => !found.some(({ name }) => matches(name)))
  warnings.push(...idle.map(({ glob }) => `submissions/submissions.yaml: ${glob} is about no submission`))
  return { found, warnings }
}

function promised(
  program: ProgramSource,
  rules: readonly SubmissionRule[],
  path: string,
  { legacyScoring }: SubmissionsOptions,
): ProblemSubmission | undefined {
  const directory = basename(join(path, '..'))
  const said = rules.filter(({ matches, glob }) => glob !== directory && matches(program.name))
  const replaced = rules.find(({ glob }) => glob === directory)
  // What is to be looked at by a person may say of itself whatever it likes.
  const annotated = directory === 'check_manually' ? undefined : annotationsOf(program, path)
  const usual: Promises | undefined =
    legacyScoring === undefined ? ofModernDirectory(directory, replaced) : ofLegacyDirectory(directory, legacyScoring)
  const standard = usual !== undefined && annotated?.replacesDirectory ? timingOnly(usual, annotated) : usual
  const known = [
    ...(standard === undefined ? [] : [standard]),
    ...(legacyScoring === undefined || replaced === undefined ? [] : [replaced]),
    ...said,
  ]
  const ofSource = annotated === undefined ? [] : [annotated.expectation]
  if (known.length === 0 && ofSource.length === 0) return undefined
  const timeRules = known.flatMap(({ timing }) => timing)
  const bounds = timeRules.map(({ bound }) => bound)
  return {
    ...program,
    ...[...said, replaced].find((rule) => rule !== undefined && Object.keys(rule.program).length > 0)?.program,
    expectations: [...known.flatMap(({ expectations }) => expectations), ...ofSource],
    useForTimeLimit: bounds.includes('upper') ? 'upper' : bounds.includes('lower') ? 'lower' : false,
    timeRules,
  }
}

/** Of a directory whose submission says itself what it gets: whether the time limit must be enough for it, or too little. */
function timingOnly({ timing }: Promises, { expectation: { final = [] } }: Annotation): Promises {
  const isOnly = (verdict: string): boolean => final.length > 0 && final.every((each) => each === verdict)
  const holds = timing.filter(({ bound }) => (bound === 'lower' ? isOnly('AC') : final.includes('TLE')))
  return { expectations: [], timing: holds }
}
