import { readFileSync } from 'node:fs'
import { totalmem } from 'node:os'
import { KiB } from '@mayfly/sandbox'

/** The most that a limit may be here, and why. */
export interface Bound {
  readonly most: number
  readonly because: string
}

/** Programs are held to a little more on their processor's time, and to twice that on the clock: a sandbox takes a year. */
export const timeBound: Bound = { most: 100 * 24 * 60 * 60 * 1000, because: 'a hundred days' }

/** What is written takes a little more room. */
export const bytesBound: Bound = { most: 2 ** 52, because: 'more than any disk' }

/** A sandbox takes no more either: nothing would be left to hold anyone to it. */
export const memoryBound: Bound = { most: memoryAndSwap(), because: 'the memory and swap of this host' }

function memoryAndSwap(): number {
  return totalmem() + swapKibibytes() * KiB
}

function swapKibibytes(): number {
  try {
    return Number(/^SwapTotal: +(\d+) kB$/m.exec(readFileSync('/proc/meminfo', 'utf8'))?.[1] ?? 0)
  } catch {
    // Where there is no such file nothing can be judged; packages can still be read.
    return 0
  }
}

/** What is wrong with an amount of so many `unit`s, got as `value` of them; undefined if nothing is. */
export function beyond(value: number, unit: number, { most, because }: Bound): string | undefined {
  if (value * unit <= most) return undefined
  return `must be at most ${Math.floor(most / unit)}, ${because}, got ${value}`
}
