import { constants } from 'node:os'

import type { Sandbox } from '@mayfly/sandbox'

import { callNumbers, type CallName } from './call-numbers.ts'
import { cannotRun, fail, pass } from './finding.ts'
import type { Probe } from './line.ts'
import { machineCodes } from './machine-code.ts'
import { buildProgram, type Argument, type Call } from './program.ts'

/** A call, by its name or a number, with its arguments, and what it must return: a value, the name of an errno, or anything but an error. */
export type CallExpectation = readonly [
  call: CallName | number,
  expected: 'no error' | keyof typeof constants.errno | number,
  ...arguments_: readonly Argument[],
]

const numbersOfArchitecture = { x64: 'x64', arm64: 'arm64' } as const

/** Makes these calls one after another in a program that does nothing else. */
export function calls(...expectations: readonly CallExpectation[]): Probe {
  return async ({ sandbox }) => {
    const returned = await makeCalls(sandbox, expectations)
    if (returned === undefined) return cannotRun(`there is no probe of system calls for ${process.arch}`)
    const wrong = expectations.find((expectation, index) => !isExpected(expectation, returned[index]))
    if (wrong === undefined) return pass
    return fail(describe(wrong, returned[expectations.indexOf(wrong)]))
  }
}

async function makeCalls(
  sandbox: Sandbox,
  expectations: readonly CallExpectation[],
): Promise<readonly (number | undefined)[] | undefined> {
  const program = callProgram(expectations.map(([call, , ...given]) => ({ call, given })))
  if (program === undefined) return undefined
  const { stdout } = await sandbox.run({ argv: ['./probe'], files: { probe: { content: program, mode: 0o755 } } })
  const view = new DataView(stdout.bytes.buffer, stdout.bytes.byteOffset, stdout.bytes.byteLength)
  return expectations.map((_, index) =>
    view.byteLength < 8 * (index + 1) ? undefined : Number(view.getBigInt64(8 * index, true)),
  )
}

/** A program that makes calls, for this machine; `undefined` where there is none for it. */
export function callProgram(
  made: readonly {
    readonly call: CallName | number
    readonly given: readonly Argument[]
    readonly is32Bit?: boolean
  }[],
  emptyBytes = 0,
): Uint8Array | undefined {
  const architecture = numbersOfArchitecture[process.arch as keyof typeof numbersOfArchitecture]
  const code = machineCodes[process.arch]
  if (code === undefined) return undefined
  const number = (call: CallName | number): number =>
    typeof call === 'number' ? call : callNumbers[call][architecture]
  const steps = made.map(({ call, given, is32Bit = false }): Call => {
    return { number: number(call), arguments: given, is32Bit }
  })
  return buildProgram(code, steps, { write: number('write'), exitGroup: number('exit_group') }, emptyBytes)
}

const getpidOf32Bit = 20

/** A 32-bit call that any such program makes: it must give ENOSYS; a kernel without them ends the program for it. */
export const no32BitCalls: Probe = async ({ sandbox }) => {
  if (process.arch !== 'x64') return pass
  const program = callProgram([{ call: getpidOf32Bit, given: [], is32Bit: true }])
  if (program === undefined) return pass
  const result = await sandbox.run({ argv: ['./probe'], files: { probe: { content: program, mode: 0o755 } } })
  const noSuchCall = Buffer.alloc(8)
  noSuchCall.writeBigInt64LE(BigInt(-constants.errno.ENOSYS))
  if (result.status === 'signaled' || noSuchCall.equals(result.stdout.bytes)) return pass
  return fail(`a 32-bit getpid returned ${Buffer.from(result.stdout.bytes).toString('hex')}`)
}

function isExpected([, expected]: CallExpectation, returned: number | undefined): boolean {
  if (returned === undefined) return false
  if (expected === 'no error') return returned >= 0
  return returned === (typeof expected === 'number' ? expected : -constants.errno[expected])
}

function describe([call, expected]: CallExpectation, returned: number | undefined): string {
  if (returned === undefined) return `the program was ended before ${call} returned`
  return `${call} returned ${errnoName(returned)}, not ${expected}`
}

function errnoName(returned: number): string {
  const found = Object.entries(constants.errno).find(([, number]) => number === -returned)
  return found === undefined ? String(returned) : found[0]
}

/** Each refused with EPERM, whatever its arguments. */
export function refused(...names: readonly CallName[]): readonly CallExpectation[] {
  return names.map((name) => [name, 'EPERM', 0, 0, 0, 0, 0, 0] as const)
}
