import { rm, stat } from 'node:fs/promises'
import { basename, resolve } from 'node:path'
import { ImageCache, SandboxError, type CachedImage } from '@mayfly/sandbox'
import { defaultBounds, type ImageBounds } from './bounds.ts'
import type { LeftOut } from './unpack/tally.ts'
import { runJob, type Waiting } from './work/run-job.ts'
import type { Job } from './work/job.ts'

/** What may be said of an image that is made. */
export interface MakeOptions extends Waiting {
  /** What it is called in the cache. */
  readonly name?: string | undefined
  /** Default: the cache of this user. */
  readonly cache?: ImageCache | undefined
  /** Default: 16 GiB in 1,000,000 files. */
  readonly bounds?: Partial<ImageBounds> | undefined
}

/** What may be said of one that is imported. */
export interface ImportOptions extends MakeOptions {
  /** Which one of the archive, by its name there. Default: the only one that is for this machine. */
  readonly wanted?: string | undefined
  /** What the image was made of, for people. Default: the path. */
  readonly source?: string | undefined
}

/** An image that was made, and what of its archive is not in it. */
export interface MadeImage extends CachedImage {
  readonly leftOut: LeftOut
}

/**
 * Makes an image of an OCI layout, a directory or a tar archive, or of what `docker save` writes. Its name is `name`, or
 * what the archive calls it, or that of the file. Whatever the archive holds, nothing is written but below the cache;
 * rejects with `INVALID_OPTION` where it cannot be an image.
 */
export async function importImage(path: string, options: ImportOptions = {}): Promise<MadeImage> {
  const archive = resolve(path)
  await stat(archive).catch((cause: NodeJS.ErrnoException) => {
    throw new SandboxError('INVALID_OPTION', `\`path\` must be one that can be read, got ${archive}: ${cause.code}`, {
      errno: cause.code,
      path: archive,
      cause,
    })
  })
  const { wanted, source = archive, name } = options
  return makeImage({ kind: 'archive', path: archive, wanted }, source, options, (names) =>
    [name, ...names, basename(archive).replace(/(?:\.(?:tar|tgz|gz|zst))+$/, '')].filter((each) => each !== undefined),
  )
}

/** Unpacks into the cache. `namesOf` gives, the best first, what the image may be called; the first one that can be is taken. */
export async function makeImage(
  source: Job['source'],
  madeOf: string,
  options: MakeOptions,
  namesOf: (names: readonly string[]) => readonly string[],
): Promise<MadeImage> {
  const { cache = new ImageCache(), bounds = {} } = options
  const staging = await cache.stage()
  try {
    const job = { staging, bounds: { ...defaultBounds, ...bounds }, source }
    const { root, names, leftOut, ...sum } = await runJob(job, options)
    const record = { ...sum, source: madeOf, madeAt: new Date().toISOString() }
    const name = options.name ?? namesOf(names).find((each) => ImageCache.isName(each))
    return { ...(await cache.add(root, record, name)), leftOut }
  } finally {
    await rm(staging, { recursive: true, force: true })
  }
}
