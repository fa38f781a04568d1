import type { Writable } from 'node:stream'

/** Writes all of `bytes` and waits until they are handed over. A reader that has gone away (EPIPE) is no failure. */
export function writeBytes(stream: Writable, bytes: Uint8Array): Promise<void> {
  if (bytes.length === 0) return Promise.resolve()
  return new Promise((resolve, reject) => {
    const settle = (error?: Error | null): void => {
      if (error === undefined || error === null || isBrokenPipe(error)) resolve()
      else reject(error)
    }
    stream.write(bytes, settle)
  })
}

function isBrokenPipe(error: Error): boolean {
  return 'code' in error && error.code === 'EPIPE'
}
