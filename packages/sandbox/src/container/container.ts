import type { HostFeature } from '../features.ts'
import type { Limits } from '../limits.ts'
import type { Argv, Command } from './command.ts'
import type { FileSource } from './files.ts'
import type { Layer } from './layer.ts'
import type { Limited } from './outcome.ts'
import type { RunResult, Usage } from './result.ts'
import type { TerminalSize } from './attachment.ts'
import type { RunningCommand, RunningUsage } from './running-command.ts'

/** What all that runs in a container may use together. */
export type ContainerLimits = Pick<
  Limits,
  | 'wallTimeMs'
  | 'cpuTimeMs'
  | 'idleTimeMs'
  | 'memoryBytes'
  | 'processCount'
  | 'cpus'
  | 'cpuWeight'
  | 'ioWeight'
  | 'diskBytes'
  | 'inodeCount'
>

/** What one command in a container may use: its files are those of all, and so is the room for them. */
export type CommandLimits = Omit<Limits, 'diskBytes' | 'inodeCount'>

/** What is said of one command in a container. */
export interface ContainerRunOptions {
  /** Aborted, the command is killed, and rejects with the reason. */
  readonly signal?: AbortSignal
}

/** What is said of a command that is spawned in a container. */
export interface ContainerSpawnOptions extends ContainerRunOptions {
  /** As of `spawn`. */
  readonly terminal?: TerminalSize
  /** As of `spawn`. */
  readonly channels?: readonly string[]
}

/** What is said of a container that becomes a layer. */
export interface FreezeOptions {
  /** Whether it is ended, and nothing is copied. Default: false. */
  readonly close?: boolean
}

/** Something below the working directory. */
export interface ContainerEntry {
  /** Relative to the working directory; what is not UTF-8 is replaced. */
  readonly path: string
  /** `'unknown'`: what the command may not look at, or lies deeper than 64 directories, or has a name that is no UTF-8. */
  readonly type: 'file' | 'directory' | 'link' | 'fifo' | 'socket' | 'device' | 'unknown'
  /** The length of a file; else 0. */
  readonly bytes: number
  /** Permissions of a file or directory, such as 0o644; else 0. */
  readonly mode: number
}

/** What became of a container. */
export interface ContainerReport {
  /** Of all that ran in it; `wallTimeMs` is how long it was open. */
  readonly usage: Usage
  /** Which of its own limits ended it, if one did. */
  readonly limited?: Limited
  /** Protections that it went without, see `allowMissing`. */
  readonly missing: readonly HostFeature[]
}

/**
 * A container that is kept open: several commands, one after another or at once, on the same files. Each has processes
 * that the others do not see, limits and usage of its own, and ends with all that it started. Disposed of, it is closed.
 */
export interface Container extends AsyncDisposable {
  /**
   * Runs a command in it. Limits that are not named are the sandbox's; of memory, processes and processors no command
   * gets more than the container has.
   */
  run(command: Argv | Command, limits?: Partial<CommandLimits>, options?: ContainerRunOptions): Promise<RunResult>
  /** Starts a command in it, to talk to while it runs. */
  spawn(
    command: Argv | Command,
    limits?: Partial<CommandLimits>,
    options?: ContainerSpawnOptions,
  ): Promise<RunningCommand>
  /**
   * Writes a file below the working directory with the command's own rights, in place of one that is there. What is stored
   * is copied: it is the container's own file from then on.
   */
  write(path: string, source: FileSource): Promise<void>
  /** Reads a regular file below the working directory. Rejects with `INVALID_OPTION` where there is none that may be read. */
  read(path: string): Promise<Uint8Array>
  /** All that is below a directory, or below the working directory, sorted by path. Rejects as `read` does. */
  list(path?: string): Promise<readonly ContainerEntry[]>
  /** What all that ran and runs in it has used so far. */
  usage(): Promise<RunningUsage>
  /**
   * Makes a layer of all that is in the working directory, which is the caller's to close. The container goes on, and the
   * layer is a copy: made with the command's own rights, and of files that change meanwhile as they are found. With
   * `close: true` the container is ended first, as `close` does, and nothing is copied.
   */
  freeze(options?: FreezeOptions): Promise<Layer>
  /**
   * Kills what runs in it, whose results are then those of commands ended by SIGKILL; settles once everything is dead. May
   * be called twice, and after a limit ended it. Rejects as `run` does where the container was lost.
   */
  close(): Promise<ContainerReport>
}
