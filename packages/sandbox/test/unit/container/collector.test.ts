import { describe, expect, test } from 'vitest'
import { resolveCollect } from '../../../src/container/collect.ts'
import { Collector, type Collected } from '../../../src/container/collector.ts'
import { viewOf, writeUint64 } from '../../../src/supervisor/integers.ts'
import {
  changeKind,
  collectedDataLayout,
  collectedKind,
  collectedLayout,
  entryKind,
  leftReason,
} from '../../../src/supervisor/protocol-files.ts'

interface Told {
  readonly kind?: number
  readonly reason?: number
  readonly mode?: number
  readonly bytes?: number
}

function entry(
  path: string | Buffer,
  { kind = collectedKind.FILE, reason = 0, mode = 0o644, bytes = 0 }: Told,
): Buffer {
  const name = Buffer.from(path)
  const head = Buffer.alloc(collectedLayout.size)
  head.writeUInt32LE(kind, collectedLayout.kind)
  head.writeUInt32LE(reason, collectedLayout.reason)
  head.writeUInt32LE(mode, collectedLayout.mode)
  head.writeUInt32LE(name.length, collectedLayout.path_bytes)
  writeUint64(viewOf(head), bytes, collectedLayout.bytes)
  return Buffer.concat([head, name])
}

function data(offset: number, text: string): Buffer {
  const head = Buffer.alloc(collectedDataLayout.size)
  writeUint64(viewOf(head), offset, collectedDataLayout.offset)
  writeUint64(viewOf(head), text.length, collectedDataLayout.bytes)
  return Buffer.concat([head, Buffer.from(text)])
}

const file = (path: string | Buffer, text: string): Buffer =>
  Buffer.concat([entry(path, { bytes: text.length }), ...(text === '' ? [] : [data(0, text)]), data(text.length, '')])

const change = (path: string | Buffer, reason: number, mode: number): Buffer =>
  entry(path, { kind: collectedKind.CHANGE, reason, mode })

const deleted = (path: string): Buffer => change(path, changeKind.DELETED, entryKind.FILE)

const plan = resolveCollect(['./named', '**'], undefined)
if (plan === undefined) throw new Error('there is something to collect')

async function collect(pieces: readonly Buffer[], bounds = { entryCountMax: 10, bytesMax: 100 }): Promise<Collected> {
  const collector = new Collector(plan as never, undefined, bounds, () => {})
  for (const piece of pieces) collector.push(piece)
  return collector.finish()
}

const texts = ({ files }: Collected): unknown =>
  [...files].map(([path, bytes]) => [path, Buffer.from(bytes).toString()])

describe('what an init tells of files', () => {
  const stream = Buffer.concat([
    file('z', 'last'),
    entry('d', { kind: collectedKind.DIRECTORY, mode: 0o750 }),
    file('d/none', ''),
    entry('link', { kind: collectedKind.LEFT, reason: leftReason.LINK }),
    file('named', 'first'),
    Buffer.concat([entry('holes', { bytes: 6 }), data(1, 'ab'), data(4, 'c'), data(6, '')]),
  ])

  test('is files in the order asked, then by path; directories; and what was left', async () => {
    const collected = await collect([stream])
    expect(texts(collected)).toEqual([
      ['./named', 'first'],
      ['d/none', ''],
      ['holes', '\0ab\0c\0'],
      ['z', 'last'],
    ])
    expect(collected.collected).toContainEqual({ path: 'd', type: 'directory', bytes: 0, mode: 0o750 })
    expect(collected.leftFiles).toEqual([{ path: 'link', reason: 'link' }])
  })

  test('is what changed, by paths, where that was asked for', async () => {
    const collector = new Collector(
      { ...plan, changes: true },
      undefined,
      { entryCountMax: 10, bytesMax: 100 },
      () => {},
    )
    collector.push(Buffer.concat([change('z', changeKind.ADDED, entryKind.LINK), deleted('b'), deleted('a')]))
    collector.push(change('f', changeKind.CHANGED, entryKind.FILE))
    collector.push(change('d', changeKind.ADDED, entryKind.DIRECTORY))
    expect((await collector.finish()).changes).toEqual({
      added: [
        { path: 'd', type: 'directory' },
        { path: 'z', type: 'link' },
      ],
      changed: [{ path: 'f', type: 'file' }],
      deleted: [
        { path: 'a', type: 'file' },
        { path: 'b', type: 'file' },
      ],
    })
    expect((await collect([stream])).changes).toBeUndefined()
  })

  test('may be cut anywhere', async () => {
    const bytes = [...stream].map((byte) => Buffer.of(byte))
    expect(await collect(bytes)).toEqual(await collect([stream]))
  })

  test('leaves a name that is no text', async () => {
    const { collected, leftFiles } = await collect([file(Buffer.of(0x61, 0xff), 'x'), file('b', 'y')])
    expect(collected.map(({ path }) => path)).toEqual(['b'])
    expect(leftFiles).toEqual([{ path: 'a\uFFFD', reason: 'name' }])
  })

  test.each([
    ['a path that leads out', file('../x', '')],
    ['a path that begins at the root', file('/x', '')],
    ['an empty path', file('', '')],
    ['a path with NUL', file('a\0b', '')],
    ['an endless path', entry('a'.repeat(5000), {})],
    ['an unknown kind', entry('a', { kind: 9 })],
    ['a change of no kind', change('a', 4, entryKind.FILE)],
    ['a change of nothing', change('a', changeKind.ADDED, 7)],
    ['a change of a path that leads out', change('../a', changeKind.DELETED, entryKind.FILE)],
    ['more changes than were asked for', Buffer.concat(Array.from({ length: 11 }, (_, i) => deleted(`f${i}`)))],
    ['more data than the file has', Buffer.concat([entry('a', { bytes: 2 }), data(1, 'ab')])],
    ['a file larger than all may be', entry('a', { bytes: 101 })],
    ['an end in the middle', stream.subarray(0, -1)],
    ['more entries than were asked for', Buffer.concat(Array.from({ length: 12 }, (_, i) => file(`f${i}`, '')))],
  ])('fails the run alone where it is %s, and nothing more is read', async (_, bytes) => {
    const failure = await collect([bytes, stream]).catch((error: unknown) => error)
    expect(failure).toMatchObject({ code: 'CONTAINER_FAILED', cause: expect.any(RangeError) })
  })

  test('is acknowledged even where it is dropped, so that the run can end', () => {
    let taken = 0
    const collector = new Collector(plan, undefined, { entryCountMax: 1, bytesMax: 1 }, (bytes) => {
      taken += bytes
    })
    const broken = entry('../x', {})
    collector.push(broken)
    collector.push(stream)
    expect(taken).toBe(broken.length + stream.length)
  })
})
