import { expect, test } from 'vitest'
import { encodeFrame, FrameError, FrameReader } from '../../src/wire/frames.ts'

test('messages arrive whole and in order, whatever pieces they come in', () => {
  const cyclic: Record<string, unknown> = { pattern: /a/u, map: new Map([[1, undefined]]) }
  cyclic['self'] = cyclic
  const bytes = Buffer.concat([encodeFrame(cyclic), encodeFrame('second'), encodeFrame(Buffer.alloc(100_000))])
  for (const size of [1, 3, 4, 7, 4096, bytes.length]) {
    const reader = new FrameReader()
    const messages: unknown[] = []
    for (let at = 0; at < bytes.length; at += size) messages.push(...reader.read(bytes.subarray(at, at + size)))
    expect(messages.length).toBe(3)
    expect(messages[0]).toEqual(cyclic)
    expect(messages[1]).toBe('second')
  }
})

test.each([
  ['is too long', Buffer.from([0xff, 0xff, 0xff, 0xff])],
  ['cannot be read', Buffer.from([3, 0, 0, 0, 1, 2, 3])],
])('a message that %s is an error', (_, bytes) => {
  expect(() => [...new FrameReader().read(bytes)]).toThrow(FrameError)
})
