import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough, Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { needs } from '@mayfly/test-support'
import { KiB, MiB, type Layer } from '@mayfly/sandbox'
import { beforeEach, describe, expect, test } from 'vitest'
import { archiveOf, type Told } from './support/archive.ts'
import { sh } from './support/commands.ts'
import { failureOf } from './support/failure.ts'
import { hasLayers } from './support/has-layers.ts'
import { useSandbox } from './support/use-sandbox.ts'

const sandbox = useSandbox({ concurrency: 2 })

beforeEach(async (context) => needs(context, await hasLayers(sandbox()), 'layers cannot be had here'))

async function freeze(script: string, base?: Layer): Promise<Layer> {
  const result = await sandbox().run(base ? { argv: sh(script), base } : sh(script), {}, { freeze: true })
  expect([result.status, String(result.stderr)]).toEqual(['exited', ''])
  if (result.layer === undefined) throw new Error('a run with `freeze` left no layer')
  return result.layer
}

async function printed(script: string, base: Layer): Promise<string> {
  const { stdout, stderr } = await sandbox().run({ argv: sh(script), base })
  return `${String(stdout)}${String(stderr)}`
}

/** The archive of a layer, in memory. */
async function saved(layer: Layer): Promise<Buffer> {
  const through = new PassThrough()
  const [bytes] = await Promise.all([buffer(through), layer.save(through)])
  return bytes
}

const archiveHead = (await buffer(archiveOf([{ name: 'd', type: 'directory' }]))).subarray(0, 512)

describe('an archive', () => {
  const load = async (source: string | Readable, limits = {}): Promise<Layer> => sandbox().loadLayer(source, limits)

  test('made elsewhere comes in, with what it lacks: directories on the way, in any order', async () => {
    const entries: readonly Told[] = [
      { name: './', type: 'directory', mode: 0o755 },
      { name: 'a/b/c', content: 'c' },
      { name: 'd', content: 'd', mode: 0o755 },
      { name: 'a/b2', content: 'b2' },
      { name: 'a/', type: 'directory', mode: 0o700 },
      { name: 'a/hard', type: 'link', linkname: 'a/b/c' },
      { name: 'a/.wh.gone', content: '' },
    ]
    await using base = await load(archiveOf(entries))
    expect(await printed('find . -type f -printf "%P %m %n\\n" | sort; stat -c %a a a/b; cat a/hard', base)).toBe(
      'a/b/c 644 2\na/b2 644 1\na/hard 644 2\nd 755 1\n700\n755\nc',
    )
  })

  const hostile: readonly (readonly [string, readonly Told[]])[] = [
    ['an absolute path', [{ name: '/etc/passwd', content: 'x' }]],
    ['a path that leads out', [{ name: 'a/../../x', content: 'x' }]],
    ['a hard link that leads out', [{ name: 'x', type: 'link', linkname: '../x' }]],
    ['a hard link to an absolute path', [{ name: 'x', type: 'link', linkname: '/etc/passwd' }]],
    ['a hard link to nothing', [{ name: 'x', type: 'link', linkname: 'y' }]],
    ['a device', [{ name: 'null', type: 'character-device' }]],
    ['a disk', [{ name: 'sda', type: 'block-device' }]],
    [
      'a file below a link that leads out',
      [
        { name: 'l', type: 'symlink', linkname: '/tmp' },
        { name: 'l/x', content: 'x' },
      ],
    ],
    [
      'a hard link through a link',
      [
        { name: 'l', type: 'symlink', linkname: '/etc' },
        { name: 'x', type: 'link', linkname: 'l/passwd' },
      ],
    ],
    [
      'a file below a file',
      [
        { name: 'f', content: 'x' },
        { name: 'f/x', content: 'x' },
      ],
    ],
    [
      'the same file twice',
      [
        { name: 'f', content: 'x' },
        { name: 'f', content: 'y' },
      ],
    ],
    ['directories nested too deep', [{ name: `${'d/'.repeat(2_100)}f`, content: 'x' }]],
    [
      'an attribute whose bytes its record has lost',
      [{ name: 'f', content: 'x', pax: { 'SCHILY.xattr.user.x': '\u{FFFD}' } }],
    ],
    [
      'attributes that are too large',
      [{ name: 'f', content: 'x', pax: { 'SCHILY.xattr.user.x': 'x'.repeat(70_000) } }],
    ],
    ['a name that is too long', [{ name: 'n'.repeat(300), content: 'x' }]],
  ]

  test.each(hostile)('with %s is refused by name, and leaves no layer', async (_, entries) => {
    const failure = await failureOf(load(archiveOf(entries)))
    expect(failure).toMatchObject({ code: 'INVALID_OPTION', message: expect.stringContaining('`source`') })
    await using base = await load(archiveOf([{ name: 'good', content: 'x' }]))
    expect(await printed('ls', base)).toBe('good\n')
  })

  test('may have links that lead anywhere: they do so inside, and nowhere else', async () => {
    await using base = await load(archiveOf([{ name: 'l', type: 'symlink', linkname: '/etc/hostname' }]))
    expect(await printed('readlink l', base)).toBe('/etc/hostname\n')
  })

  test.each([
    ['more bytes than the disk', { diskBytes: MiB }, [{ name: 'f', content: 'x'.repeat(2 * MiB) }]],
    [
      'more bytes than memory',
      { memoryBytes: 8 * MiB, diskBytes: 60 * MiB },
      [{ name: 'f', content: 'x'.repeat(50 * MiB) }],
    ],
    [
      'more files than there may be',
      { inodeCount: 10 },
      Array.from({ length: 20 }, (__, index) => ({ name: `f${index}` })),
    ],
    [
      'one directory more often than there may be entries',
      { inodeCount: 10 },
      Array.from({ length: 20 }, () => ({ name: 'd', type: 'directory' as const, mode: 0o755 })),
    ],
    [
      'small files that take more than they hold',
      { diskBytes: 64 * KiB },
      Array.from({ length: 100 }, (__, index) => ({ name: `f${index}`, content: 'x' })),
    ],
  ] as const)('with %s is refused', async (_, limits, entries) => {
    const failure = await failureOf(load(archiveOf(entries), limits))
    expect(failure).toMatchObject({ code: 'INVALID_OPTION', message: expect.stringContaining('`source`') })
  })

  test.each([
    ['zeros', () => Buffer.alloc(64 * KiB)],
    ['the same directory', () => archiveHead],
    ['noise', () => Buffer.alloc(64 * KiB, 'noise')],
  ])('that never ends, of %s, is refused', async (_, chunk) => {
    let isOver = false
    const endless = Readable.from(
      (async function* () {
        try {
          for (;;) yield chunk()
        } finally {
          isOver = true
        }
      })(),
    )
    expect(await failureOf(load(endless, { diskBytes: MiB, inodeCount: 100 }))).toMatchObject({
      code: 'INVALID_OPTION',
    })
    expect(isOver).toBe(true)
  })

  test('that is cut off, or none at all, is refused', async () => {
    await using base = await freeze('head -c 100000 /dev/urandom > f')
    const bytes = await saved(base)
    for (const part of [
      bytes.subarray(0, 50_000),
      bytes.subarray(0, 300),
      Buffer.from('no archive at all'.repeat(100)),
    ])
      expect(await failureOf(load(Readable.from([part])))).toMatchObject({ code: 'INVALID_OPTION' })
    expect(await failureOf(load('/no/such/file'))).toMatchObject({ code: 'INVALID_OPTION', errno: 'ENOENT' })
  })

  const compressions = [
    ['gzip', gzipSync],
    ['zstd', zstdCompressSync],
  ] as const

  test.each(compressions)('that %s has compressed is loaded, however it is cut', async (_, compress) => {
    const plain = await buffer(archiveOf([{ name: 'f', content: 'x'.repeat(300_000) }]))
    const bytes = compress(plain)
    const pieces = [bytes.subarray(0, 1), bytes.subarray(1, 3), bytes.subarray(3)]
    for (const source of [Readable.from([bytes]), Readable.from(pieces)]) {
      await using base = await load(source)
      expect(await printed('tr -d x < f | wc -c; wc -c < f', base)).toBe('0\n300000\n')
    }
    const directory = await mkdtemp(join(tmpdir(), 'loaded-'))
    try {
      await writeFile(join(directory, 'layer.tar'), bytes)
      await using base = await load(join(directory, 'layer.tar'))
      expect(await printed('wc -c < f', base)).toBe('300000\n')
    } finally {
      await rm(directory, { recursive: true })
    }
    for (const part of [bytes.subarray(0, -9), Buffer.concat([bytes.subarray(0, 20), Buffer.alloc(900, 'y')])])
      expect(await failureOf(load(Readable.from([part])))).toMatchObject({ code: 'INVALID_OPTION' })
  })

  test.each(compressions)('that %s has made a bomb of is refused, and that never ends', async (name, compress) => {
    const bomb = compress(Buffer.alloc(80 * MiB))
    const failure = await failureOf(load(Readable.from([bomb]), { diskBytes: 512 * MiB, memoryBytes: 1024 * MiB }))
    expect(failure).toMatchObject({ code: 'INVALID_OPTION', message: expect.stringContaining('`source`') })
    const nothing = compress(Buffer.alloc(0))
    const endless = Readable.from(
      (function* () {
        for (;;) yield nothing
      })(),
    )
    expect([name, await failureOf(load(endless, { diskBytes: MiB, inodeCount: 100 }))]).toMatchObject([
      name,
      { code: 'INVALID_OPTION' },
    ])
  })

  test('has no attributes but those of users, and never capabilities of files', async () => {
    const pax = {
      'SCHILY.xattr.security.capability': 'x',
      'LIBARCHIVE.xattr.security.capability': 'AAAC',
      'SCHILY.xattr.user.overlay.opaque': 'y',
      'LIBARCHIVE.xattr.user.overlay.opaque': 'eQ',
      'SCHILY.xattr.trusted.x': 'y',
      'SCHILY.acl.access': 'user::rwx',
      'LIBARCHIVE.xattr.user.%zz': 'eQ',
    }
    await using base = await load(archiveOf([{ name: 'f', content: 'x', mode: 0o755, pax }]))
    expect(await printed('python3 -c "import os; print(os.listxattr(\'f\'))"', base)).toBe('[]\n')
  })

  test('that is slow is waited for, until the caller calls it off', async () => {
    const controller = new AbortController()
    const never = new PassThrough()
    const loading = failureOf(sandbox().loadLayer(never, {}, { signal: controller.signal }))
    never.write(archiveHead)
    controller.abort(new Error('enough'))
    expect(await loading).toMatchObject({ message: 'enough' })
    expect(never.destroyed).toBe(true)
  })
})
