import { basename, join, relative } from 'node:path'
import type { ProblemSubmission, ProgramSource, Scoring } from '../../problem/problem.ts'
import { packageFileBytes } from '../defaults.ts'
import { isDirectory, names, readProgram } from '../tree.ts'
import { annotationsOf } from './annotations.ts'
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
  const standard: Promises | undefined =
    legacyScoring === undefined ? ofModernDirectory(directory, replaced) : ofLegacyDirectory(directory, legacyScoring)
  const known = [
    ...(standard === undefined ? [] : [standard]),
    ...(legacyScoring === undefined || replaced === undefined ? [] : [replaced]),
    ...said,
  ]
  const annotated = annotationsOf(program, path)
  const ofSource = annotated === undefined || standard !== undefined ? [] : [annotated]
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
