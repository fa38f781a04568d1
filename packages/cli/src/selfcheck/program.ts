import { littleEndian, type MachineCode } from './machine-code.ts'

/** An argument: a number, or bytes that the call is given the address of; text ends in a NUL. */
export type Argument = number | bigint | string | Uint8Array

/** A system call to be made. */
export interface Call {
  readonly number: number
  readonly arguments: readonly Argument[]
  /** Whether it is made as a 32-bit program would; it then has no arguments. */
  readonly is32Bit?: boolean
}

/** The two calls that end a program, by their numbers. */
export interface EndingCalls {
  readonly write: number
  readonly exitGroup: number
}

const base = 0x40_0000
const [headerBytes, segmentBytes, wordBytes] = [64, 56, 8] as const
const [executable, load] = [2, 1] as const
const readWriteExecute = 7
const pageBytes = 0x1000n

/**
 * An ELF program that makes these calls one after another and writes to standard output what each returned, a signed
 * 64-bit number each: no compiler and no interpreter is needed to make or run it. `emptyBytes` is memory that it claims beside.
 */
export function buildProgram(
  code: MachineCode,
  calls: readonly Call[],
  ending: EndingCalls,
  emptyBytes = 0,
): Uint8Array {
  const assemble = (strings: ReadonlyMap<Argument, number>, results: number): Uint8Array => {
    const value = (argument: Argument): bigint =>
      BigInt(typeof argument === 'object' || typeof argument === 'string' ? (strings.get(argument) ?? 0) : argument)
    const steps = calls.map((call, place) =>
      call.is32Bit === true && code.call32 !== undefined
        ? code.call32(call.number, place)
        : code.call(call.number, call.arguments.map(value), place),
    )
    const write = code.call(ending.write, [1n, BigInt(results), BigInt(calls.length * wordBytes)], undefined)
    return Buffer.concat([code.begin(results), ...steps, write, code.call(ending.exitGroup, [0n], undefined)])
  }
  // Addresses take the same room whatever they are, so that a first pass with none tells where everything stands.
  const start = base + headerBytes + segmentBytes
  const data = placeData(calls, start + assemble(new Map(), 0).length)
  const results = align(data.end)
  const body = Buffer.concat([assemble(data.addresses, results), data.bytes])
  const header = encodeHeader(code.machine, start)
  const fileBytes = header.length + segmentBytes + body.length
  const memoryBytes = results - base + calls.length * wordBytes + emptyBytes
  return Buffer.concat([header, encodeSegment(fileBytes, memoryBytes), body])
}

function align(address: number): number {
  return Math.ceil(address / wordBytes) * wordBytes
}

interface Data {
  readonly bytes: Uint8Array
  readonly addresses: ReadonlyMap<Argument, number>
  readonly end: number
}

function placeData(calls: readonly Call[], start: number): Data {
  const addresses = new Map<Argument, number>()
  const parts: Uint8Array[] = []
  let end = start
  for (const argument of calls.flatMap((call) => call.arguments)) {
    if (typeof argument === 'number' || typeof argument === 'bigint' || addresses.has(argument)) continue
    const bytes = typeof argument === 'string' ? Buffer.from(`${argument}\0`) : argument
    addresses.set(argument, end)
    parts.push(bytes)
    end += bytes.length
  }
  return { bytes: Buffer.concat(parts), addresses, end }
}

/** Elf64_Ehdr: 64 bits, little-endian, one segment and no sections. */
function encodeHeader(machine: number, entry: number): Uint8Array {
  const ident = [0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0]
  const fields: readonly (readonly [number, number])[] = [
    ...([
      [executable, 2],
      [machine, 2],
      [1, 4],
      [entry, 8],
      [headerBytes, 8],
      [0, 8],
      [0, 4],
    ] as const),
    ...([
      [headerBytes, 2],
      [segmentBytes, 2],
      [1, 2],
      [0, 2],
      [0, 2],
      [0, 2],
    ] as const),
  ]
  return Uint8Array.from([...ident, ...fields.flatMap(([value, bytes]) => littleEndian(BigInt(value), bytes))])
}

/** Elf64_Phdr: the whole file, and empty memory behind it. */
function encodeSegment(fileBytes: number, memoryBytes: number): Uint8Array {
  const words = [0, base, base, fileBytes, memoryBytes].map(BigInt)
  const head = [...littleEndian(BigInt(load), 4), ...littleEndian(BigInt(readWriteExecute), 4)]
  return Uint8Array.from([...head, ...[...words, pageBytes].flatMap((word) => littleEndian(word, wordBytes))])
}
