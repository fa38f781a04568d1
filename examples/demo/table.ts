/** One line of the demo's table. */
export interface Row {
  readonly program: string
  readonly status: string
  readonly limitOrExitCode: string
  readonly wall: string
  readonly cpu: string
  readonly peakMemory: string
}

const heading: Row = {
  program: 'program',
  status: 'status',
  limitOrExitCode: 'limit or exit code',
  wall: 'wall',
  cpu: 'CPU',
  peakMemory: 'peak memory',
}

function cells(row: Row): readonly string[] {
  return [row.program, row.status, row.limitOrExitCode, row.wall, row.cpu, row.peakMemory]
}

/** Words stand to the left of their column, quantities to the right. */
function line(texts: readonly string[], widths: readonly number[]): string {
  const padded = texts.map((text, column) => {
    const width = widths[column] ?? 0
    return column < 3 ? text.padEnd(width) : text.padStart(width)
  })
  return padded.join('  ').trimEnd()
}

/** The rows under a heading, in columns as wide as their widest cell. */
export function formatTable(rows: readonly Row[]): string {
  const all = [heading, ...rows].map((row) => cells(row))
  const widths = cells(heading).map((_, column) => Math.max(...all.map((texts) => texts[column]?.length ?? 0)))
  const [first = [], ...others] = all
  const rule = widths.map((width) => '─'.repeat(width)).join('  ')
  return [line(first, widths), rule, ...others.map((texts) => line(texts, widths))].join('\n')
}
