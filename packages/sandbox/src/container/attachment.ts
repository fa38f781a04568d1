import { refuseUnknown, requireList, requireObject } from '../checks.ts'
import { invalidOption } from '../errors.ts'
import { channelsMax, stream } from '../supervisor/protocol.ts'
import type { ResolvedCommand } from './command.ts'

/** The size of a terminal's window, in characters. */
export interface TerminalSize {
  readonly columns: number
  readonly rows: number
}

/** What joins a command that is spawned to its caller, checked. */
export interface ResolvedAttachment {
  readonly terminal: TerminalSize | undefined
  readonly channels: readonly string[]
}

const cellsMax = 0xffff
const knownOfTerminal: ReadonlySet<string> = new Set(['columns', 'rows'])

/** Refuses what is no size of a window. */
export function resolveTerminal(size: TerminalSize, option: string): TerminalSize {
  requireObject(size, option)
  refuseUnknown(size, knownOfTerminal, option)
  for (const name of ['columns', 'rows'] as const) {
    const value = size[name]
    if (!Number.isInteger(value) || value < 1 || value > cellsMax)
      throw invalidOption(`${option}.${name}`, `be an integer from 1 to ${cellsMax}`, value)
  }
  return size
}

/** Refuses what is no list of channels. */
export function resolveChannels(channels: readonly string[], option: string): readonly string[] {
  const names = requireList(channels, option)
  if (names.length > channelsMax) throw invalidOption(option, `have at most ${channelsMax} names`, names.length)
  for (const [index, name] of names.entries()) {
    if (typeof name !== 'string' || !/^[a-z][a-z0-9_]{0,31}$/.test(name))
      throw invalidOption(`${option}[${index}]`, 'be of small letters, digits and `_`, a letter first', name)
    if (names.indexOf(name) !== index) throw invalidOption(`${option}[${index}]`, 'be named once', name)
  }
  return names
}

/** The command with what tells it of its terminal and its channels, where its own variables do not. */
export function attached(command: ResolvedCommand, { terminal, channels }: ResolvedAttachment): ResolvedCommand {
  const told = [
    ...(terminal === undefined ? [] : ['TERM=xterm-256color']),
    ...channels.map((name, index) => `MAYFLY_CHANNEL_${name.toUpperCase()}=${stream.CHANNEL + index}`),
  ]
  const isSet = (variable: string): boolean =>
    command.environment.some((each) => each.startsWith(variable.slice(0, variable.indexOf('=') + 1)))
  return { ...command, environment: [...command.environment, ...told.filter((variable) => !isSet(variable))] }
}
