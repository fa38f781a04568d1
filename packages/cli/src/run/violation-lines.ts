import type { RunReport } from '@mayfly/sandbox'

/** So that a command which tries everything does not fill the screen. */
const shownCount = 16

/** A line for each kind of call that was refused, for standard error. */
export function describeViolations({
  violations,
  refusalCount,
}: Pick<RunReport, 'violations' | 'refusalCount'>): readonly string[] {
  const shown = violations.slice(0, shownCount)
  const lines = shown.map(({ call, detail, program, count }) => {
    const words = detail === '' ? call : `${call} ${detail}`
    return `refused: ${words} (${program}, ${count}×)`
  })
  const restCount = refusalCount - shown.reduce((sum, { count }) => sum + count, 0)
  return restCount > 0 ? [...lines, `refused: ${restCount} more of other kinds (--json has up to 64 of these)`] : lines
}
