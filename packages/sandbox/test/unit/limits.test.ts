import { describe, expect, test } from 'vitest'
import { overlayLimits, resolveLimits, type Limits } from '../../src/limits.ts'
import { GiB, KiB, MiB } from '../../src/units.ts'
import { roomyHost } from './container/limits.ts'

const smallHost = {
  memoryBytes: 256 * MiB,
  processCount: 50,
  cpuCount: 1,
  fileBytes: 10 * MiB,
  openFileCount: 256,
  stackBytes: 8 * MiB,
}

const refusal = (limits: object, host = roomyHost): string => {
  try {
    resolveLimits(limits, host)
  } catch (error) {
    expect(error).toMatchObject({ code: 'INVALID_OPTION' })
    return error instanceof Error ? error.message : ''
  }
  return 'accepted'
}

describe('limits', () => {
  test('have the documented defaults', () => {
    expect(resolveLimits({}, roomyHost)).toEqual({
      wallTimeMs: 10_000,
      cpuTimeMs: 10_000,
      idleTimeMs: 10_000,
      memoryBytes: GiB,
      processCount: 64,
      cpus: 1,
      cpuWeight: 25,
      ioWeight: 10,
      outputBytes: 16 * MiB,
      diskBytes: 64 * MiB,
      inodeCount: 10_000,
      fileBytes: 64 * MiB,
      openFileCount: 1024,
      stackBytes: 64 * MiB,
    })
  })

  test('have defaults no larger than the host', () => {
    const { cpuCount: cpus, ...rest } = smallHost
    expect(resolveLimits({}, smallHost)).toMatchObject({ ...rest, cpus })
  })

  test('let the idle limit follow the wall limit until it is set', () => {
    expect(resolveLimits({ wallTimeMs: 3000 }, roomyHost)).toMatchObject({ idleTimeMs: 3000 })
    expect(resolveLimits({ wallTimeMs: 3000, idleTimeMs: 70 }, roomyHost)).toMatchObject({ idleTimeMs: 70 })
  })

  test('of a run are put over those of its sandbox, one by one', () => {
    const base = { wallTimeMs: 5, cpuTimeMs: 6 }
    expect(overlayLimits(base, { cpuTimeMs: 7, cpus: undefined } as object)).toEqual({ wallTimeMs: 5, cpuTimeMs: 7 })
    expect(overlayLimits(base, { cpuTimeMs: undefined } as object)).toEqual(base)
    expect(() => overlayLimits(base, 5 as never)).toThrow('`limits` must be an object, got 5')
  })

  test('count one that is undefined as not set', () => {
    expect(resolveLimits({ cpuTimeMs: undefined } as object, roomyHost).cpuTimeMs).toBe(10_000)
  })

  const names = Object.keys(resolveLimits({}, roomyHost)) as (keyof Limits)[]

  test.each(names)('refuse %s where it is no positive number, naming it and the value', (name) => {
    const rule = name === 'cpus' ? 'be a positive number' : 'be a positive integer'
    for (const value of [0, -1, Number.NaN, Infinity, null, '5', 5n]) {
      expect(refusal({ [name]: value })).toContain(`\`limits.${name}\` must ${rule}, got `)
    }
    expect(refusal({ [name]: -1 })).toBe(`\`limits.${name}\` must ${rule}, got -1`)
  })

  test.each(names.filter((name) => name !== 'cpus'))('refuse a fractional %s', (name) => {
    expect(refusal({ [name]: 20_000_000.5 })).toBe(`\`limits.${name}\` must be a positive integer, got 20000000.5`)
  })

  test('take fractions of a processor', () => {
    expect(resolveLimits({ cpus: 0.25 }, roomyHost).cpus).toBe(0.25)
    expect(refusal({ cpus: 0.001 })).toBe('`limits.cpus` must be at least 0.01, got 0.001')
  })

  test('refuse a name that is none of theirs', () => {
    expect(refusal({ memory: 5 })).toMatch(/^`limits` must have no properties but wallTimeMs, .*, got 'memory'$/)
  })

  test.each([
    [
      { memoryBytes: 256 * MiB + 1 },
      '`limits.memoryBytes` must be at most 268435456, the memory and swap of this host',
    ],
    [{ processCount: 51 }, '`limits.processCount` must be at most 50, /proc/sys/kernel/pid_max of this host'],
    [{ cpus: 1.5 }, '`limits.cpus` must be at most 1, the processors that this process may use'],
    [
      { fileBytes: 11 * MiB },
      '`limits.fileBytes` must be at most 10485760, the hard limit of this process (ulimit -Hf)',
    ],
    [{ openFileCount: 257 }, '`limits.openFileCount` must be at most 256, the hard limit of this process (ulimit -Hn)'],
    [
      { stackBytes: 9 * MiB },
      '`limits.stackBytes` must be at most 8388608, the hard limit of this process (ulimit -Hs)',
    ],
    [{ cpuWeight: 101 }, '`limits.cpuWeight` must be at most 100, the whole of the default share'],
    [{ ioWeight: 1001 }, '`limits.ioWeight` must be at most 1000, the largest weight of the kernel'],
    [{ ioWeight: 9 }, '`limits.ioWeight` must be at least 10'],
    [{ memoryBytes: 100 * KiB }, '`limits.memoryBytes` must be at least 1048576'],
    [{ wallTimeMs: 400 * 24 * 3_600_000 }, '`limits.wallTimeMs` must be at most 31536000000, a year'],
  ])('refuse %j where it passes what the host or the kernel has', (limits, message) => {
    expect(refusal(limits, smallHost)).toBe(`${message}, got ${Object.values(limits)[0]}`)
  })
})
