import { invalidOption } from '../errors.ts'
import type { GradeResult } from '../judge/result.ts'
import { jsonText, viewOf, type ReportOptions, type ReportView } from './case.ts'
import { coursera, exercism, githubClassroom, gradescope, markus, prairielearn } from './courses.ts'
import { html } from './html.ts'
import { ccs, junit, tap } from './machines.ts'
import { markdown } from './markdown.ts'

/** Formats that a result can be told in. */
export type ReportFormat =
  | 'json'
  | 'html'
  | 'markdown'
  | 'junit'
  | 'tap'
  | 'ccs'
  | 'gradescope'
  | 'github-classroom'
  | 'exercism'
  | 'prairielearn'
  | 'coursera'
  | 'markus'

const writers: { readonly [Format in ReportFormat]: (view: ReportView, options: ReportOptions) => string } = {
  json: ({ result }) => jsonText(result),
  html,
  markdown,
  junit,
  tap,
  ccs,
  gradescope,
  'github-classroom': githubClassroom,
  exercism,
  prairielearn,
  coursera,
  markus,
}

/** Names of all formats. */
export const reportFormats = Object.keys(writers) as readonly ReportFormat[]

/**
 * Tells a result in a format. `json` is the whole of it, hidden tests included; all others tell students of hidden tests
 * only how they went. Nothing of what the submission printed reaches them unescaped. Throws `INVALID_OPTION`.
 */
export function writeReport(result: GradeResult, format: ReportFormat, options: ReportOptions = {}): string {
  if (!Object.hasOwn(writers, format)) throw invalidOption('format', `be one of ${reportFormats.join(', ')}`, format)
  return writers[format](viewOf(result, options), options)
}
