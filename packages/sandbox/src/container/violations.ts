import type { ArgumentWord, ReportedCall } from '../policy/policy.ts'
import { isRead } from '../policy/policy.ts'
import { readUint64, viewOf } from '../supervisor/integers.ts'
import { violationLayout as at, violationTextBytes } from '../supervisor/protocol.ts'
import { plainText } from './plain-text.ts'
import { socketAddress } from './socket-address.ts'
import { numberWord } from './violation-words.ts'

/** A kind of system call that a command made and that was refused, or that was noted on its way. */
export interface Violation {
  /** The system call's name, such as `connect`. */
  readonly call: string
  /** Its arguments in words, such as `inet 93.184.216.34:443`; what it read from the command is escaped and cut. */
  readonly detail: string
  readonly count: number
  /** The name of the program that made the first one (comm(5)). */
  readonly program: string
  /** When that was, since the start of the command. */
  readonly atMs: number
}

/** Makes violations of a report's bytes, struct violation one behind the other; those of the same words become one. */
export function readViolations(
  bytes: Buffer,
  callOf: (number: number) => ReportedCall | undefined,
): readonly Violation[] {
  if (bytes.length === 0) return []
  const kinds = new Map<string, Violation>()
  for (let start = 0; start + at.size <= bytes.length; start += at.size) {
    const violation = readViolation(bytes.subarray(start, start + at.size), callOf)
    const kind = `${violation.call} ${violation.detail}`
    const earlier = kinds.get(kind)
    kinds.set(kind, earlier === undefined ? violation : { ...earlier, count: earlier.count + violation.count })
  }
  return [...kinds.values()]
}

function readViolation(bytes: Buffer, callOf: (number: number) => ReportedCall | undefined): Violation {
  const view = viewOf(bytes)
  const number = view.getInt32(at.call, true)
  const { call, words = [] } = callOf(number) ?? { call: `call ${number}` }
  return {
    call,
    detail: wordsOf(bytes, view, words).join(' '),
    count: readUint64(view, at.count),
    program: programName(bytes),
    atMs: view.getFloat64(at.at_ms, true),
  }
}

/** Read arguments stand in the order of the words, in places of their own. */
function wordsOf(bytes: Buffer, view: DataView, words: readonly ArgumentWord[]): readonly string[] {
  let place = 0
  return words.map(({ argument, as }) => {
    if (!isRead(as)) return numberWord(as, view.getBigUint64(at.arguments + 8 * argument, true))
    const start = at.text + place * violationTextBytes
    const length = Math.min(view.getUint32(at.text_bytes + 4 * place++, true), violationTextBytes)
    const read = bytes.subarray(start, start + length)
    return as === 'address' ? socketAddress(read) : plainText(read, { isCut: length === violationTextBytes })
  })
}

function programName(bytes: Buffer): string {
  const name = bytes.subarray(at.program, at.size)
  const end = name.indexOf(0)
  return plainText(end < 0 ? name : name.subarray(0, end))
}
