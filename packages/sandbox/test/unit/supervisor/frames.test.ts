import { describe, expect, test } from 'vitest'
import { FrameReader, newFrame, type Frame } from '../../../src/supervisor/frames.ts'
import { frameHeader, frameLengthMax } from '../../../src/supervisor/protocol.ts'

function frame(type: number, run: number, text: string): Buffer {
  const buffer = newFrame(type, run, text.length)
  buffer.write(text, frameHeader.size)
  return buffer
}

function read(chunks: readonly Buffer[]): readonly Frame[] {
  const frames: Frame[] = []
  const reader = new FrameReader((taken) => frames.push(taken))
  for (const chunk of chunks) reader.push(chunk)
  return frames
}

const three = Buffer.concat([frame(17, 1, 'first'), frame(18, 2, ''), frame(19, 0xffff_ffff, 'third one')])

describe('the frame reader', () => {
  test('takes several frames out of one chunk', () => {
    const seen = read([three]).map(({ type, run, body }) => [type, run, body.toString()])
    expect(seen).toEqual([
      [17, 1, 'first'],
      [18, 2, ''],
      [19, 0xffff_ffff, 'third one'],
    ])
  })

  test('gives the same frames however the bytes are cut', () => {
    const whole = read([three]).map(({ type, run, body }) => [type, run, body.toString()])
    for (let size = 1; size < three.length; size++) {
      const chunks: Buffer[] = []
      for (let at = 0; at < three.length; at += size) chunks.push(three.subarray(at, at + size))
      expect(read(chunks).map(({ type, run, body }) => [type, run, body.toString()])).toEqual(whole)
    }
  })

  test('gives a frame that came in one chunk as a view of it', () => {
    const [first] = read([three])
    expect(first?.body.buffer).toBe(three.buffer)
  })

  test('keeps nothing of a chunk whose frame it gathered', () => {
    const source = frame(17, 1, 'gathered')
    const frames: Frame[] = []
    const reader = new FrameReader((taken) => frames.push(taken))
    const [left, right] = [Buffer.from(source.subarray(0, 18)), Buffer.from(source.subarray(18))]
    reader.push(left)
    reader.push(right)
    left.fill(0)
    right.fill(0)
    expect(frames[0]?.body.toString()).toBe('gathered')
  })

  test('refuses a frame that is longer than any may be', () => {
    const tooLong = newFrame(17, 1, 0)
    tooLong.writeUInt32LE(frameLengthMax + 1, frameHeader.length)
    expect(() => read([tooLong])).toThrow(RangeError)
    expect(() => read([tooLong.subarray(0, 7), tooLong.subarray(7)])).toThrow(RangeError)
  })
})
