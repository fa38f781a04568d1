/** What an image may come to while it is unpacked: whatever it says of itself, more is refused. */
export interface ImageBounds {
  /** Of all layers together, unpacked. Default: 16 GiB. */
  readonly bytes: number
  /** Of entries of all layers, and of directories that they imply. Default: 1,000,000. */
  readonly entryCount: number
}

const GiB = 1024 ** 3

export const defaultBounds: ImageBounds = { bytes: 16 * GiB, entryCount: 1_000_000 }

/** Of directories below each other; a path has to fit the kernel's 4096 bytes with what stands before it. */
export const depthMax = 64
export const pathBytesMax = 3000
export const nameBytesMax = 255
export const layerCountMax = 128

/** Of all indexes of an archive together, as often as they name each other. */
export const descriptorCountMax = 10_000

/** Of an entry of an archive (pax(1)), those for all entries included: they are put together for each one. */
export const recordCountMax = 256

/** Of an index, a manifest or a configuration. */
export const documentBytesMax = 4 * 1024 ** 2
