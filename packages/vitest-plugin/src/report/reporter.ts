import { writeFileSync } from 'node:fs'
import { relative, resolve } from 'node:path'
import type { Reporter, TestProject, TestSpecification, Vitest } from 'vitest/node'
import { tableOf, warningsOf } from './table.ts'
import type { UsageReport } from './usage-report.ts'

/** What the reporter is to show. */
export interface ReportOptions {
  readonly top: number
  readonly file: string | undefined
  /** Why nothing is isolated, where nothing is. */
  readonly unprotected: string | undefined
  /** Told of the files that come to run. */
  readonly begin: (files: readonly { readonly project: TestProject }[]) => void
}

/** Prints at the end what the files used; joins whatever reporters there are. */
export class SandboxReporter implements Reporter {
  readonly #report: UsageReport
  readonly #options: ReportOptions
  #vitest: Vitest | undefined

  constructor(report: UsageReport, options: ReportOptions) {
    this.#report = report
    this.#options = options
  }

  onInit(vitest: Vitest): void {
    this.#vitest = vitest
  }

  onTestRunStart(files: readonly TestSpecification[]): void {
    this.#report.clear()
    this.#options.begin(files)
  }

  onTestRunEnd(): void {
    const vitest = this.#vitest
    if (vitest === undefined) return
    const { root } = vitest.config
    const { top, file, unprotected } = this.#options
    if (unprotected !== undefined) vitest.logger.log(`${label('red')} NOT ISOLATED: ${unprotected}\n`)
    const { files } = this.#report
    const [first, ...rows] = tableOf(files, root, top)
    if (first !== undefined)
      vitest.logger.log(
        [`${label('cyan')} ${summary(files.length, rows.length)}`, colored(2, first), ...rows, ''].join('\n'),
      )
    const warnings = warningsOf(files, root)
    if (warnings.length > 0)
      vitest.logger.log(
        [`${label('yellow')} refused, and only told of:`, ...warnings.map((line) => `  ${line}`), ''].join('\n'),
      )
    if (file !== undefined) writeFileSync(resolve(root, file), jsonLines(files, root))
  }
}

function label(color: 'cyan' | 'red' | 'yellow'): string {
  return colored(1, colored({ red: 31, yellow: 33, cyan: 36 }[color], ' Sandbox '))
}

/** As other reporters do: colours where there is a terminal, or where they are asked for. */
function colored(code: number, text: string): string {
  const { NO_COLOR, FORCE_COLOR, TERM } = process.env
  const isColored = !NO_COLOR && TERM !== 'dumb' && (Boolean(FORCE_COLOR) || process.stdout.isTTY)
  return isColored ? `\u001b[${code}m${text}\u001b[0m` : text
}

function summary(all: number, shown: number): string {
  return all > shown
    ? `the heaviest ${shown} of ${all} files`
    : `${all} ${all === 1 ? 'file' : 'files'}, the heaviest first`
}

function jsonLines(files: UsageReport['files'], root: string): string {
  return files
    .map(
      ({ project, path, usage }) =>
        `${JSON.stringify({ ...(project === '' ? {} : { project }), file: relative(root, path), ...usage })}\n`,
    )
    .join('')
}
