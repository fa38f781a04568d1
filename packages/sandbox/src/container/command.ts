import { posix } from 'node:path'
import { refuseUnknown, requireList, requireObject, withoutNul } from '../checks.ts'
import { invalidOption } from '../errors.ts'
import { resolveCollect, type CollectPlan } from './collect.ts'
import { resolveBase, type KeptLayer, type Layer } from './layer.ts'
import { KeptBlob, type StoredBlob } from './blob.ts'
import type { Input } from './stdin.ts'
import { resolveFiles, type FilePlan, type FileSource } from './files.ts'
import { emptyConfig, type ImageConfig } from '../image/image-config.ts'
import { resolveMounts, type Mount, type ResolvedMount } from '../image/mounts.ts'
import { remembered } from '../supervisor/integers.ts'

/** A program and its arguments; one without a slash is looked up in the command's own `PATH`. */
export type Argv = readonly string[]

/** What to run. */
export interface Command {
  /** Default: what the image says, its entry point and the arguments of that; one that says nothing needs an `argv`. */
  readonly argv?: Argv
  /**
   * Default: at its end. An iterable is read as fast as the command reads. What is stored the command has as a file,
   * read-only and at its start, however many read it: it is copied for none.
   */
  readonly stdin?: string | Uint8Array | StoredBlob | AsyncIterable<Uint8Array>
  /**
   * Added to `PATH=/usr/local/bin:/usr/bin:/bin`, `HOME=/work` and `LANG=C.UTF-8`, and to what the image says; nothing of
   * the caller's.
   */
  readonly env?: Readonly<Record<string, string>>
  /** Default: what the image says, or `/work`, which relative ones start from. */
  readonly cwd?: string
  /** Placed before the start, relative to `/work`. */
  readonly files?: Readonly<Record<string, FileSource>>
  /**
   * What to return once every process is dead: paths relative to the working directory, or patterns in which `*` stands
   * for any characters of a name, `?` for one, and `**` for any number of directories; a backslash takes the meaning
   * from what follows. A directory stands for all below it. Regular files and directories come, with what all files
   * together may hold bounded by `limits.diskBytes`; whatever else was meant is among the result's `leftFiles`.
   * `'changes'` stands for whatever is not as it was when the command started, which the result's `changes` tell.
   */
  readonly collect?: readonly string[] | 'changes'
  /**
   * The path of an empty directory of the host that what is collected is written below, instead of into the result's
   * `files`: of any size, and never through a link. Holes stay holes.
   */
  readonly collectTo?: string
  /** Directories and files of the host, read-only unless said otherwise. Default: none. */
  readonly mounts?: readonly Mount[]
  /**
   * What the working directory starts with: what another run of the same sandbox left, see `freeze`. Nothing is copied,
   * and what is written stays with this run. `files` are placed on top, as new files.
   */
  readonly base?: Layer
}

/** A command, checked and complete. */
export interface ResolvedCommand {
  readonly argv: Argv
  /** `NAME=value` each. */
  readonly environment: readonly string[]
  readonly workingDirectory: string
  readonly stdin: Input | undefined
  readonly files: readonly FilePlan[]
  readonly collect: CollectPlan | undefined
  readonly mounts: readonly ResolvedMount[]
  readonly base: KeptLayer | undefined
  /** Where it unpacks a layer: the paths that came by now. */
  readonly unpackedPaths?: readonly string[]
}

const home = '/work'
const baseEnvironment = { PATH: '/usr/local/bin:/usr/bin:/bin', HOME: home, LANG: 'C.UTF-8' } as const
const baseList: readonly string[] = Object.entries(baseEnvironment).map(([name, value]) => `${name}=${value}`)
const known: ReadonlySet<string> = new Set([
  'argv',
  'stdin',
  'env',
  'cwd',
  'files',
  'collect',
  'collectTo',
  'mounts',
  'base',
])

/** Fills in what a command leaves out, and refuses what cannot be run. */
export function resolveCommand(command: Argv | Command, image: ImageConfig = emptyConfig): ResolvedCommand {
  if (isArgv(command)) return { ...defaultsOf(image), argv: resolveArgv(command, 'command') }
  requireObject(command, 'command')
  refuseUnknown(command, known, 'command')
  return {
    argv: resolveArgv(command.argv ?? argvOf(image), 'command.argv'),
    environment: resolveEnvironment(command.env, image),
    workingDirectory:
      command.cwd === undefined ? (image.workingDirectory ?? home) : resolveWorkingDirectory(command.cwd),
    stdin: command.stdin === undefined ? undefined : resolveStdin(command.stdin),
    files: command.files === undefined ? [] : resolveFiles(command.files),
    collect: resolveCollect(command.collect, command.collectTo),
    mounts: command.mounts === undefined ? [] : resolveMounts(command.mounts, 'command.mounts'),
    base: resolveBase(command.base),
  }
}

/** Of a command that is an argv alone. */
const defaultsOf = remembered((image: ImageConfig) => ({
  environment: resolveEnvironment(undefined, image),
  workingDirectory: image.workingDirectory ?? home,
  stdin: undefined,
  files: [],
  collect: undefined,
  mounts: [],
  base: undefined,
}))

function argvOf({ command }: ImageConfig): Argv {
  if (command.length === 0)
    throw invalidOption('command.argv', 'be given, since the image says nothing of what to run', undefined)
  return command
}

function isArgv(command: Argv | Command): command is Argv {
  return Array.isArray(command)
}

function resolveArgv(argv: Argv, option: string): Argv {
  const checked = requireList(argv, option).map((argument, index) => withoutNul(argument, `${option}[${index}]`))
  if (checked.length === 0) throw invalidOption(option, 'have at least a program', argv)
  if (checked[0] === '') throw invalidOption(`${option}[0]`, 'name a program', '')
  return checked
}

function resolveEnvironment(env: Command['env'], image: ImageConfig): readonly string[] {
  if (env === undefined && image === emptyConfig) return baseList
  requireObject(env ?? {}, 'command.env')
  return Object.entries({ ...baseEnvironment, ...image.env, ...env }).map(([name, value]) => {
    if (name === '' || /[=\0]/.test(name)) throw invalidOption('command.env', 'have names without `=` and NUL', name)
    return `${name}=${withoutNul(value, `command.env.${name}`)}`
  })
}

function resolveWorkingDirectory(cwd: string): string {
  if (withoutNul(cwd, 'command.cwd') === '') throw invalidOption('command.cwd', 'name a directory', cwd)
  return posix.resolve(home, cwd)
}

/** What belongs to a container as a whole cannot be said of one of several commands in it. */
export function resolveCommandInside(command: Argv | Command, image: ImageConfig): ResolvedCommand {
  const resolved = resolveCommand(command, image)
  const rule = 'be left out: it is said when the container is opened'
  if (resolved.mounts.length > 0) throw invalidOption('command.mounts', rule, resolved.mounts)
  if (resolved.base !== undefined) throw invalidOption('command.base', rule, resolved.base)
  return resolved
}

function resolveStdin(stdin: NonNullable<Command['stdin']>): Input {
  if (KeptBlob.is(stdin)) return stdin
  if (typeof stdin === 'string') return Buffer.from(stdin)
  if (stdin instanceof Uint8Array) return stdin
  if (typeof stdin === 'object' && stdin !== null && Symbol.asyncIterator in stdin) return stdin
  throw invalidOption(
    'command.stdin',
    'be a string, a Uint8Array, a stored blob or an AsyncIterable of Uint8Arrays',
    stdin,
  )
}
