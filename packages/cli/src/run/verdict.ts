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
  const mover = evidence.source === 'SIGXFSZ' ? '--file' : option
  const measured = `${format(evidence.measured)} of ${format(evidence.limit)}`
  return `limited by ${limit}: ${measured} (evidence: ${evidence.source}; option: ${mover})`
}
