import { join } from 'node:path'
import type { ImageConfig } from '@mayfly/sandbox'
import { refusal } from '../refusal.ts'
import { openArchive } from '../oci/archive-files.ts'
import { configOf, layerDigests } from '../oci/config.ts'
import { findManifest } from '../oci/manifest.ts'
import { isBelow } from '../recipe/leaves.ts'
import { sumTree } from '../tree/digest.ts'
import { ImageTree } from '../tree/image-tree.ts'
import { writeTree } from '../tree/write-tree.ts'
import { Contents } from '../unpack/contents.ts'
import { unpackLayer } from '../unpack/layer.ts'
import { Tally, type UnpackProgress } from '../unpack/tally.ts'
import type { Job, Unpacked } from './job.ts'

/** Does the job: nothing is written outside of its staging directory, and there only under names that were checked. */
export async function unpack(job: Job, onProgress: (progress: UnpackProgress) => void): Promise<Unpacked> {
  const tree = new ImageTree(job.bounds.entryCount)
  const contents = new Contents(join(job.staging, 'contents'))
  const tally = new Tally(job.bounds, onProgress)
  const { config, names } =
    job.source.kind === 'archive'
      ? await unpackArchive(job, job.source, tree, contents, tally)
      : await unpackRoot(job.source, tree, contents, tally)
  tally.report()
  const sum = sumTree(tree.root, config)
  const root = join(job.staging, 'root')
  writeTree(tree.root, root)
  return { root, ...sum, config, names, leftOut: tally.leftOut }
}

type Read = Pick<Unpacked, 'config' | 'names'>

async function unpackArchive(
  job: Job,
  { path, wanted }: Extract<Job['source'], { readonly kind: 'archive' }>,
  tree: ImageTree,
  contents: Contents,
  tally: Tally,
): Promise<Read> {
  const files = await openArchive(path, new Contents(join(job.staging, 'archive')), new Tally(job.bounds))
  const { names, config, layers } = findManifest(files, wanted)
  const plainDigests = layerDigests(config)
  if (plainDigests.length !== layers.length)
    throw refusal('have as many layers as its configuration names', `${layers.length} and ${plainDigests.length}`)
  for (const [index, layer] of layers.entries()) {
    const found = await unpackLayer(layer.path, tree, contents, tally)
    if (layer.digest !== undefined && found.packed !== layer.digest)
      throw refusal(`have layer ${index} with the digest ${layer.digest}`, found.packed)
    if (found.plain !== plainDigests[index])
      throw refusal(`have layer ${index} that unpacks to ${plainDigests[index]}`, found.plain)
  }
  return { names, config: configOf(config, tree) }
}

async function unpackRoot(
  { path, leaves, links }: Extract<Job['source'], { readonly kind: 'root' }>,
  tree: ImageTree,
  contents: Contents,
  tally: Tally,
): Promise<Read> {
  await unpackLayer(path, tree, contents, tally, (name) => isBelow(name, leaves))
  for (const [name, target] of Object.entries(links)) tree.addLink(name, target)
  return { names: [], config: noConfig }
}

const noConfig: ImageConfig = { command: [], env: {}, workingDirectory: undefined, user: undefined }
