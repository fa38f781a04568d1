/** The wire, of what many runs share: native/src/protocol_store.h, which a test compares with this. */

/** Blobs that a supervisor keeps at once. */
export const blobsMax = 1024

export const blobOpenLayout = { size: 16, bytes_max: 0, mode: 8, reserved: 12 } as const

export const blobStoredLayout = { size: 16, bytes: 0, error: 8, sealed: 12 } as const

export const blobPlaceLayout = { size: 16, blob: 0, path_bytes: 4, file: 8, reserved: 12 } as const
