import { SandboxError } from '../errors.ts'
import { checkConfig, emptyConfig, type ImageConfig } from './image-config.ts'

/** What is written beside an image's files. */
export interface ImageRecord {
  /** Over all paths, modes, contents and links below its root, and its configuration: `sha256:` and 64 digits. */
  readonly digest: string
  /** What it was made of, for people. */
  readonly source: string
  readonly madeAt: string
  /** Of its regular files together. */
  readonly bytes: number
  /** Of files, directories and links. */
  readonly entryCount: number
  readonly config: ImageConfig
}

/** Reads the text of a record; throws `CONTAINER_FAILED` where it is none. */
export function parseRecord(text: string, path: string): ImageRecord {
  try {
    const found = JSON.parse(text) as Partial<ImageRecord>
    const { digest, source = '', madeAt = '', bytes, entryCount, config } = found
    if (typeof digest !== 'string' || typeof bytes !== 'number' || typeof entryCount !== 'number')
      throw new TypeError('it has no digest, bytes or entryCount')
    return {
      ...{ digest, source, madeAt, bytes, entryCount },
      config: checkConfig({ ...emptyConfig, ...config }, 'config'),
    }
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new SandboxError('CONTAINER_FAILED', `the image's record ${path} cannot be used: ${why}`, { path, cause })
  }
}
