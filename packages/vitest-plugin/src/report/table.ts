import { relative } from 'node:path'
import { bytes, milliseconds } from '../verdict/violation.ts'
import type { ReportedFile } from './usage-report.ts'

const header = ['peak memory', 'cpu', 'wall', 'processes', 'written', 'file'] as const

/** The files with the highest peaks of memory, as lines; none where there are none. */
export function tableOf(files: readonly ReportedFile[], root: string, top: number): readonly string[] {
  const heaviest = [...files].sort((a, b) => b.usage.memoryPeakBytes - a.usage.memoryPeakBytes).slice(0, top)
  if (heaviest.length === 0) return []
  const rows = heaviest.map(({ path, usage }) => [
    bytes(usage.memoryPeakBytes),
    milliseconds(usage.cpuTimeMs),
    milliseconds(usage.wallTimeMs),
    String(usage.processPeakCount),
    bytes(usage.writtenBytes),
    relative(root, path),
  ])
  const all = [header, ...rows]
  const widths = header.map((_, column) => Math.max(...all.map((row) => (row[column] ?? '').length)))
  const last = header.length - 1
  return all.map((row) =>
    row.map((cell, column) => (column === last ? cell : cell.padStart(widths[column] ?? 0))).join('  '),
  )
}

/** What was refused and only told of, as lines. */
export function warningsOf(files: readonly ReportedFile[], root: string): readonly string[] {
  return files
    .filter(({ usage, handling }) => handling === 'warn' && usage.refused.length > 0)
    .flatMap(({ path, usage }) => usage.refused.map((refused) => `${relative(root, path)}: ${refused}`))
}
