import { readFileSync } from 'node:fs'
import { totalmem } from 'node:os'
import { KiB, MiB } from '@mayfly/sandbox'

/** The most that a limit may be here, and why. */
export interface Bound {
  readonly most: number
  readonly because: string
}

const dayMs = 24 * 60 * 60 * 1000

/**
 * A sandbox takes a year. On the clock, programs are held to twice their limit and a share of that more, and when a
 * problem is verified, to times the margin by which others must be too slow.
 */
export const timeBound: Bound = { most: 30 * dayMs, because: 'thirty days' }

/** What is written takes a little more room. */
export const bytesBound: Bound = { most: 2 ** 52, because: 'more than any disk' }

/** Of margins and multiples. */
export const factorBound: Bound = { most: 1000, because: 'more than any format asks for' }

/** Of the passes of a problem. */
export const passBound: Bound = { most: 1000, because: 'more than any judge waits for' }

/** A sandbox takes no more either: nothing would be left to hold anyone to it. */
export const memoryBound: Bound = { most: memoryAndSwap(), because: 'the memory and swap of this host' }

/** No program runs in less, and none can be held to less. */
export const memoryMinBytes = MiB

/** Of what a package left out, what there is: its own limits were refused when it was read. */
export function memoryHere(bytes: number, { most }: Bound = memoryBound): number {
  return Math.min(bytes, most)
}

/** What is wrong with an amount of so many `unit`s, got as `value` of them; undefined if nothing is. */
export function beyond(value: number, unit: number, { most, because }: Bound): string | undefined {
  if (value * unit <= most) return undefined
  return `must be at most ${Math.floor(most / unit)}, ${because}, got ${value}`
}

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
