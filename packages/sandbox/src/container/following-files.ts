import { writeUint32, writeUint64, viewOf } from '../supervisor/integers.ts'
import { execFileLayout, fileFlag } from '../supervisor/protocol.ts'
import type { KeptBlob } from './blob.ts'
import type { FilePlan } from './files.ts'
import { openHostFile } from './host-file.ts'
import { bytesOf, readTree, type TreeEntry } from './host-tree.ts'

/** A file to place that does not go along with the request. */
export interface FollowingPlan extends FilePlan {
  /** Which one it is of all. */
  readonly index: number
}

/** Files that follow a request, as they are sent: those that are too large to go with it, and directories of the host. */
export class FollowingFiles {
  readonly #plans: readonly FollowingPlan[]
  /** How many go with the request, and have gone before what is sent now. */
  #count: number
  /** The first file of each plan that was begun with. */
  readonly #starts: { readonly first: number; readonly index: number }[] = []

  constructor(plans: readonly FollowingPlan[], withRequestCount: number) {
    this.#plans = plans
    this.#count = withRequestCount
  }

  /** Which plan a file is of, by its number among all that were sent. */
  planOf(file: number): number {
    let found = 0
    for (const { first, index } of this.#starts) if (first <= file) found = index
    return found
  }

  /** Each as it goes over the wire, then the end. */
  async *bytes(): AsyncGenerator<Uint8Array> {
    for (const plan of this.#plans) {
      this.#starts.push({ first: this.#count, index: plan.index })
      if (plan.blob !== undefined) yield* this.#ofStore(plan, plan.blob)
      else yield* plan.hostPath === undefined ? this.#ofMemory(plan) : this.#ofHost(plan, plan.hostPath)
    }
    yield head('', 0, 0)
  }

  async *#ofMemory({ path, mode, content }: FollowingPlan): AsyncGenerator<Uint8Array> {
    const bytes = content ?? new Uint8Array(0)
    yield this.#head(path, mode ?? 0o644, bytes.length)
    yield bytes
  }

  /** A copy is its owner's to write to. */
  async *#ofStore({ path, mode, option }: FollowingPlan, blob: KeptBlob): AsyncGenerator<Uint8Array> {
    yield this.#head(path, mode ?? (blob.isExecutable ? 0o755 : 0o644), blob.size)
    yield* blob.read(option)
  }

  async *#ofHost(plan: FollowingPlan, hostPath: string): AsyncGenerator<Uint8Array> {
    const source = { option: plan.option, hostPath }
    await using file = await openHostFile(hostPath, `${plan.option}.hostPath`)
    if (file.kind === 'file') {
      yield this.#head(plan.path, plan.mode ?? file.mode, file.size)
      yield* bytesOf(file.handle, file.size, source)
      return
    }
    for await (const entry of readTree(file.handle, source)) {
      const path = `${plan.path}/${entry.path}`
      yield this.#headOf(entry, path)
      if (entry.kind === 'file') yield* bytesOf(entry.handle, entry.size, source)
    }
    yield this.#head(plan.path, fileFlag.DIRECTORY | file.mode, 0)
  }

  #headOf(entry: TreeEntry, path: string): Uint8Array {
    if (entry.kind === 'file') return this.#head(path, entry.mode, entry.size)
    if (entry.kind === 'directory') return this.#head(path, fileFlag.DIRECTORY | entry.mode, 0)
    const target = Buffer.from(entry.target)
    return Buffer.concat([this.#head(path, fileFlag.LINK, target.length), target])
  }

  #head(path: string, mode: number, contentBytes: number): Uint8Array {
    this.#count++
    return head(path, mode, contentBytes)
  }
}

/** struct exec_file, and its path. */
function head(path: string, mode: number, contentBytes: number): Uint8Array {
  const pathBytes = Buffer.from(path)
  const bytes = Buffer.alloc(execFileLayout.size + pathBytes.length)
  const view = viewOf(bytes)
  writeUint32(view, mode, execFileLayout.mode)
  writeUint32(view, pathBytes.length, execFileLayout.path_bytes)
  writeUint64(view, contentBytes, execFileLayout.content_bytes)
  bytes.set(pathBytes, execFileLayout.size)
  return bytes
}
