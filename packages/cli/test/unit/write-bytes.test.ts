import { Writable } from 'node:stream'

import { expect, test } from 'vitest'

import { writeBytes } from '../../src/write-bytes.ts'

function failing(code: string): Writable {
  const stream = new Writable({ write: (_chunk, _encoding, done) => done(Object.assign(new Error(code), { code })) })
  // As main.ts does for the process's own streams: the event is told beside the callback.
  return stream.on('error', () => {})
}

test('bytes arrive as they are', async () => {
  const received: Buffer[] = []
  const stream = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      received.push(chunk)
      done()
    },
  })
  await writeBytes(stream, new Uint8Array([0, 0xff, 0x0a]))
  expect(Buffer.concat(received)).toEqual(Buffer.from([0, 0xff, 0x0a]))
})

test('a reader that has gone away is no failure', async () => {
  await expect(writeBytes(failing('EPIPE'), Buffer.from('x'))).resolves.toBeUndefined()
})

test('a full disk is one', async () => {
  await expect(writeBytes(failing('ENOSPC'), Buffer.from('x'))).rejects.toThrow('ENOSPC')
})
