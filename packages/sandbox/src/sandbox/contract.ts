import type { Readable } from 'node:stream'
import type { StoredBlob } from '../container/blob.ts'
import type { Argv, Command } from '../container/command.ts'
import type { ConnectResult, Stage } from '../container/connect.ts'
import type { Container } from '../container/container.ts'
import type { Layer } from '../container/layer.ts'
import type { RunResult } from '../container/result.ts'
import type { RunningCommand } from '../container/running-command.ts'
import type { Limits } from '../limits.ts'
import type { OpenOptions } from './open-options.ts'
import type { ConnectOptions, LoadOptions, RunOptions, SpawnOptions } from './options.ts'
import type { StoreOptions, StoreSource } from './store.ts'

/** What a sandbox has in hand. The last five are its supervisors', each as of the last run that ended there. */
export interface SandboxStats {
  readonly running: number
  readonly queued: number
  readonly ready: number
  readonly busy: number
  readonly making: number
  readonly destroying: number
  /** Runs that had to wait for a container to be made. */
  readonly coldStartCount: number
}

/** A pool of throwaway containers. */
export interface Sandbox extends AsyncDisposable {
  /**
   * Runs a command in a container of its own and tells how it ended. Whatever the command does is in the result;
   * rejects with a `SandboxError` where the caller or the host failed, and with the signal's reason if it was aborted.
   */
  run(command: Argv | Command, limits?: Partial<Limits>, options?: RunOptions): Promise<RunResult>
  /**
   * Starts a command in a container of its own, to talk to while it runs; settles once it starts. A command that cannot
   * be executed is told by the `result` of what it settles with.
   */
  spawn(command: Argv | Command, limits?: Partial<Limits>, options?: SpawnOptions): Promise<RunningCommand>
  /**
   * Runs two commands at once, in a container each: what the one writes to standard output, the other reads from standard
   * input. Settles once both have ended, each by itself or by its own limits; rejects as `run` does, with the `side` of
   * the error where it is that of one of them. Takes one turn of `concurrency`.
   */
  connect(left: Stage, right: Stage, options?: ConnectOptions): Promise<ConnectResult>
  /**
   * Keeps content that many runs share: each is shown it as a file that is read-only, at a place that its `files` say,
   * and copies nothing. The same content is stored once. Rejects with `INVALID_OPTION` where it does not fit
   * `storeBytes`, and with what a source throws.
   */
  store(content: StoreSource, options?: StoreOptions): Promise<StoredBlob>
  /**
   * Makes a layer of a tar archive, such as `layer.save` writes: a path of the host, or a stream. It is unpacked inside a
   * container, with the rights of a command, and within `limits` but for its times. Takes a turn of `concurrency`. What
   * an archive may not hold rejects with `INVALID_OPTION`.
   */
  loadLayer(source: string | Readable, limits?: Partial<Limits>, options?: LoadOptions): Promise<Layer>
  /**
   * Opens a container for several commands; settles once they may run in it. It takes one turn of `concurrency` for as long
   * as it is open, and is to be closed, best by `await using`.
   */
  open(options?: OpenOptions): Promise<Container>
  stats(): SandboxStats
  /**
   * Kills what runs, and settles once every container is dead; waiting and running ones then reject with
   * `SANDBOX_CLOSED`. May be called twice, and at once.
   */
  close(): Promise<void>
}
