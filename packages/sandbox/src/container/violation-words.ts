import type { WordKind } from '../policy/policy.ts'
import { signalName } from './signals.ts'

type NumberKind = Exclude<WordKind, 'string' | 'address'>

/** socket(2), address families of linux/socket.h. */
const families: ReadonlyMap<number, string> = new Map([
  ...([
    [0, 'unspec'],
    [1, 'unix'],
    [2, 'inet'],
    [3, 'ax25'],
    [4, 'ipx'],
    [5, 'appletalk'],
    [8, 'atmpvc'],
    [9, 'x25'],
    [10, 'inet6'],
    [15, 'key'],
    [16, 'netlink'],
    [17, 'packet'],
    [21, 'rds'],
    [24, 'pppox'],
    [29, 'can'],
    [30, 'tipc'],
    [31, 'bluetooth'],
    [38, 'alg'],
    [39, 'nfc'],
    [40, 'vsock'],
    [41, 'kcm'],
    [42, 'qipcrtr'],
    [43, 'smc'],
    [44, 'xdp'],
    [45, 'mctp'],
  ] as const),
])

/** CLONE_NEW*, namespaces(7). */
const namespaces = [
  ['user', 0x1000_0000],
  ['mount', 0x2_0000],
  ['pid', 0x2000_0000],
  ['net', 0x4000_0000],
  ['ipc', 0x800_0000],
  ['uts', 0x400_0000],
  ['cgroup', 0x200_0000],
  ['time', 0x80],
] as const

/** ptrace(2). */
const ptraceRequests: ReadonlyMap<number, string> = new Map([
  ...([
    [0, 'traceme'],
    [1, 'peektext'],
    [2, 'peekdata'],
    [3, 'peekuser'],
    [4, 'poketext'],
    [5, 'pokedata'],
    [6, 'pokeuser'],
    [7, 'cont'],
    [8, 'kill'],
    [12, 'getregs'],
    [13, 'setregs'],
    [16, 'attach'],
    [17, 'detach'],
    [24, 'syscall'],
    [0x4204, 'getregset'],
    [0x4205, 'setregset'],
    [0x4206, 'seize'],
  ] as const),
])

/** ioctl_tty(2). */
const terminalRequests: ReadonlyMap<number, string> = new Map([
  [0x5412, 'TIOCSTI'],
  [0x541c, 'TIOCLINUX'],
])

const words: Readonly<Record<NumberKind, (low: number) => string>> = {
  number: (low) => String(low | 0), // ids are ints, and -1 has a meaning of its own
  hexadecimal: (low) => `0x${low.toString(16)}`,
  family: familyName,
  namespaces: namespacesOf,
  signal: (low) => (low > 0 && low <= lastSignal ? signalName(low) : String(low | 0)),
  ptrace: (low) => ptraceRequests.get(low) ?? String(low | 0),
  terminal: (low) => terminalRequests.get(low) ?? `0x${low.toString(16)}`,
}

const lastSignal = 64

/** An argument that is a number, in a word or several; the kernel reads the low 32 bits of an int. */
export function numberWord(kind: NumberKind, argument: bigint): string {
  return words[kind](Number(argument & 0xffff_ffffn))
}

/** The name of an address family, or its number. */
export function familyName(family: number): string {
  return families.get(family) ?? `family ${family | 0}`
}

function namespacesOf(flags: number): string {
  const named = namespaces.filter(([, bit]) => (flags & bit) !== 0).map(([name]) => name)
  return named.length === 0 ? `0x${flags.toString(16)}` : named.join(' ')
}
