import { lstatSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ImageCache } from '@mayfly/sandbox'
import { afterEach, beforeEach } from 'vitest'
import { defaultBounds, type ImageBounds } from '../../src/bounds.ts'
import type { Unpacked } from '../../src/work/job.ts'
import { unpack } from '../../src/work/unpack.ts'
import { layoutOf, tar, writeFiles, type Described, type TarEntry } from './archives.ts'

interface UnpackOptions {
  readonly wanted?: string
  readonly bounds?: Partial<ImageBounds>
}

/** A directory for each test with a cache in it, and what the tests of archives do with it. */
export interface TestCache {
  readonly directory: () => string
  readonly cache: () => ImageCache
  /** Unpacks an archive: what a worker does, but in this thread. */
  readonly unpacked: (path: string, options?: UnpackOptions) => Promise<Unpacked>
  /** The same with an image of these layers, each a list of entries or an archive. */
  readonly imported: (
    layers: readonly (readonly TarEntry[] | Buffer)[],
    described?: Described,
    options?: UnpackOptions,
  ) => Promise<Unpacked>
}

export function useCache(): TestCache {
  let directory = ''
  const cache = (): ImageCache => new ImageCache(join(directory, 'cache'))
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'mayfly-test-images-'))
    for (const name of ['layout', 'cache']) mkdirSync(join(directory, name))
  })
  afterEach(() => rmSync(directory, { recursive: true }))
  const unpacked: TestCache['unpacked'] = async (path, { wanted, bounds = {} } = {}) => {
    const staging = mkdtempSync(join(directory, 'cache', 'staging-'))
    return unpack(
      { staging, bounds: { ...defaultBounds, ...bounds }, source: { kind: 'archive', path, wanted } },
      () => {},
    )
  }
  return {
    directory: () => directory,
    cache,
    unpacked,
    imported: async (layers, described, options) => {
      const archives = await Promise.all(layers.map(async (layer) => (Buffer.isBuffer(layer) ? layer : tar(layer))))
      writeFiles(join(directory, 'layout'), layoutOf(archives, described))
      return unpacked(join(directory, 'layout'), options)
    },
  }
}

/** Everything below a directory as `kind path content`, sorted. */
export function contentsOf(directory: string, at = ''): readonly string[] {
  const found: string[] = []
  for (const name of readdirSync(join(directory, at)).sort()) {
    const path = join(at, name)
    found.push(lineOf(directory, path))
    if (lstatSync(join(directory, path)).isDirectory()) found.push(...contentsOf(directory, path))
  }
  return found
}

function lineOf(directory: string, path: string): string {
  const status = lstatSync(join(directory, path))
  if (status.isDirectory()) return `directory ${path}`
  if (status.isSymbolicLink()) return `link ${path} -> ${readlinkSync(join(directory, path))}`
  return `${(status.mode & 0o7777).toString(8)} ${path} ${readFileSync(join(directory, path), 'utf8').slice(0, 40)}`
}
