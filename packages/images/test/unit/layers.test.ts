import { lstatSync } from 'node:fs'
import { join } from 'node:path'
import { zstdCompressSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { contentsOf, useCache } from '../support/use-cache.ts'

const { imported } = useCache()

const file = (name: string, content = name): { readonly name: string; readonly content: string } => ({ name, content })

test('layers lie over each other, and files, directories and links take each other’s places', async () => {
  const { root } = await imported([
    [
      file('a/file'),
      file('a/other'),
      { name: 'becomes-file/', type: 'directory' },
      file('becomes-file/x'),
      file('becomes-directory'),
      { name: 'link', type: 'symlink', linkname: 'a' },
    ],
    [
      file('./a/file', 'newer'),
      file('becomes-file'),
      { name: 'becomes-directory', type: 'directory' },
      file('becomes-directory/x'),
      { name: 'link/', type: 'directory' },
    ],
  ])
  expect(contentsOf(root)).toEqual([
    'directory a',
    '644 a/file newer',
    '644 a/other a/other',
    'directory becomes-directory',
    '644 becomes-directory/x becomes-directory/x',
    '644 becomes-file becomes-file',
    'directory link',
  ])
})

test('whiteouts hide what is below them, and nothing of their own layer, in whatever order', async () => {
  const { root } = await imported([
    [file('gone'), file('kept'), file('dir/gone'), file('dir/again'), file('opaque/gone'), file('opaque/deep/gone')],
    [
      file('again', 'of this layer'),
      { name: '.wh.gone' },
      { name: '.wh.again' },
      { name: 'dir/.wh.gone' },
      file('opaque/deep/new'),
      { name: 'opaque/.wh..wh..opq' },
      file('opaque/new'),
      { name: 'absent/.wh.x' },
    ],
  ])
  expect(contentsOf(root)).toEqual([
    ...['644 again of this layer', 'directory dir', '644 dir/again dir/again', '644 kept kept', 'directory opaque'],
    ...['directory opaque/deep', '644 opaque/deep/new opaque/deep/new', '644 opaque/new opaque/new'],
  ])
})

test('a whiteout of a directory takes all of it along, unless this layer makes it anew', async () => {
  const { root } = await imported([
    [file('gone/a/b'), file('anew/old')],
    [{ name: '.wh.gone' }, { name: '.wh.anew' }, file('anew/new')],
  ])
  expect(contentsOf(root)).toEqual(['directory anew', '644 anew/new anew/new'])
})

test('hard links are one file, also across layers', async () => {
  const { root, bytes } = await imported([
    [file('one', 'text'), { name: 'two', type: 'link', linkname: 'one' }],
    [{ name: 'dir/three', type: 'link', linkname: '/one' }, { name: '.wh.one' }],
  ])
  expect(contentsOf(root)).toEqual(['directory dir', '644 dir/three text', '644 two text'])
  const inode = (path: string): number => lstatSync(join(root, path)).ino
  expect(inode('two')).toBe(inode('dir/three'))
  expect(bytes).toBe(8)
})

test('links that directories of a path are lead where they would in a container', async () => {
  const { root } = await imported([
    [
      file('usr/lib/a'),
      { name: 'lib', type: 'symlink', linkname: 'usr/lib' },
      { name: 'absolute', type: 'symlink', linkname: '/usr' },
      { name: 'up', type: 'symlink', linkname: '../../../usr/lib/../lib' },
    ],
    [file('lib/b'), file('absolute/c'), file('up/d'), { name: 'absolute/lib/.wh.a' }],
  ])
  expect(contentsOf(join(root, 'usr'))).toEqual([
    '644 c absolute/c',
    'directory lib',
    '644 lib/b lib/b',
    '644 lib/d up/d',
  ])
})

test('modes are those of programs and of other files, times are kept, owners are not', async () => {
  const { root } = await imported([
    [
      { name: 'setuid', mode: 0o6711, uid: 5, gid: 6, mtime: new Date(1_000_000_000_000) },
      { name: 'secret', mode: 0o600, mtime: new Date(-1000) },
      { name: 'closed', type: 'directory', mode: 0o000 },
      file('closed/file'),
    ],
  ])
  expect(contentsOf(root)).toEqual(['directory closed', '644 closed/file closed/file', '644 secret ', '755 setuid '])
  expect(lstatSync(join(root, 'setuid'))).toMatchObject({ uid: process.getuid?.(), mtimeMs: 1_000_000_000_000 })
  expect(lstatSync(join(root, 'secret')).mtimeMs).toBe(0)
  expect(lstatSync(join(root, 'closed')).mode & 0o777).toBe(0o755)
})

test('devices, pipes and attributes are left out and counted', async () => {
  const { root, leftOut } = await imported([
    [
      { name: 'dev/mem', type: 'character-device', devmajor: 1, devminor: 1 },
      { name: 'disk', type: 'block-device' },
      { name: 'pipe', type: 'fifo' },
      {
        ...file('program'),
        pax: { 'SCHILY.xattr.security.capability': 'x', 'SCHILY.xattr.trusted.overlay.redirect': '/' },
      },
    ],
  ])
  expect(contentsOf(root)).toEqual(['644 program program'])
  expect(leftOut).toEqual({ specialFileCount: 3, attributeCount: 2 })
})

test('layers that are not compressed, or by zstd, make the same image', async () => {
  const layers = [[file('a'), file('b/c')], [file('d')]]
  const [gzipped, plain, zstd] = [
    await imported(layers),
    await imported(layers, { compress: (layer) => layer }),
    await imported(layers, { compress: (layer) => Buffer.from(zstdCompressSync(layer)) }),
  ]
  expect([plain.digest, zstd.digest]).toEqual([gzipped.digest, gzipped.digest])
})

test('the digest tells contents, modes, links and configurations apart, and nothing else', async () => {
  const base = [{ ...file('a', 'x'), mtime: new Date(0) }]
  const digests = [
    await imported([base]),
    await imported([[{ ...file('a', 'x'), mtime: new Date(9_000_000), uid: 7 }]]),
    await imported([[file('a', 'y')]]),
    await imported([[{ ...file('a', 'x'), mode: 0o755 }]]),
    await imported([[file('b', 'x')]]),
    await imported([[{ name: 'a', type: 'symlink', linkname: 'x' }]]),
    await imported([base], { config: { Env: ['A=B'] } }),
  ].map(({ digest }) => digest)
  expect(digests[1]).toBe(digests[0])
  expect(new Set(digests).size).toBe(digests.length - 1)
})
