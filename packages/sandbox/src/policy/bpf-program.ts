import { type Decision, type Decisions, type Question, type Relation, wholeWord } from './decisions.ts'

/** struct sock_filter of linux/filter.h. */
interface Instruction {
  readonly code: number
  /** How many instructions to leave out if the test is true, and if it is not. */
  readonly yes: number
  readonly no: number
  readonly operand: number
}

const instructionBytes = 8
/** BPF_LD | BPF_W | BPF_ABS, BPF_ALU | BPF_AND | BPF_K, BPF_JMP | BPF_JA and BPF_RET | BPF_K. */
const codes = { load: 0x20, and: 0x54, jump: 0x05, answer: 0x06 } as const
/** BPF_JMP | BPF_K with BPF_JEQ, BPF_JGT, BPF_JGE and BPF_JSET. */
const tests: Readonly<Record<Relation, number>> = {
  equals: 0x15,
  exceeds: 0x25,
  reaches: 0x35,
  'shares bits with': 0x45,
}
const relations = new Map(Object.entries(tests).map(([relation, code]) => [code, relation as Relation]))
/** The farthest that a test can lead: it counts in a byte. */
const stepMax = 255

function readProgram(program: Uint8Array): readonly Instruction[] {
  const view = new DataView(program.buffer, program.byteOffset, program.byteLength)
  return Array.from({ length: program.byteLength / instructionBytes }, (_, index) => {
    const at = index * instructionBytes
    return {
      code: view.getUint16(at, true),
      yes: view.getUint8(at + 2),
      no: view.getUint8(at + 3),
      operand: view.getUint32(at + 4, true),
    }
  })
}

function writeProgram(instructions: readonly Instruction[]): Uint8Array {
  const program = new Uint8Array(instructions.length * instructionBytes)
  const view = new DataView(program.buffer)
  for (const [index, { code, yes, no, operand }] of instructions.entries()) {
    const at = index * instructionBytes
    if (Math.max(yes, no) > stepMax) throw new RangeError(`a test of a filter leads ${yes} and ${no} instructions on`)
    view.setUint16(at, code, true)
    view.setUint8(at + 2, yes)
    view.setUint8(at + 3, no)
    view.setUint32(at + 4, operand, true)
  }
  return program
}

/** What the accumulator holds. */
interface Held {
  readonly word: number
  readonly mask: number
}

/**
 * What a filter decides. It may load words, mask them, compare them and answer, which is all that libseccomp's do.
 *
 * @throws {RangeError} if it does anything else.
 */
export function decisionOf(program: Uint8Array, decisions: Decisions): Decision {
  const instructions = readProgram(program)
  const known = new Map<string, Decision>()
  const follow = (at: number, held: Held): Decision => {
    const key = `${at} ${held.word} ${held.mask}`
    const decision = known.get(key) ?? step(at, held)
    known.set(key, decision)
    return decision
  }
  const step = (at: number, held: Held): Decision => {
    const instruction = instructions[at]
    if (instruction === undefined) throw new RangeError(`a filter leads out of itself: ${at}`)
    const { code, operand } = instruction
    if (code === codes.answer) return decisions.answer(operand)
    if (code === codes.jump) return follow(at + 1 + operand, held)
    if (code === codes.load) return follow(at + 1, { word: operand, mask: wholeWord })
    if (code === codes.and) return follow(at + 1, { ...held, mask: (held.mask & operand) >>> 0 })
    const relation = relations.get(code)
    if (relation === undefined) throw new RangeError(`a filter has an unknown instruction: ${code} at ${at}`)
    const [yes, no] = [follow(at + 1 + instruction.yes, held), follow(at + 1 + instruction.no, held)]
    return decisions.ask({ ...held, relation, value: operand, yes, no })
  }
  return follow(0, { word: 0, mask: 0 })
}

/** A filter that decides so. */
export function programOf(decision: Decision): Uint8Array {
  // Every jump leads forward, so the last instruction is written first
  const instructions: Instruction[] = []
  const written = new Map<string, number>()

  const write = (instruction: Partial<Instruction> & { code: number }): number =>
    instructions.unshift({ yes: 0, no: 0, operand: 0, ...instruction })

  /** Where the decision is, by the number of instructions from there to the end. */
  const place = (wanted: Decision, held?: Question): number => {
    const isHeld = 'word' in wanted && held?.word === wanted.word && held.mask === wanted.mask
    const key = `${wanted.id} ${isHeld}`
    const position =
      written.get(key) ??
      ('answer' in wanted ? write({ code: codes.answer, operand: wanted.answer }) : ask(wanted, isHeld))
    written.set(key, position)
    return position
  }

  const ask = (question: Question, isHeld: boolean): number => {
    const { relation, value, word, mask } = question
    let [no, yes] = [place(question.no, question), place(question.yes, question)]
    no = near(question.no, no, 1)
    yes = near(question.yes, yes, 0)
    const here = instructions.length
    const position = write({ code: tests[relation], operand: value, yes: here - yes, no: here - no })
    if (isHeld) return position
    if (mask !== wholeWord) write({ code: codes.and, operand: mask })
    return write({ code: codes.load, operand: word })
  }

  /** Where a test can lead to for that decision, when so many instructions more come between. */
  const near = (wanted: Decision, position: number, between: number): number => {
    const here = instructions.length
    if (here + between - position <= stepMax) return position
    return 'answer' in wanted
      ? write({ code: codes.answer, operand: wanted.answer })
      : write({ code: codes.jump, operand: here - position })
  }

  place(decision)
  return writeProgram(instructions)
}
