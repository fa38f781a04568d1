import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { invalidOption } from '../errors.ts'
import { cacheDirectory } from './cache-directory.ts'
import { usersOfImage } from './image-users.ts'
import { parseRecord, type ImageRecord } from './image-record.ts'

/** An image of the cache. */
export interface CachedImage extends ImageRecord {
  readonly names: readonly string[]
  /** Its root file system. */
  readonly root: string
}

const digestShape = /^sha256:[\da-f]{64}$/
const shortDigestShape = /^sha256:[\da-f]{8,64}$/
const nameShape = /^[a-z\d][\w.\-/:@]{0,199}$/i
const privateMode = 0o700

/** The images of this machine, each in a directory named by its digest, and names that point to them. */
export class ImageCache {
  /** Default: see `docs/reference/images.md`; for root `/var/cache/mayfly`. */
  readonly directory: string

  constructor(directory: string = cacheDirectory()) {
    this.directory = directory
  }

  /** Whether an image can be called so: letters, digits and any of `_.-/:@`, and neither `host` nor like a digest. */
  static isName(name: string): boolean {
    return nameShape.test(name) && name !== 'host' && !name.startsWith('sha256:')
  }

  /** All of them, the latest first. */
  async list(): Promise<readonly CachedImage[]> {
    const names = await this.#names()
    const entries = await readdir(this.#images).catch(() => [])
    const digests = entries.map((entry) => entry.replace('-', ':')).filter((digest) => digestShape.test(digest))
    const found = await Promise.all(digests.map(async (digest) => this.#read(digest, names)))
    return found.filter((image) => image !== undefined).sort((a, b) => (a.madeAt < b.madeAt ? 1 : -1))
  }

  /** The image of this name or digest, which may be cut after 8 digits or more; undefined where there is none, or several. */
  async find(nameOrDigest: string): Promise<CachedImage | undefined> {
    const names = await this.#names()
    const named = names.get(nameOrDigest)
    if (named !== undefined) return this.#read(named, names)
    if (!shortDigestShape.test(nameOrDigest)) return undefined
    if (digestShape.test(nameOrDigest)) return this.#read(nameOrDigest, names)
    const matching = (await this.list()).filter(({ digest }) => digest.startsWith(nameOrDigest))
    return matching.length === 1 ? matching[0] : undefined
  }

  /** A directory for putting an image together, on the cache's own file system and for nobody else's eyes. */
  async stage(): Promise<string> {
    await mkdir(this.#images, { recursive: true, mode: privateMode })
    return mkdtemp(join(this.#images, `staging-${process.pid}-`))
  }

  /**
   * Takes over `root`, a directory below one that {@link stage} gave, which must hold what `record` says. An image that
   * is there already stays. A name that another image had goes to this one.
   */
  async add(root: string, record: ImageRecord, name?: string): Promise<CachedImage> {
    if (name !== undefined) checkImageName(name, 'name')
    if (!digestShape.test(record.digest)) throw invalidOption('digest', 'be sha256: and 64 digits', record.digest)
    const text = `${JSON.stringify(record, null, 2)}\n`
    parseRecord(text, root)
    const staging = await this.stage()
    try {
      await writeFile(join(staging, 'image.json'), text)
      await rename(root, join(staging, 'root'))
      await rename(staging, this.#pathOf(record.digest)).catch((error: NodeJS.ErrnoException) => {
        if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error
      })
    } finally {
      await rm(staging, { recursive: true, force: true })
    }
    if (name !== undefined) await this.#point(name, record.digest)
    const image = await this.#read(record.digest, await this.#names())
    if (image === undefined) throw invalidOption('digest', 'stay in the cache while it is named', record.digest)
    return image
  }

  /** Forgets a name, or removes an image with all of its names. Rejects with `INVALID_OPTION` where there is none, or it is in use. */
  async remove(nameOrDigest: string): Promise<CachedImage> {
    const image = await this.find(nameOrDigest)
    if (image === undefined) throw invalidOption('image', 'be one of the cache, by name or digest', nameOrDigest)
    const isName = image.names.includes(nameOrDigest)
    const gone = isName && image.names.length > 1 ? [nameOrDigest] : image.names
    const isRemoved = !isName || image.names.length === 1
    if (isRemoved) await this.#refuseUsed(image)
    for (const name of gone) await rm(this.#nameFile(name), { force: true })
    if (isRemoved) await this.#delete(image.digest)
    return image
  }

  /** Removes images without a name, unless they are in use, and what makers that have died left behind; tells what. */
  async collect(): Promise<readonly string[]> {
    const removed: string[] = []
    for (const { digest, names } of await this.list()) {
      if (names.length > 0 || (await usersOfImage(this.#pathOf(digest))).length > 0) continue
      await this.#delete(digest)
      removed.push(digest)
    }
    for (const entry of await readdir(this.#images).catch(() => [])) {
      const [, pid] = /^(?:staging|removed)-(\d+)-/.exec(entry) ?? []
      if (pid === undefined || (await isAlive(pid))) continue
      await rm(join(this.#images, entry), { recursive: true, force: true })
      removed.push(entry)
    }
    return removed
  }

  async #refuseUsed({ digest }: CachedImage): Promise<void> {
    const users = await usersOfImage(this.#pathOf(digest))
    if (users.length > 0) throw invalidOption('image', `not be in use, as it is by process ${users.join(', ')}`, digest)
  }

  /** Out of sight first, so that nobody finds half of it. */
  async #delete(digest: string): Promise<void> {
    const going = join(await mkdtemp(join(this.#images, `removed-${process.pid}-`)), 'image')
    await rename(this.#pathOf(digest), going)
    await rm(join(going, '..'), { recursive: true, force: true })
  }

  async #read(digest: string, names: ReadonlyMap<string, string>): Promise<CachedImage | undefined> {
    const path = join(this.#pathOf(digest), 'image.json')
    const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error
    })
    if (text === undefined) return undefined
    const own = [...names].filter(([, pointed]) => pointed === digest).map(([name]) => name)
    return { ...parseRecord(text, path), digest, names: own.sort(), root: join(this.#pathOf(digest), 'root') }
  }

  async #names(): Promise<ReadonlyMap<string, string>> {
    const files = await readdir(this.#namesDirectory).catch(() => [])
    const pairs = files.map(async (file): Promise<readonly [string, string]> => {
      const digest = await readFile(join(this.#namesDirectory, file), 'utf8').catch(() => '')
      return [decodeName(file), digest.trim()]
    })
    return new Map((await Promise.all(pairs)).filter(([, digest]) => digestShape.test(digest)))
  }

  async #point(name: string, digest: string): Promise<void> {
    await mkdir(this.#namesDirectory, { recursive: true, mode: privateMode })
    const staging = await this.stage()
    try {
      await writeFile(join(staging, 'name'), `${digest}\n`)
      await rename(join(staging, 'name'), this.#nameFile(name))
    } finally {
      await rm(staging, { recursive: true, force: true })
    }
  }

  get #images(): string {
    return join(this.directory, 'images')
  }

  get #namesDirectory(): string {
    return join(this.directory, 'names')
  }

  #pathOf(digest: string): string {
    return join(this.#images, digest.replace(':', '-'))
  }

  #nameFile(name: string): string {
    return join(this.#namesDirectory, encodeURIComponent(name))
  }
}

/** Refuses what cannot be an image's name, or would be taken for something else. */
export function checkImageName(name: string, option: string): string {
  if (typeof name !== 'string' || !ImageCache.isName(name))
    throw invalidOption(option, 'be letters, digits and any of _.-/:@, and neither `host` nor a digest', name)
  return name
}

function decodeName(file: string): string {
  try {
    return decodeURIComponent(file)
  } catch {
    return file
  }
}

async function isAlive(pid: string): Promise<boolean> {
  return stat(`/proc/${pid}`).then(
    () => true,
    () => false,
  )
}
