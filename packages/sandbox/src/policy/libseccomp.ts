import { closeSync, fstatSync, readSync } from 'node:fs'
import { arch } from 'node:os'
import { errnoName } from '../errno.ts'
import { SandboxError } from '../errors.ts'
import type { Architecture } from './architecture.ts'
import type { Comparison } from './comparisons.ts'
import type { RefusedWith } from './policy.ts'

/** What a rule does with a call. */
export type Action = 'allow' | 'notify' | 'kill' | RefusedWith

/** libseccomp, loaded. */
export interface Libseccomp {
  readonly version: string
  /** Starts a filter: `unnamed` is the answer to calls without a rule. Default: for this machine's own architecture. */
  startFilter(unnamed: Action, otherArchitecture: Action, architecture?: Architecture): FilterBuilder
}

/** A filter that is being put together; it must be closed. */
export interface FilterBuilder {
  /** The number of a call, or `undefined` where libseccomp or the filter's architecture does not have it. */
  resolve(call: string): number | undefined
  /** The name of a call's number, or `undefined` where libseccomp has none. */
  nameOf(call: number): string | undefined
  /** Adds a rule for a call whatever its arguments; one that the architecture does not have is left out. */
  add(action: Action, call: string): void
  /** Adds a rule for a call with an argument, from 0, that compares so. */
  addWhere(action: Action, call: string, argument: number, comparison: Comparison): void
  /** The finished filter: an array of `struct sock_filter`. */
  finish(): Uint8Array
  close(): void
}

/** SCMP_ACT_ALLOW, NOTIFY and KILL_PROCESS, and SCMP_ACT_ERRNO with EPERM and ENOSYS in it. */
const actions: Readonly<Record<Action, number>> = {
  allow: 0x7fff_0000,
  notify: 0x7fc0_0000,
  kill: 0x8000_0000,
  EPERM: 0x0005_0001,
  ENOSYS: 0x0005_0026,
}
/** enum scmp_filter_attr; SCMP_FLTATR_CTL_OPTIMIZE = 2 searches the calls by halves instead of one by one. */
const attributes = { badArchitecture: 2, optimise: 8 } as const
const binaryTree = 2
/** SCMP_ARCH_* */
const tokens: Readonly<Record<Architecture, number>> = { x64: 0xc000_003e, arm64: 0xc000_00b7 }
/** enum scmp_compare */
const compare = { notEqual: 1, equal: 4, maskedEqual: 7 } as const
/** The level that knows notifications (libseccomp 2.5): it is only compiled here, the supervisor asks the kernel. */
const notificationLevel = 5
const closeOnExec = 1
const noCall = -1

type Koffi = (typeof import('koffi'))['default']
type Call = (...args: readonly unknown[]) => number

/** Loads libseccomp through koffi. Throws `UNSUPPORTED_HOST`, with the command that installs it, where there is none. */
export async function loadLibseccomp(): Promise<Libseccomp> {
  try {
    return bind((await import('koffi')).default)
  } catch (cause) {
    throw new SandboxError(
      'UNSUPPORTED_HOST',
      'libseccomp.so.2 cannot be loaded, and without it a policy of your own cannot be made a filter; install it with ' +
        '`apt-get install libseccomp2` (Debian, Ubuntu) or `dnf install libseccomp` (Fedora)',
      { cause },
    )
  }
}

type Functions = ReturnType<typeof functionsOf>

function functionsOf(koffi: Koffi, library: ReturnType<Koffi['load']>) {
  return {
    createFile: koffi.load(null).func('int memfd_create(const char *name, unsigned int flags)') as Call,
    setLevel: library.func('int seccomp_api_set(unsigned int level)') as Call,
    init: library.func('void *seccomp_init(uint32_t action)') as (action: number) => unknown,
    setAttribute: library.func('int seccomp_attr_set(void *filter, int attribute, uint32_t value)') as Call,
    addArchitecture: library.func('int seccomp_arch_add(void *filter, uint32_t token)') as Call,
    removeArchitecture: library.func('int seccomp_arch_remove(void *filter, uint32_t token)') as Call,
    release: library.func('void seccomp_release(void *filter)') as Call,
    resolve: library.func('int seccomp_syscall_resolve_name(const char *name)') as Call,
    resolveFor: library.func('int seccomp_syscall_resolve_name_arch(uint32_t token, const char *name)') as Call,
    nameFor: library.func('seccomp_syscall_resolve_num_arch', koffi.disposable('str'), ['uint32_t', 'int']) as (
      token: number,
      call: number,
    ) => string | null,
    addRule: library.func('int seccomp_rule_add_array(void *, uint32_t, int, unsigned int, const void *)') as Call,
    exportTo: library.func('int seccomp_export_bpf(void *filter, int fd)') as Call,
  }
}

function bind(koffi: Koffi): Libseccomp {
  const library = koffi.load('libseccomp.so.2')
  const functions = functionsOf(koffi, library)
  functions.setLevel(notificationLevel)
  const startFilter = (unnamed: Action, otherArchitecture: Action, architecture?: Architecture): FilterBuilder =>
    new NativeBuilder(functions, unnamed, otherArchitecture, architecture)
  return { version: readVersion(koffi, library), startFilter }
}

class NativeBuilder implements FilterBuilder {
  readonly #functions: Functions
  readonly #filter: unknown
  readonly #token: number

  constructor(functions: Functions, unnamed: Action, otherArchitecture: Action, architecture?: Architecture) {
    const own = tokens[arch() as Architecture]
    this.#functions = functions
    this.#filter = functions.init(actions[unnamed])
    this.#token = architecture === undefined ? own : tokens[architecture]
    if (this.#token !== own) {
      check('seccomp_arch_add', functions.addArchitecture(this.#filter, this.#token))
      check('seccomp_arch_remove', functions.removeArchitecture(this.#filter, own))
    }
    const { badArchitecture, optimise } = attributes
    check('seccomp_attr_set', functions.setAttribute(this.#filter, badArchitecture, actions[otherArchitecture]))
    functions.setAttribute(this.#filter, optimise, binaryTree) // libseccomp 2.5.0; an older one makes a slower filter
  }

  /** Calls of other architectures resolve to negative numbers of libseccomp's own. */
  resolve(call: string): number | undefined {
    const number = this.#functions.resolveFor(this.#token, call)
    return number >= 0 ? number : undefined
  }

  nameOf(call: number): string | undefined {
    return this.#functions.nameFor(this.#token, call) ?? undefined
  }

  add(action: Action, call: string): void {
    this.#add(action, call, 0, null)
  }

  addWhere(action: Action, call: string, argument: number, comparison: Comparison): void {
    this.#add(action, call, 1, encode(argument, comparison))
  }

  finish(): Uint8Array {
    const fd = check('memfd_create', this.#functions.createFile('mayfly-filter', closeOnExec))
    return exportFilter(fd, () => this.#functions.exportTo(this.#filter, fd))
  }

  close(): void {
    this.#functions.release(this.#filter)
  }

  /** A rule takes this machine's own number of a call, whatever the filter's architecture. */
  #add(action: Action, call: string, count: number, comparisons: Uint8Array | null): void {
    const number = this.#functions.resolve(call)
    if (this.resolve(call) === undefined || number === noCall) return
    check('seccomp_rule_add', this.#functions.addRule(this.#filter, actions[action], number, count, comparisons))
  }
}

function readVersion(koffi: Koffi, library: ReturnType<Koffi['load']>): string {
  const numbers = koffi.struct({ major: 'uint', minor: 'uint', micro: 'uint' })
  const read = library.func('seccomp_version', koffi.pointer(numbers), []) as () => unknown
  const { major, minor, micro } = koffi.decode(read(), numbers) as Record<'major' | 'minor' | 'micro', number>
  return `${major}.${minor}.${micro}`
}

/** struct scmp_arg_cmp: argument, operator, and for a masked comparison the mask and what must stand under it. */
function encode(argument: number, comparison: Comparison): Uint8Array {
  const bytes = Buffer.alloc(24)
  bytes.writeUInt32LE(argument, 0)
  if ('isNull' in comparison) {
    bytes.writeUInt32LE(comparison.isNull ? compare.equal : compare.notEqual, 4)
    return bytes
  }
  bytes.writeUInt32LE(compare.maskedEqual, 4)
  bytes.writeUInt32LE(comparison.mask, 8)
  bytes.writeUInt32LE(comparison.value, 16)
  return bytes
}

/** seccomp_export_bpf_mem came with 2.6 only, so the filter is written to a file in memory. */
function exportFilter(fd: number, write: () => number): Uint8Array {
  try {
    check('seccomp_export_bpf', write())
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
