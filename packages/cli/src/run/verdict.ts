import type { Evidence, LimitName } from '@mayfly/sandbox'

import { formatSize, formatTime } from '../format.ts'

interface Wording {
  readonly format: (quantity: number) => string
  readonly option: string
}

const wordings: Readonly<Record<LimitName, Wording>> = {
  output: { format: formatSize, option: '--output' },
  memory: { format: formatSize, option: '--memory' },
  processes: { format: String, option: '--processes' },
  disk: { format: formatSize, option: '--disk' },
  cpuTime: { format: formatTime, option: '--cpu-time' },
  idleTime: { format: formatTime, option: '--idle-time' },
  wallTime: { format: formatTime, option: '--wall-time' },
}

/** One line that says which limit ended a run, on what evidence, and which option moves it. */
export function describeVerdict(limit: LimitName, evidence: Evidence): string {
  const { format, option } = wordings[limit]
  const measured = `${format(evidence.measured)} of ${format(evidence.limit)}`
  if (evidence.source === 'SIGXFSZ') return line(limit, measured, evidence, '--file')
  // Whether it was bytes or inodes that ran out, the evidence does not say.
  if (evidence.source === 'full') return line(limit, 'no room left', evidence, '--disk or --inodes')
  return line(limit, measured, evidence, option)
}

function line(limit: LimitName, measured: string, { source }: Evidence, option: string): string {
  return `limited by ${limit}: ${measured} (evidence: ${source}; option: ${option})`
}
