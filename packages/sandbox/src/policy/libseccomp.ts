import { closeSync, fstatSync, readSync } from 'node:fs'
import { errnoName } from '../errno.ts'
import { SandboxError } from '../errors.ts'
import type { Comparison } from './comparisons.ts'
import type { RefusedWith } from './policy.ts'

/** What a rule does with a call. */
export type Action = 'allow' | RefusedWith

/** libseccomp, loaded. */
export interface Libseccomp {
  readonly version: string
  /** Starts a filter for this machine's own architecture: `unnamed` is the answer to calls without a rule. */
  startFilter(unnamed: Action, otherArchitecture: Action): FilterBuilder
}

/** A filter that is being put together; it must be closed. */
export interface FilterBuilder {
  /** The number of a call, or `undefined` where libseccomp or this architecture does not have it. */
  resolve(call: string): number | undefined
  /** Adds a rule for a call whatever its arguments. */
  add(action: Action, call: number): void
  /** Adds a rule for a call with an argument, from 0, that compares so. */
  addWhere(action: Action, call: number, argument: number, comparison: Comparison): void
  /** The finished filter: an array of `struct sock_filter`. */
  finish(): Uint8Array
  close(): void
}

/** SCMP_ACT_ALLOW, and SCMP_ACT_ERRNO with EPERM and ENOSYS in it. */
const actions: Readonly<Record<Action, number>> = { allow: 0x7fff_0000, EPERM: 0x0005_0001, ENOSYS: 0x0005_0026 }
/** enum scmp_filter_attr; SCMP_FLTATR_CTL_OPTIMIZE = 2 searches the calls by halves instead of one by one. */
const attributes = { badArchitecture: 2, optimise: 8 } as const
const binaryTree = 2
/** enum scmp_compare */
const maskedEqual = 7
const closeOnExec = 1

type Koffi = (typeof import('koffi'))['default']
type Call = (...args: readonly unknown[]) => number

/** Loads libseccomp through koffi. Throws `UNSUPPORTED_HOST`, with the command that installs it, where there is none. */
export async function loadLibseccomp(): Promise<Libseccomp> {
  try {
    return bind((await import('koffi')).default)
  } catch (cause) {
    throw new SandboxError(
      'UNSUPPORTED_HOST',
      'libseccomp.so.2 cannot be loaded, and without it there is no filter of system calls; install it with ' +
        '`apt-get install libseccomp2` (Debian, Ubuntu) or `dnf install libseccomp` (Fedora)',
      { cause },
    )
  }
}

function bind(koffi: Koffi): Libseccomp {
  const library = koffi.load('libseccomp.so.2')
  const memfd = koffi.load(null).func('int memfd_create(const char *name, unsigned int flags)') as Call
  const init = library.func('void *seccomp_init(uint32_t action)') as (action: number) => unknown
  const setAttribute = library.func('int seccomp_attr_set(void *filter, int attribute, uint32_t value)') as Call
  const release = library.func('void seccomp_release(void *filter)') as Call
  const resolveName = library.func('int seccomp_syscall_resolve_name(const char *name)') as Call
  const addRule = library.func('int seccomp_rule_add_array(void *, uint32_t, int, unsigned int, const void *)') as Call
  const exportTo = library.func('int seccomp_export_bpf(void *filter, int fd)') as Call

  const startFilter = (unnamed: Action, otherArchitecture: Action): FilterBuilder => {
    const filter = init(actions[unnamed])
    check('seccomp_attr_set', setAttribute(filter, attributes.badArchitecture, actions[otherArchitecture]))
    setAttribute(filter, attributes.optimise, binaryTree) // libseccomp 2.5.0; an older one makes a slower filter
    return {
      // Calls of other architectures resolve to negative numbers of libseccomp's own.
      resolve: (call) => [resolveName(call)].find((number) => number >= 0),
      add: (action, call) => check('seccomp_rule_add', addRule(filter, actions[action], call, 0, null)),
      addWhere: (action, call, argument, comparison) =>
        check('seccomp_rule_add', addRule(filter, actions[action], call, 1, encode(argument, comparison))),
      finish: () =>
        exportFilter(check('memfd_create', memfd('mayfly-filter', closeOnExec)), (fd) => exportTo(filter, fd)),
      close: () => void release(filter),
    }
  }
  return { version: readVersion(koffi, library), startFilter }
}

function readVersion(koffi: Koffi, library: ReturnType<Koffi['load']>): string {
  const numbers = koffi.struct({ major: 'uint', minor: 'uint', micro: 'uint' })
  const read = library.func('seccomp_version', koffi.pointer(numbers), []) as () => unknown
  const { major, minor, micro } = koffi.decode(read(), numbers) as Record<'major' | 'minor' | 'micro', number>
  return `${major}.${minor}.${micro}`
}

/** struct scmp_arg_cmp: argument, operator, and for a masked comparison the mask and what must stand under it. */
function encode(argument: number, { mask, value }: Comparison): Uint8Array {
  const bytes = Buffer.alloc(24)
  bytes.writeUInt32LE(argument, 0)
  bytes.writeUInt32LE(maskedEqual, 4)
  bytes.writeUInt32LE(mask, 8)
  bytes.writeUInt32LE(value, 16)
  return bytes
}

/** seccomp_export_bpf_mem came with 2.6 only, so the filter is written to a file in memory. */
function exportFilter(fd: number, write: (fd: number) => number): Uint8Array {
  try {
    check('seccomp_export_bpf', write(fd))
    const bytes = Buffer.alloc(fstatSync(fd).size)
    readSync(fd, bytes, 0, bytes.length, 0)
    return bytes
  } finally {
    closeSync(fd)
  }
}

function check(call: string, result: number): number {
  if (result >= 0) return result
  const errno = errnoName(-result)
  throw new SandboxError('INVALID_OPTION', `\`policy\` cannot be made a filter: ${call} failed with ${errno}`, {
    errno,
  })
}
