import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { ImageCache, SandboxError } from '@mayfly/sandbox'
import { importImage, type MadeImage, type MakeOptions } from './import-image.ts'
import { runProgram, type Building } from './recipe/debian.ts'

/** What may be said of an image that is fetched. */
export interface PullOptions extends MakeOptions, Pick<Building, 'onLine'> {}

/**
 * Fetches an image from a registry by skopeo(1), which knows of credentials, mirrors and certificates, and imports it.
 * Rejects with `UNSUPPORTED_HOST` where skopeo is not installed.
 */
export async function pullImage(name: string, options: PullOptions = {}): Promise<MadeImage> {
  if (!ImageCache.isName(name))
    throw new SandboxError('INVALID_OPTION', `\`name\` must be one of a registry's images, got ${JSON.stringify(name)}`)
  const cache = options.cache ?? new ImageCache()
  const staging = await cache.stage()
  try {
    const layout = join(staging, 'layout')
    const words = ['copy', '--override-os', 'linux', `docker://${name}`, `oci:${layout}`]
    await runProgram('skopeo', words, { ...options, stdout: 'ignore', environment: {} })
    return await importImage(layout, { ...options, cache, name: options.name ?? name, source: `registry ${name}` })
  } finally {
    await rm(staging, { recursive: true, force: true })
  }
}
