import { describe, expect, test, vi } from 'vitest'
import type { Architecture } from '../../../src/policy/architecture.ts'
import { defaultPolicy } from '../../../src/policy/default-policy.ts'
import { shrink } from '../../../src/policy/shrink.ts'
import { answerOf, architectures } from './bpf.ts'

/** As libseccomp wrote them. */
vi.mock('../../../src/policy/shrink.ts', async (importOriginal) => {
  const real = await importOriginal<{ shrink: (program: Uint8Array) => Uint8Array }>()
  return { shrink: (program: Uint8Array) => (isShrinking ? real.shrink(program) : program) }
})
let isShrinking = true

const { compileAnew } = await import('../../../src/policy/compile.ts')

const [load, and, jump, answer] = [0x20, 0x54, 0x05, 0x06]
const tests = [0x15, 0x25, 0x35, 0x45]
const allow = 0x7fff_0000

type Line = readonly [code: number, yes: number, no: number, operand: number]

function assemble(lines: readonly Line[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(8 * lines.length))
  for (const [index, [code, yes, no, operand]] of lines.entries()) {
    view.setUint16(8 * index, code, true)
    view.setUint8(8 * index + 2, yes)
    view.setUint8(8 * index + 3, no)
    view.setUint32(8 * index + 4, operand, true)
  }
  return new Uint8Array(view.buffer)
}

function operands(program: Uint8Array): readonly number[] {
  const view = new DataView(program.buffer, program.byteOffset, program.byteLength)
  return Array.from({ length: program.length / 8 }, (_, index) => view.getUint32(8 * index + 4, true))
}

/** Every value that one of the programs compares with, and its neighbours. */
function edges(...programs: readonly Uint8Array[]): readonly number[] {
  const values = new Set(programs.flatMap(operands))
  const near = [0, 1, 0x7fff_ffff, ...values].flatMap((value) => [value - 1, value, value + 1, ~value])
  return [...new Set(near.map((value) => value >>> 0))]
}

/** mulberry32 */
function randomNumbers(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (state + 0x6d2b_79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below)
  }
}

/** A program of random loads, masks, tests and jumps, all of which lead forward, and of answers at its end. */
function randomProgram(random: (below: number) => number, length: number): Uint8Array {
  const value = (): number => [random(8), random(2 ** 32), 2 ** random(32), (~0 << random(32)) >>> 0][random(4)] ?? 0
  const ends: Line[] = [0, 1, 2, 3].map((errno) => [answer, 0, 0, 0x0005_0000 + errno])
  const body = Array.from({ length }, (_, index): Line => {
    const rest = length + ends.length - index - 1
    const kind = random(8)
    if (index === 0 || kind === 0) return [load, 0, 0, [0, 4, 16, 20][random(4)] ?? 0]
    if (kind === 1) return [and, 0, 0, value()]
    if (kind === 2) return [jump, 0, 0, random(Math.min(rest, 4))]
    return [tests[random(4)] ?? 0, random(Math.min(rest, 256)), random(Math.min(rest, 256)), value()]
  })
  return assemble([...body, ...ends])
}

/** The calls for which the two might differ: every word at every edge, and at random mixtures of them. */
function* callsAt(values: readonly number[], random: (below: number) => number) {
  const pick = (): number => values[random(values.length)] ?? 0
  const rounds = 100 + 2 * values.length
  for (let round = 0; round < rounds; round++) {
    const word = (): bigint => (BigInt(random(2) === 0 ? 0 : pick()) << 32n) | BigInt(pick())
    const number = values[round % values.length] ?? 0
    const architecture = random(2) === 0 ? architectures.x86_64 : pick()
    yield { number, architecture, args: [word(), word(), word(), word(), word(), word()] }
  }
}

test.each([1, 2, 3, 4])('a random program is answered alike in its short form (seed %i)', (seed) => {
  const random = randomNumbers(seed)
  for (let count = 0; count < 60; count++) {
    const program = randomProgram(random, 4 + random(60))
    const short = shrink(program)
    for (const call of callsAt(edges(program, short), random)) {
      expect(answerOf(short, call), `${JSON.stringify(operands(program))} ${call.number} ${call.args.join()}`).toBe(
        answerOf(program, call),
      )
    }
  }
})

test.each([1, 2, 3, 4, 5, 6])('what is farther than a test can lead is led to by a jump (seed %i)', (seed) => {
  const random = randomNumbers(seed)
  const program = randomProgram(random, 1000 + random(200))
  const short = shrink(program)
  const values = edges(program)
  let jumps = 0
  for (let at = 0; at < short.length; at += 8) jumps += short[at] === jump ? 1 : 0
  expect(jumps).toBeGreaterThan(0)
  for (let count = 0; count < 3000; count++) {
    const word = (): bigint => BigInt(values[random(values.length)] ?? 0)
    const call = { number: Number(word()), architecture: Number(word()), args: [(word() << 32n) | word()] }
    expect(answerOf(short, call)).toBe(answerOf(program, call))
  }
})

test('both ways of a test may lead as far as it can', () => {
  const ends: Line[] = [2, 1].map((errno) => [answer, 0, 0, 0x0005_0000 + errno])
  for (let count = 230; count < 280; count++) {
    // Asks for bits, so that nothing of it is about ranges; of two lengths, so that the distance is odd or even
    const question = (index: number): Line[] => [
      [0x45, 0, 1, 2 + index],
      [answer, 0, 0, 0x0005_0100 + index],
    ]
    const chain = Array.from({ length: count >> 1 }, (_, index) => question(index)).flat()
    const odd: Line[] = count % 2 === 0 ? [] : [[load, 0, 0, 4]]
    const last: Line = [0x45, 0, 1, 0x4000_0000]
    const jumpToLast: Line = [jump, 0, 0, odd.length + chain.length]
    const program = assemble([[load, 0, 0, 0], [0x45, 0, 1, 1], jumpToLast, ...odd, ...chain, last, ...ends])
    const short = shrink(program)
    for (const [number, architecture] of [0, 1, 2, 3, 5, 0x4000_0000, 0x4000_0001].flatMap((one) => [
      [one, 0] as const,
      [one, one] as const,
      [1, one] as const,
    ])) {
      expect(answerOf(short, { number, architecture })).toBe(answerOf(program, { number, architecture }))
    }
  }
})

test('a range is one question, and what is answered alike is not asked', () => {
  const chain = Array.from({ length: 100 }, (_, index): Line[] => [
    [0x15, 0, 1, 100 + index],
    [answer, 0, 0, allow],
  ])
  const program = assemble([[load, 0, 0, 0], ...chain.flat(), [answer, 0, 0, 0x0005_0001]])
  // load, two borders, and an answer for each of the three ranges at most
  expect(shrink(program).length / 8).toBeLessThanOrEqual(6)
  expect(
    shrink(
      assemble([
        [load, 0, 0, 0],
        [0x15, 0, 0, 7],
        [answer, 0, 0, allow],
      ]),
    ),
  ).toEqual(assemble([[answer, 0, 0, allow]]))
})

test('a program that does more than libseccomp’s is refused', () => {
  expect(() => shrink(assemble([[0x87, 0, 0, 0]]))).toThrow('a filter has an unknown instruction: 135 at 0')
  expect(() => shrink(assemble([[load, 0, 0, 0]]))).toThrow('a filter leads out of itself: 1')
})

describe.skipIf(process.platform !== 'linux')('the default policy', () => {
  test.each<[Architecture, number]>([
    ['x64', architectures.x86_64],
    ['arm64', architectures.aarch64],
  ])('for %s is answered alike in its short form, a sixth as long', async (name, architecture) => {
    isShrinking = false
    const { program, plainProgram } = (await compileAnew(defaultPolicy, name)).filter
    isShrinking = true
    const random = randomNumbers(5)
    for (const long of [program, plainProgram]) {
      const short = shrink(long)
      expect(short.length).toBeLessThan(long.length / 5)
      const values = edges(long, short)
      for (let number = 0; number < 600; number++) {
        const some = isConditional(number) ? values.map(BigInt) : [0n, 1n]
        for (const argument of [...some, 1n << 32n, -1n]) {
          const call = { number, architecture, args: Array.from({ length: 6 }, () => argument) }
          expect(answerOf(short, call), `${number} ${argument}`).toBe(answerOf(long, call))
        }
      }
      for (const call of callsAt(values, random)) expect(answerOf(short, call)).toBe(answerOf(long, call))
    }
  })
})

/** Those whose arguments are looked at, for either architecture. */
function isConditional(number: number): boolean {
  return [
    16, 29, 41, 44, 53, 56, 62, 92, 117, 129, 130, 131, 135, 138, 157, 198, 199, 200, 206, 220, 234, 297, 317,
  ].includes(number)
}
