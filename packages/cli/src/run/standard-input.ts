import type { Readable } from 'node:stream'

/**
 * The chunks of `stream`, for a consumer that may stop before its end: `return()` answers at once, where a stream's own
 * iterator would wait for a chunk that may never come.
 */
export function readInput(stream: Readable): AsyncIterable<Uint8Array> {
  return {
    [Symbol.asyncIterator]: () => {
      const chunks: AsyncIterator<Uint8Array> = stream[Symbol.asyncIterator]()
      return {
        next: async () => {
          try {
            return await chunks.next()
          } catch (error) {
            if (stream.destroyed && stream.errored === null) return { done: true, value: undefined }
            throw error
          }
        },
        return: async () => {
          stream.destroy()
          return { done: true, value: undefined }
        },
      }
    },
  }
}
