import { describe, expect, test } from 'vitest'
import { hasMade } from '../../../src/sandbox/runtime-directory.ts'

const boot = 'cpu  1 2 3\nbtime 1000\nprocesses 5\n'
const startedAtMs = 1_000_000 + 5000

/** A process that started 5 s after the boot. */
function statOf(state: string, name = 'node'): string {
  return `42 (${name}) ${state} 1 ${'0 '.repeat(17)}500 0 0`
}

describe('the process that made a directory', () => {
  test('may be one that runs and was there before', () => {
    expect(hasMade(statOf('S'), boot, startedAtMs + 60_000)).toBe(true)
  })

  test.each(['Z', 'X'])('is none that is dead, and not yet reaped (%s)', (state) => {
    expect(hasMade(statOf(state), boot, startedAtMs + 60_000)).toBe(false)
  })

  test('is none that was started later under the same number', () => {
    expect(hasMade(statOf('S'), boot, startedAtMs - 60_000)).toBe(false)
  })

  test('is found whatever its name', () => {
    expect(hasMade(statOf('S', 'a) Z 1 (b'), boot, startedAtMs + 60_000)).toBe(true)
    expect(hasMade(statOf('Z', 'a) S 1 (b'), boot, startedAtMs + 60_000)).toBe(false)
  })
})
