import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { dirname, isAbsolute, resolve } from 'node:path'
import type { SnapshotEnvironment } from 'vitest/runtime'
import type { Channel } from './channel.ts'

interface WorkerState {
  readonly rpc: { resolveSnapshotPath: (testPath: string) => Promise<string> }
}

/** Snapshots are read here, where the project is read-only, and written by the host, which sees to where. */
export class SnapshotsByHost implements SnapshotEnvironment {
  readonly #channel: Channel
  readonly #state: WorkerState

  constructor(channel: Channel, state: WorkerState) {
    this.#channel = channel
    this.#state = state
  }

  getVersion(): string {
    return '1'
  }

  getHeader(): string {
    return `// Vitest Snapshot v${this.getVersion()}, https://vitest.dev/guide/snapshot.html`
  }

  async resolveRawPath(testPath: string, rawPath: string): Promise<string> {
    return isAbsolute(rawPath) ? rawPath : resolve(dirname(testPath), rawPath)
  }

  async resolvePath(filepath: string): Promise<string> {
    return this.#state.rpc.resolveSnapshotPath(filepath)
  }

  /** The host makes it with the file. */
  async prepareDirectory(): Promise<void> {}

  async saveSnapshotFile(filepath: string, snapshot: string): Promise<void> {
    await this.#channel.call('saveSnapshot', filepath, snapshot)
  }

  async readSnapshotFile(filepath: string): Promise<string | null> {
    return existsSync(filepath) ? readFile(filepath, 'utf8') : null
  }

  async removeSnapshotFile(filepath: string): Promise<void> {
    if (existsSync(filepath)) await this.#channel.call('removeSnapshot', filepath)
  }
}
