import { pipeline } from 'node:stream/promises'
import { decoderFor, expansionMax, isBomb, signatureBytes } from '../decompression.ts'
import { invalidOption } from '../errors.ts'

/** What a source holds, its compression taken away, which gzip or zstd put there. */
export async function* decompressed(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const chunks = source[Symbol.asyncIterator]()
  const first: Uint8Array[] = []
  let length = 0
  while (length < signatureBytes) {
    const next = await chunks.next()
    if (next.done === true) break
    first.push(next.value)
    length += next.value.length
  }
  const all = joined(first, chunks)
  const decoder = decoderFor(Buffer.concat(first).subarray(0, signatureBytes))
  if (decoder === undefined) {
    yield* all
    return
  }
  let bytesIn = 0
  let bytesOut = 0
  const counted = async function* (): AsyncGenerator<Uint8Array> {
    for await (const chunk of all) {
      bytesIn += chunk.length
      yield chunk
    }
  }
  const flow = pipeline(counted(), decoder)
  flow.catch(() => {})
  try {
    for await (const piece of decoder as AsyncIterable<Uint8Array>) {
      bytesOut += piece.length
      if (isBomb(bytesIn, bytesOut))
        throw invalidOption(
          'source',
          `unpack to at most ${expansionMax} times its size`,
          Math.round(bytesOut / bytesIn),
        )
      yield piece
    }
    await flow
  } finally {
    decoder.destroy()
  }
}

async function* joined(
  first: readonly Uint8Array[],
  rest: AsyncIterator<Uint8Array>,
): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    yield* first
    for (let next = await rest.next(); next.done !== true; next = await rest.next()) yield next.value
  } finally {
    await rest.return?.()
  }
}
