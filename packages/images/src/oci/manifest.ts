import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { descriptorCountMax, layerCountMax } from '../bounds.ts'
import { refusal } from '../refusal.ts'
import { readDocument, type ArchiveFiles } from './archive-files.ts'
import { listOf, objectOf, textOf, textsOf } from './documents.ts'

/** An image of an archive, found. */
export interface FoundManifest {
  /** What the archive calls it. */
  readonly names: readonly string[]
  /** The parsed configuration. */
  readonly config: Readonly<Record<string, unknown>>
  readonly layers: readonly LayerFile[]
}

interface LayerFile {
  readonly path: string
  /** Of the file, where the archive says it. */
  readonly digest: string | undefined
}

type Document = Readonly<Record<string, unknown>>

const digestShape = /^sha256:[\da-f]{64}$/
const nestedMax = 4

/** Node's names for architectures, in Go's words. */
const architectures: Readonly<Record<string, string>> = { x64: 'amd64', arm64: 'arm64' }

/**
 * The image of an archive that is for this machine; where there are several, the one that `wanted` names. Throws where
 * that leaves none, or more than one.
 */
export function findManifest(files: ArchiveFiles, wanted: string | undefined): FoundManifest {
  const index = readDocument(files, 'index.json')
  if (index !== undefined && files.path('oci-layout') !== undefined)
    return fromLayout(files, objectOf(index, 'its index'), wanted)
  const saved = readDocument(files, 'manifest.json')
  if (saved !== undefined) return fromDockerSave(files, listOf(saved, 'its manifest'), wanted)
  throw refusal(
    'be an OCI layout or what `docker save` writes',
    'neither `index.json` with `oci-layout` nor `manifest.json`',
  )
}

function fromLayout(files: ArchiveFiles, index: Document, wanted: string | undefined): FoundManifest {
  const all = new Descriptors(files).below(index, [], 0)
  const found = only(
    all.filter(({ names }) => wanted === undefined || names.includes(wanted)),
    all.flatMap(({ names }) => names),
  )
  const manifest = readBlob(files, found.digest, 'its manifest')
  const config = readBlob(files, digestOf(manifest['config']), 'its configuration')
  const layers = listOf(manifest['layers'], 'its layers').map((layer) => {
    const digest = digestOf(layer)
    return { path: blobPath(files, digest), digest }
  })
  return { names: found.names, config, layers: checkLayers(layers) }
}

interface Candidate {
  readonly names: readonly string[]
  readonly digest: string
}

/** Indexes may hold indexes: one for each name, say, with a manifest for each platform. */
class Descriptors {
  readonly #files: ArchiveFiles
  #count = 0

  constructor(files: ArchiveFiles) {
    this.#files = files
  }

  below(index: Document, names: readonly string[], depth: number): readonly Candidate[] {
    if (depth > nestedMax) throw refusal(`have at most ${nestedMax} indexes below each other`, 'more')
    const values = listOf(index['manifests'], 'its manifests')
    this.#count += values.length
    if (this.#count > descriptorCountMax)
      throw refusal(`have at most ${descriptorCountMax} descriptors in its indexes`, 'more')
    return values.flatMap((value) => this.#candidates(objectOf(value, 'a descriptor'), names, depth))
  }

  #candidates(descriptor: Document, names: readonly string[], depth: number): readonly Candidate[] {
    if (!isForUs(descriptor['platform'])) return []
    const own = [...names, ...namesOf(descriptor['annotations'])]
    const digest = digestOf(descriptor)
    if (!/index|manifest\.list/.test(textOf(descriptor['mediaType'] ?? '', 'a media type')))
      return [{ names: own, digest }]
    return this.below(readBlob(this.#files, digest, 'an index'), own, depth + 1)
  }
}

function isForUs(platform: unknown): boolean {
  if (platform === undefined || platform === null) return true
  const { os, architecture } = objectOf(platform, 'a platform')
  return os === 'linux' && architecture === (architectures[process.arch] ?? process.arch)
}

function namesOf(annotations: unknown): readonly string[] {
  if (annotations === undefined || annotations === null) return []
  const found = objectOf(annotations, 'annotations')
  return ['io.containerd.image.name', 'org.opencontainers.image.ref.name'].flatMap((key) =>
    found[key] === undefined ? [] : [textOf(found[key], key)],
  )
}

function only<Found>(found: readonly Found[], names: readonly string[]): Found {
  const [first] = found
  if (first === undefined || found.length > 1) {
    const rule = 'be one of those in the archive that are for this machine, by the name it has there'
    throw refusal(rule, { found: found.length, names })
  }
  return first
}

function fromDockerSave(files: ArchiveFiles, saved: readonly unknown[], wanted: string | undefined): FoundManifest {
  const all = saved.map((value) => {
    const document = objectOf(value, 'an image')
    return { document, names: textsOf(document['RepoTags'], 'RepoTags') }
  })
  const { document, names } = only(
    all.filter(({ names: own }) => wanted === undefined || own.includes(wanted)),
    all.flatMap(({ names: own }) => own),
  )
  const configName = textOf(document['Config'], 'its configuration')
  const config = readDocument(files, configName)
  const layers = textsOf(document['Layers'], 'its layers').map((name) => {
    const path = files.path(name)
    if (path === undefined) throw refusal('have all of its layers in the archive', name)
    return { path, digest: undefined }
  })
  return { names, config: objectOf(config, `its configuration, ${configName}`), layers: checkLayers(layers) }
}

function checkLayers(layers: readonly LayerFile[]): readonly LayerFile[] {
  if (layers.length > layerCountMax) throw refusal(`have at most ${layerCountMax} layers`, layers.length)
  return layers
}

function digestOf(descriptor: unknown): string {
  const digest = textOf(objectOf(descriptor, 'a descriptor')['digest'], 'a digest')
  if (!digestShape.test(digest)) throw refusal('have digests of sha256', digest)
  return digest
}

function blobPath(files: ArchiveFiles, digest: string): string {
  const path = files.path(`blobs/${digest.replace(':', '/')}`)
  if (path === undefined) throw refusal('have all of its blobs in the archive', digest)
  return path
}

function readBlob(files: ArchiveFiles, digest: string, what: string): Document {
  const document = objectOf(readDocument(files, `blobs/${digest.replace(':', '/')}`), `${what}, ${digest}`)
  const found = createHash('sha256')
    .update(readFileSync(blobPath(files, digest)))
    .digest('hex')
  if (`sha256:${found}` !== digest) throw refusal(`have ${what} with the digest ${digest}`, `sha256:${found}`)
  return document
}
