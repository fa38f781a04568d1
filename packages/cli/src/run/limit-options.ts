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
  /** The library's default, as it is typed here. */
  readonly standard: string
  readonly parse: (option: string, text: string) => number
}

const time = { value: '<time>', parse: parseTime } as const
const size = { value: '<size>', parse: parseSize } as const
const count = { value: '<count>', parse: parseCount } as const

/** Every limit, in the order of the help. */
export const limitOptions: Readonly<Record<keyof Limits, LimitOption>> = {
  wallTimeMs: { ...time, flag: '--wall-time', standard: '10s', help: 'time on the clock' },
  cpuTimeMs: { ...time, flag: '--cpu-time', standard: '10s', help: 'processor time of all its processes' },
  idleTimeMs: {
    ...time,
    flag: '--idle-time',
    standard: 'as --wall-time',
    help: 'time on the clock without using a processor',
  },
  memoryBytes: { ...size, flag: '--memory', standard: '1GiB', help: 'memory, swap and written files included' },
  processCount: { ...count, flag: '--processes', standard: '64', help: 'processes and threads at once' },
  cpus: {
    value: '<number>',
    parse: parseDecimal,
    flag: '--cpus',
    standard: '1',
    help: 'processors, may be a fraction',
  },
  cpuWeight: {
    value: '<percent>',
    parse: parseCount,
    flag: '--cpu-weight',
    standard: '25',
    help: "percent of a process's usual share when processors are scarce",
  },
  ioWeight: {
    value: '<weight>',
    parse: parseCount,
    flag: '--io-weight',
    standard: '10',
    help: 'share of disk time when disks are busy, 10 to 1000',
  },
  outputBytes: {
    ...size,
    flag: '--output',
    standard: '16MiB',
    help: 'bytes on standard output, and as many on standard error',
  },
  diskBytes: { ...size, flag: '--disk', standard: '64MiB', help: 'all files it writes' },
  inodeCount: { ...count, flag: '--inodes', standard: '10000', help: 'files and directories it makes' },
  fileBytes: { ...size, flag: '--file', standard: '64MiB', help: 'one file' },
  openFileCount: { ...count, flag: '--open-files', standard: '1024', help: 'descriptors of one process' },
  stackBytes: { ...size, flag: '--stack', standard: '64MiB', help: 'stack of one process' },
}

/** The names of all limits, typed. */
export const limitNames = Object.keys(limitOptions) as readonly (keyof Limits)[]
