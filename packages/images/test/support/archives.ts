import { createHash } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { gzipSync } from 'node:zlib'
import { pack, type Header } from 'tar-stream'

/** An entry of a tar archive; a file where nothing else is said. */
export type TarEntry = Partial<Omit<Header, 'pax'>> & {
  readonly name: string
  readonly content?: string | Uint8Array
  readonly pax?: Readonly<Record<string, string>>
}

/** Writes a tar archive, whatever its entries are called. */
export async function tar(entries: readonly TarEntry[]): Promise<Buffer> {
  const archive = pack()
  for (const { content = '', ...header } of entries) archive.entry({ type: 'file', ...header }, content as string)
  archive.finalize()
  return buffer(archive)
}

export function digestOf(bytes: Uint8Array): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`
}

/** What is said of an image beside its layers. */
export interface Described {
  readonly config?: Readonly<Record<string, unknown>>
  readonly names?: readonly string[]
  /** How a layer is compressed. Default: gzip. */
  readonly compress?: (layer: Buffer) => Buffer
  /** Changes documents before they are written. */
  readonly change?: (name: 'manifest' | 'config' | 'index', document: Record<string, unknown>) => unknown
}

/** The files of an OCI layout with one image of these layers, by their names. */
export function layoutOf(layers: readonly Buffer[], described: Described = {}): Map<string, Buffer> {
  const { config = {}, names = [], compress = gzipSync, change = (_, document) => document } = described
  const files = new Map<string, Buffer>([['oci-layout', Buffer.from('{"imageLayoutVersion":"1.0.0"}')]])
  const blob = (bytes: Buffer, mediaType: string): object => {
    files.set(`blobs/${digestOf(bytes).replace(':', '/')}`, bytes)
    return { mediaType, digest: digestOf(bytes), size: bytes.length }
  }
  const document = (name: 'manifest' | 'config' | 'index', content: Record<string, unknown>): Buffer =>
    Buffer.from(JSON.stringify(change(name, content)))
  const rootfs = { type: 'layers', diff_ids: layers.map(digestOf) }
  const configBlob = blob(
    document('config', { architecture: 'amd64', os: 'linux', config, rootfs }),
    'application/vnd.oci.image.config.v1+json',
  )
  const packed = layers.map((layer) => blob(compress(layer), 'application/vnd.oci.image.layer.v1.tar+gzip'))
  const manifest = blob(
    document('manifest', { schemaVersion: 2, config: configBlob, layers: packed }),
    'application/vnd.oci.image.manifest.v1+json',
  )
  const named = (name: string): object =>
    Object.assign({}, manifest, { annotations: { 'org.opencontainers.image.ref.name': name } })
  const manifests = names.length === 0 ? [manifest] : names.map(named)
  files.set('index.json', document('index', { schemaVersion: 2, manifests }))
  return files
}

/** Writes files below a directory. */
export function writeFiles(directory: string, files: ReadonlyMap<string, Uint8Array>): void {
  for (const [name, content] of files) {
    mkdirSync(join(directory, name, '..'), { recursive: true })
    writeFileSync(join(directory, name), content)
  }
}
