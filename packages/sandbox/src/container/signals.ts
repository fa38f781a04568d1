import { constants } from 'node:os'

/** A signal by its name; real-time ones by their number, as `SIGRT34`, since kernel and libc count them differently. */
export type Signal = NodeJS.Signals | `SIGRT${number}`

const names = new Map<number, NodeJS.Signals>()
for (const [name, number] of Object.entries(constants.signals)) {
  // Of SIGABRT and SIGIOT, SIGIO and SIGPOLL, the first one is signal(7)'s main name.
  if (!names.has(number)) names.set(number, name as NodeJS.Signals)
}

/** The name of a signal's number. */
export function signalName(number: number): Signal {
  return names.get(number) ?? `SIGRT${number}`
}
