import { expect, test } from 'vitest'

import { machineCodes, type MachineCode } from '../../../src/selfcheck/machine-code.ts'
import { buildProgram } from '../../../src/selfcheck/program.ts'

function codeOf(architecture: string): MachineCode {
  const code = machineCodes[architecture]
  if (code === undefined) throw new Error(`there is no code for ${architecture}`)
  return code
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')
const wordsOf = (bytes: Uint8Array): readonly string[] => hex(bytes).match(/.{8}/g) ?? []

test('x86-64: a call is its arguments, its number, syscall, and a store', () => {
  expect(hex(codeOf('x64').call(41, [2n, -1n], 3))).toBe(
    ['48bf0200000000000000', '48beffffffffffffffff', '48b82900000000000000', '0f05', '4989842418000000'].join(''),
  )
})

test('AArch64: a call is its arguments, its number, svc, and a store', () => {
  const setX0 = ['420080d2', '0200a0f2', '0200c0f2', '0200e0f2'].map((word) => word)
  const words = wordsOf(codeOf('arm64').call(198, [0n, 0n, 2n], 2))
  expect(words.slice(8, 12)).toEqual(setX0)
  expect(words.slice(12, 13)).toEqual(['c81880d2'])
  expect(words.slice(16)).toEqual(['010000d4', '600a00f9'])
})

test('a program is one ELF file whose text stands where its calls point', () => {
  const program = Buffer.from(
    buildProgram(codeOf('x64'), [{ number: 2, arguments: ['/etc', 0] }], { write: 1, exitGroup: 231 }),
  )
  expect(program.subarray(0, 4)).toEqual(Buffer.from('\u007fELF', 'latin1'))
  expect(program.readUInt16LE(18)).toBe(62)
  const entry = Number(program.readBigUInt64LE(24)) - 0x40_0000
  // behind the ten bytes that set up the results comes the first argument
  const address = Number(program.readBigUInt64LE(entry + 10 + 2)) - 0x40_0000
  expect(program.subarray(address).toString()).toBe('/etc\0')
})
