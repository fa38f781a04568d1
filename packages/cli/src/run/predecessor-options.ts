import type { Limits } from '@mayfly/sandbox'

import { parseCount, requireRange, type Range } from '../parse/number.ts'
import { parseSize } from '../parse/size.ts'

/** A short option of the predecessor that sets a limit, with the range that it always had. */
export interface PredecessorOption {
  readonly flag: string
  readonly value: string
  readonly limit: keyof Limits
  readonly range: Range
  readonly help: string
}

/** The short options with a value; the defaults of these limits are the predecessor's. */
export const predecessorOptions: readonly PredecessorOption[] = [
  { flag: '-M', value: '<bytes>', limit: 'memoryBytes', range: { min: 1, max: 4_294_967_296 }, help: 'as --memory' },
  { flag: '-C', value: '<percent>', limit: 'cpuWeight', range: { min: 1, max: 100 }, help: 'as --cpu-weight' },
  { flag: '-P', value: '<count>', limit: 'processCount', range: { min: 10, max: 32_768 }, help: 'as --processes' },
  {
    flag: '-I',
    value: '<weight>',
    limit: 'ioWeight',
    range: { min: 10, max: 1000 },
    help: 'as --io-weight, where the host has it',
  },
]

/** The short options that ask for what every container has. */
export const impliedOptions: readonly { readonly flag: string; readonly help: string }[] = [
  { flag: '-a', help: 'all namespaces: always so (and no longer leaves the user namespace out)' },
  { flag: '-U', help: 'a user namespace: always so' },
  { flag: '-c', help: 'control groups: always so' },
]

/** Reads the value of a predecessor's option; throws `INVALID_OPTION`, naming the option and its range. */
export function parsePredecessor({ flag, limit, range }: PredecessorOption, text: string): number {
  const value = limit === 'memoryBytes' ? parseSize(flag, text) : parseCount(flag, text)
  return requireRange(flag, value, range, text)
}
