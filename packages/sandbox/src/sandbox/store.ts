import { createHash } from 'node:crypto'
import { refuseUnknown, requireObject } from '../checks.ts'
import { KeptBlob, type StoredBlob } from '../container/blob.ts'
import { contentOf, openHostFile } from '../container/host-file.ts'
import { invalidOption } from '../errors.ts'
import { sendBlob, type SentBlob } from '../supervisor/blob-transfer.ts'
import { closed, type Supervisor } from '../supervisor/supervisor.ts'
import { StoredContent, modeOf } from './stored-content.ts'
import { stoppable } from './stoppable.ts'

/** What is stored: text as UTF-8, bytes, a regular file of the host, or whatever yields bytes, such as a stream of Node. */
export type StoreSource = string | Uint8Array | { readonly hostPath: string } | AsyncIterable<Uint8Array>

/** What is said of something to store. */
export interface StoreOptions {
  /** Whether it may be executed: its mode is 0o555, not 0o444. Default: whether a host's file is executable; else not. */
  readonly executable?: boolean
  /** Aborted before the end, nothing is stored, and it rejects with the reason. */
  readonly signal?: AbortSignal
}

const known: ReadonlySet<string> = new Set(['executable', 'signal'])
const knownOfHostFile: ReadonlySet<string> = new Set(['hostPath'])
const executableBits = 0o111

/** What a sandbox stores: each content once, by its digest. */
export class Store {
  readonly #bytesMax: number
  readonly #contents = new Map<string, StoredContent>()
  readonly #closing = new AbortController()
  /** Of all contents, those that are under way included. */
  #bytes = 0

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax
  }

  /** Stores it in the supervisor that is `launched`. */
  async store(
    source: StoreSource,
    options: StoreOptions,
    launched: () => Promise<{ readonly supervisor: Supervisor }>,
  ): Promise<StoredBlob> {
    const { executable, signal } = resolveStoreOptions(options)
    if (this.#closing.signal.aborted) throw closed()
    signal?.throwIfAborted()
    const stop = signal === undefined ? this.#closing.signal : AbortSignal.any([signal, this.#closing.signal])
    if (!isHostFile(source)) return this.#take(chunksOf(source), executable ?? false, launched, stop)
    await using file = await openHostFile(source.hostPath, 'content.hostPath')
    if (file.kind !== 'file')
      throw invalidOption('content.hostPath', 'be a regular file', source.hostPath, { path: source.hostPath })
    return await this.#take(contentOf(file), executable ?? (file.mode & executableBits) !== 0, launched, stop)
  }

  /** What is being stored is given up. */
  close(): void {
    this.#closing.abort(closed())
  }

  async #take(
    chunks: AsyncIterable<Uint8Array>,
    executable: boolean,
    launched: () => Promise<{ readonly supervisor: Supervisor }>,
    stop: AbortSignal,
  ): Promise<StoredBlob> {
    const { supervisor } = await launched()
    const hash = createHash('sha256')
    const shape = { executable, bytesMax: this.#bytesMax }
    let taken = 0
    const counted = async function* (this: Store): AsyncGenerator<Uint8Array> {
      for await (const chunk of stoppable(chunks, stop)) {
        if (!(chunk instanceof Uint8Array)) throw invalidOption('content', 'yield Uint8Arrays', chunk)
        taken += chunk.length
        this.#bytes += chunk.length
        if (this.#bytes > this.#bytesMax)
          throw invalidOption('content', `fit the store, \`storeBytes\`: ${this.#bytesMax} bytes in all`, 'more')
        yield chunk
      }
    }.bind(this)
    try {
      const sent = await sendBlob(supervisor, counted(), { ...shape, mode: modeOf(executable) }, (piece) =>
        hash.update(piece),
      )
      return this.#keep(supervisor, sent, `sha256:${hash.digest('hex')}`, executable)
    } catch (error) {
      this.#bytes -= taken
      throw error
    }
  }

  /** For one more copy of what is there. */
  #takeMore(bytes: number, option: string): void {
    if (this.#bytes + bytes > this.#bytesMax) {
      const rule = `leave the store within \`storeBytes\`, ${this.#bytesMax} bytes in all: content that is executable in one place and not in another is kept twice`
      throw invalidOption(option, rule, 'more')
    }
    this.#bytes += bytes
  }

  /** What is there already is not kept twice. */
  #keep(supervisor: Supervisor, sent: SentBlob, digest: string, executable: boolean): StoredBlob {
    const key = `${digest} ${modeOf(executable)}`
    const there = this.#contents.get(key)
    if (there?.isAlive === true) {
      supervisor.closeBlob(sent.number)
      this.#bytes -= sent.bytes
      return this.#blobOf(key, there)
    }
    const content = new StoredContent(supervisor, sent, digest, {
      executable,
      bytesMax: this.#bytesMax,
      take: (bytes, option) => this.#takeMore(bytes, option),
    })
    this.#contents.set(key, content)
    return this.#blobOf(key, content)
  }

  #blobOf(key: string, content: StoredContent): StoredBlob {
    content.blobCount++
    return new KeptBlob(this, content, () => {
      content.blobCount--
      if (content.blobCount > 0) return
      if (this.#contents.get(key) === content) this.#contents.delete(key)
      this.#bytes -= content.bytes
      content.free()
    })
  }
}

function resolveStoreOptions(options: StoreOptions): StoreOptions {
  requireObject(options, 'options')
  refuseUnknown(options, known, 'options')
  const { executable, signal } = options
  if (executable !== undefined && typeof executable !== 'boolean')
    throw invalidOption('options.executable', 'be true or false', executable)
  if (signal !== undefined && !(signal instanceof AbortSignal))
    throw invalidOption('options.signal', 'be an AbortSignal', signal)
  return options
}

function isHostFile(source: StoreSource): source is { readonly hostPath: string } {
  if (typeof source !== 'object' || source === null || !('hostPath' in source)) return false
  refuseUnknown(source, knownOfHostFile, 'content')
  if (typeof source.hostPath !== 'string') throw invalidOption('content.hostPath', 'be a string', source.hostPath)
  return true
}

const chunkBytes = 1024 * 1024

/** Bytes in memory go in pieces, with turns of the event loop between them. */
function chunksOf(source: Exclude<StoreSource, { readonly hostPath: string }>): AsyncIterable<Uint8Array> {
  if (typeof source === 'string') return pieces(Buffer.from(source))
  if (source instanceof Uint8Array) return pieces(source)
  if (typeof source === 'object' && source !== null && Symbol.asyncIterator in source) return source
  const rule = 'be a string, a Uint8Array, an AsyncIterable of them, or an object with `hostPath`'
  throw invalidOption('content', rule, source)
}

async function* pieces(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += chunkBytes) yield bytes.subarray(at, at + chunkBytes)
}
