import { Readable, Writable } from 'node:stream'
import { describe, expect, test } from 'vitest'
import { writeArchive } from '../../../src/container/layer-archive.ts'
import {
  encodeData,
  encodePacked,
  isHole,
  packedEnd,
  PackedReader,
  plainEntry,
  type PackedEntry,
} from '../../../src/container/packed-tree.ts'
import { entryKind, packedKind } from '../../../src/supervisor/protocol-files.ts'

const entry = (path: string, more: Partial<PackedEntry> = {}): Buffer =>
  encodePacked({ ...plainEntry, kind: entryKind.FILE, path: Buffer.from(path), ...more })

const data = (offset: number, text: string): Buffer =>
  Buffer.concat([encodeData(offset, text.length), Buffer.from(text)])

/** What a reader makes of it: each entry with its content. */
async function read(chunks: readonly Buffer[]): Promise<readonly string[]> {
  const reader = new PackedReader(Readable.from(chunks))
  const found: string[] = []
  for (let next = await reader.next(); next !== undefined; next = await reader.next()) {
    const pieces: Buffer[] = []
    if (next.kind === entryKind.FILE)
      for await (const piece of reader.content(next.bytes)) pieces.push(Buffer.from(piece))
    found.push(
      `${next.path.toString()} ${next.mode.toString(8)} ${next.changed.getTime()} ${Buffer.concat(pieces).toString()}`,
    )
  }
  return found
}

const stream = Buffer.concat([
  entry('d', { kind: entryKind.DIRECTORY, mode: 0o4755, changed: new Date(-1500) }),
  entry('holes', { bytes: 7, mode: 0o600, changed: new Date(1_000_000_000_123) }),
  ...[data(1, 'ab'), data(4, 'c'), data(7, '')],
  packedEnd,
])

describe('a packed tree', () => {
  const expected = ['d 4755 -1500 ', 'holes 600 1000000000123 \0ab\0c\0\0']

  test('is read as it was written, cut anywhere', async () => {
    expect(await read([stream])).toEqual(expected)
    expect(await read([...stream].map((byte) => Buffer.of(byte)))).toEqual(expected)
  })

  test.each([
    ['cut off', [stream.subarray(0, -1)]],
    ['with an endless path', [Buffer.concat([entry('a'.repeat(5000)), packedEnd])]],
    [
      'with data past the end of a file',
      [Buffer.concat([entry('a', { bytes: 1 }), data(0, 'xy'), data(1, ''), packedEnd])],
    ],
    [
      'with data that goes back',
      [Buffer.concat([entry('a', { bytes: 3 }), data(2, 'x'), data(0, 'y'), data(3, ''), packedEnd])],
    ],
  ])('%s is refused', async (_, chunks) => {
    expect(await read(chunks).catch((error: unknown) => error)).toBeInstanceOf(RangeError)
  })

  test('of a kind that there is not makes no archive', async () => {
    const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() })
    const unknown = Readable.from([Buffer.concat([entry('a', { kind: entryKind.DEVICE }), packedEnd])])
    expect(await writeArchive(unknown, nowhere).catch((error: unknown) => error)).toBeInstanceOf(RangeError)
    const failed = Readable.from([entry('', { kind: packedKind.FAILED })])
    const failure = await writeArchive(failed, new Writable({ write: (_chunk, _encoding, done) => done() })).catch(
      (error: unknown) => error,
    )
    expect(failure).toMatchObject({ code: 'CONTAINER_FAILED' })
  })
})

test('only zeros are a hole', () => {
  const zeros = Buffer.alloc(200_000)
  expect([isHole(zeros), isHole(Buffer.alloc(0))]).toEqual([true, true])
  zeros[199_999] = 1
  expect(isHole(zeros)).toBe(false)
})
