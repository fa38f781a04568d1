/** A call as a filter sees it: `struct seccomp_data` without the instruction pointer. */
export interface FilteredCall {
  readonly number: number
  readonly architecture?: number
  readonly args?: readonly bigint[]
}

/** AUDIT_ARCH_* */
export const architectures = { x86_64: 0xc000_003e, i386: 0x4000_0003, aarch64: 0xc000_00b7 } as const

const nativeArchitecture = process.arch === 'arm64' ? architectures.aarch64 : architectures.x86_64

interface Instruction {
  readonly code: number
  readonly whenTrue: number
  readonly whenFalse: number
  readonly value: number
}

/** An errno, or what else becomes of a call. */
export type Answer = 'allow' | 'notify' | 'kill' | number

/** SECCOMP_RET_* */
const actions = new Map<number, Answer>([
  [0x7fff_0000, 'allow'],
  [0x7fc0_0000, 'notify'],
  [0x8000_0000, 'kill'],
])

/** What a filter answers to a call: a classic BPF machine, of the instructions that libseccomp writes. */
export function answerOf(filter: Uint8Array, call: FilteredCall): Answer {
  const returned = run(decode(filter), dataOf(call))
  const named = actions.get(returned)
  if (named !== undefined) return named
  if (returned >>> 16 === 5) return returned & 0xffff
  throw new Error(`the filter answers ${returned.toString(16)}`)
}

/** struct seccomp_data: number, architecture, instruction pointer, six arguments. */
function dataOf({ number, architecture = nativeArchitecture, args = [] }: FilteredCall): DataView {
  const data = new DataView(new ArrayBuffer(64))
  data.setUint32(0, number, true)
  data.setUint32(4, architecture, true)
  args.forEach((argument, index) => data.setBigUint64(16 + 8 * index, BigInt.asUintN(64, argument), true))
  return data
}

const decoded = new WeakMap<Uint8Array, readonly Instruction[]>()

function decode(filter: Uint8Array): readonly Instruction[] {
  const instructions = decoded.get(filter) ?? decodeAnew(filter)
  decoded.set(filter, instructions)
  return instructions
}

function decodeAnew(filter: Uint8Array): readonly Instruction[] {
  const view = new DataView(filter.buffer, filter.byteOffset, filter.byteLength)
  return Array.from({ length: filter.length / 8 }, (_, index) => ({
    code: view.getUint16(8 * index, true),
    whenTrue: view.getUint8(8 * index + 2),
    whenFalse: view.getUint8(8 * index + 3),
    value: view.getUint32(8 * index + 4, true),
  }))
}

/** linux/bpf_common.h: load word, jumps by comparison with a constant, AND with a constant, return of a constant. */
const code = {
  load: 0x20,
  jump: 0x05,
  equal: 0x15,
  greater: 0x25,
  greaterOrEqual: 0x35,
  anyBit: 0x45,
  and: 0x54,
  answer: 0x06,
}

function run(program: readonly Instruction[], data: DataView): number {
  let accumulator = 0
  let at = 0
  for (;;) {
    const instruction = program[at]
    if (instruction === undefined) throw new Error(`the filter runs past its end, to ${at}`)
    const { value, whenTrue, whenFalse } = instruction
    const jump = (isTrue: boolean): number => at + 1 + (isTrue ? whenTrue : whenFalse)
    switch (instruction.code) {
      case code.load:
        accumulator = data.getUint32(value, true)
        at++
        break
      case code.and:
        accumulator = (accumulator & value) >>> 0
        at++
        break
      case code.jump:
        at += 1 + value
        break
      case code.equal:
        at = jump(accumulator === value)
        break
      case code.greater:
        at = jump(accumulator > value)
        break
      case code.greaterOrEqual:
        at = jump(accumulator >= value)
        break
      case code.anyBit:
        at = jump((accumulator & value) !== 0)
        break
      case code.answer:
        return value
      default:
        throw new Error(`the filter has an instruction ${instruction.code.toString(16)}`)
    }
  }
}
