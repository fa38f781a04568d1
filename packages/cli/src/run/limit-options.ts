import type { Limits } from '@mayfly/sandbox'

import { parseCount, parseDecimal } from '../parse/number.ts'
import { parseSize } from '../parse/size.ts'
import { parseTime } from '../parse/time.ts'

/** How a person gives one of the limits. */
export interface LimitOption {
  /** The limit's name without its unit; counts are in the plural. */
  readonly flag: string
  readonly value: string
  readonly help: string
  readonly parse: (option: string, text: string) => number
}

const time = { value: '<time>', parse: parseTime } as const
const size = { value: '<size>', parse: parseSize } as const
const count = { value: '<count>', parse: parseCount } as const

/** Every limit, in the order of the help. */
export const limitOptions: Readonly<Record<keyof Limits, LimitOption>> = {
  wallTimeMs: { ...time, flag: '--wall-time', help: 'time on the clock' },
  cpuTimeMs: { ...time, flag: '--cpu-time', help: 'processor time of all its processes' },
  idleTimeMs: { ...time, flag: '--idle-time', help: 'time on the clock without using a processor' },
  memoryBytes: { ...size, flag: '--memory', help: 'memory, swap and written files included' },
  processCount: { ...count, flag: '--processes', help: 'processes and threads at once' },
  cpus: { value: '<number>', parse: parseDecimal, flag: '--cpus', help: 'processors, may be a fraction' },
  cpuWeight: { ...count, flag: '--cpu-weight', help: "percent of a process's usual share when processors are scarce" },
  ioWeight: { ...count, flag: '--io-weight', help: 'share of disk time when disks are busy, 10 to 1000' },
  outputBytes: { ...size, flag: '--output', help: 'bytes on standard output, and as many on standard error' },
  diskBytes: { ...size, flag: '--disk', help: 'all files it writes' },
  inodeCount: { ...count, flag: '--inodes', help: 'files and directories it makes' },
  fileBytes: { ...size, flag: '--file', help: 'one file' },
  openFileCount: { ...count, flag: '--open-files', help: 'descriptors of one process' },
  stackBytes: { ...size, flag: '--stack', help: 'stack of one process' },
}

/** The names of all limits, typed. */
export const limitNames = Object.keys(limitOptions) as readonly (keyof Limits)[]
