import { PassThrough, Readable } from 'node:stream'

import { expect, test } from 'vitest'

import { readInput } from '../../../src/run/standard-input.ts'

test('every chunk arrives, as bytes, and then the end', async () => {
  const chunks: Uint8Array[] = []
  for await (const chunk of readInput(Readable.from([Buffer.from([0xff]), Buffer.from('b')]))) chunks.push(chunk)
  expect(Buffer.concat(chunks)).toEqual(Buffer.from([0xff, 0x62]))
})

test('a consumer that stops is not kept waiting for a chunk that never comes', async () => {
  const stream = new PassThrough()
  const chunks = readInput(stream)[Symbol.asyncIterator]()
  const pending = chunks.next()
  await chunks.return?.()
  expect(stream.destroyed).toBe(true)
  expect(await pending).toEqual({ done: true, value: undefined })
})

test('an error of the stream reaches the consumer', async () => {
  const stream = new PassThrough()
  const pending = readInput(stream)[Symbol.asyncIterator]().next()
  stream.destroy(new Error('EIO'))
  await expect(pending).rejects.toThrow('EIO')
})
