import { stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { withoutNul } from '../checks.ts'
import { invalidOption } from '../errors.ts'
import { ImageCache } from './image-cache.ts'
import { emptyConfig, type ImageConfig } from './image-config.ts'

/** What a container shows as its root, and what that says of commands. */
export interface FoundImage {
  /** Tells it from every other. */
  readonly key: string
  /** A directory, or undefined for the host's own. */
  readonly root: string | undefined
  readonly config: ImageConfig
}

/** The host's own. */
export const hostImage: FoundImage = { key: 'host', root: undefined, config: emptyConfig }

/**
 * What `image` names: `'host'`, a directory that holds a root file system (a path, with a `/` or `.` in front), or one
 * of the cache by name or digest. Rejects with `INVALID_OPTION` where there is none.
 */
export async function findImage(image: string, option: string): Promise<FoundImage> {
  withoutNul(image, option)
  if (image === 'host') return hostImage
  if (/^\.{0,2}\//.test(image)) return imageDirectory(resolve(image), option)
  const found = image === '' ? undefined : await new ImageCache().find(image)
  if (found === undefined) {
    const rule =
      "be 'host', a directory, or an image of the cache (`mayfly image list`); `mayfly image build NAME` makes those that have recipes"
    throw invalidOption(option, rule, image)
  }
  return { key: found.digest, root: found.root, config: found.config }
}

async function imageDirectory(path: string, option: string): Promise<FoundImage> {
  const found = await stat(path, { bigint: true }).catch((cause: NodeJS.ErrnoException) => {
    const details = { errno: cause.code, path, cause }
    throw invalidOption(option, 'be a directory that this process can find', path, details)
  })
  if (!found.isDirectory()) throw invalidOption(option, 'be a directory', path, { path })
  return { key: `${found.dev}:${found.ino}:${path}`, root: path, config: emptyConfig }
}
