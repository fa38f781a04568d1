/** An instruction set for which the few instructions that system calls take are known. */
export interface MachineCode {
  /** ELF's number for it (elf.h). */
  readonly machine: number
  /** Puts the address of the results where `call` looks for it. */
  readonly begin: (results: number) => Uint8Array
  /** Makes a call, and stores what it returned as the `place`th result; without a place, nowhere. */
  readonly call: (number: number, values: readonly bigint[], place: number | undefined) => Uint8Array
  /** The same for a 32-bit call without arguments, where the processor has such beside its own. */
  readonly call32?: (number: number, place: number) => Uint8Array
}

const wordBytes = 8

/** Stores rax. */
function storeX64(place: number): readonly number[] {
  return [0x49, 0x89, 0x84, 0x24, ...littleEndian(BigInt(place * wordBytes), 4)]
}

/** System V ABI, x86-64: the number in rax; arguments in rdi, rsi, rdx, r10, r8, r9. */
const x64: MachineCode = {
  machine: 62,
  begin: (results) => Uint8Array.from([0x49, 0xbc, ...littleEndian(BigInt(results), wordBytes)]),
  call: (number, values, place) => {
    const moves = [
      [0x48, 0xbf],
      [0x48, 0xbe],
      [0x48, 0xba],
      [0x49, 0xba],
      [0x49, 0xb8],
      [0x49, 0xb9],
    ] // movabs
    const set = values.flatMap((value, index) => [...(moves[index] ?? []), ...littleEndian(value, wordBytes)])
    const store = place === undefined ? [] : storeX64(place)
    return Uint8Array.from([...set, 0x48, 0xb8, ...littleEndian(BigInt(number), wordBytes), 0x0f, 0x05, ...store])
  },
  // eax, int 0x80, and its answer with its sign
  call32: (number, place) =>
    Uint8Array.from([0xb8, ...littleEndian(BigInt(number), 4), 0xcd, 0x80, 0x48, 0x63, 0xc0, ...storeX64(place)]),
}

const [resultsRegister, numberRegister] = [19, 8] as const

/** AArch64: the number in x8; arguments in x0 to x5. */
const arm64: MachineCode = {
  machine: 183,
  begin: (results) => words(setRegister(resultsRegister, BigInt(results))),
  call: (number, values, place) => {
    const set = values.flatMap((value, register) => setRegister(register, value))
    const store = place === undefined ? [] : [0xf900_0000 | (place << 10) | (resultsRegister << 5)]
    return words([...set, ...setRegister(numberRegister, BigInt(number)), 0xd400_0001, ...store])
  },
}

/** movz, and movk for the upper three quarters. */
function setRegister(register: number, value: bigint): readonly number[] {
  return [0, 1, 2, 3].map((quarter) => {
    const immediate = Number((BigInt.asUintN(64, value) >> BigInt(16 * quarter)) & 0xffffn)
    return (quarter === 0 ? 0xd280_0000 : 0xf280_0000) | (quarter << 21) | (immediate << 5) | register
  })
}

function words(instructions: readonly number[]): Uint8Array {
  return Uint8Array.from(instructions.flatMap((instruction) => littleEndian(BigInt(instruction), 4)))
}

/** The low bytes of a number, the lowest first. */
export function littleEndian(value: bigint, byteCount: number): readonly number[] {
  const bits = BigInt.asUintN(64, value)
  return Array.from({ length: byteCount }, (_, index) => Number((bits >> BigInt(8 * index)) & 0xffn))
}

/** By Node's names of architectures. */
export const machineCodes: Readonly<Partial<Record<string, MachineCode>>> = { x64, arm64 }
