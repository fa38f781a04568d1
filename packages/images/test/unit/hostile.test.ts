import { existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { SandboxError } from '@mayfly/sandbox'
import { afterEach, describe, expect, test } from 'vitest'
import { importImage } from '../../src/index.ts'
import { layoutOf, tar, writeFiles, type TarEntry } from '../support/archives.ts'
import { contentsOf, useCache } from '../support/use-cache.ts'

const { imported, unpacked, directory, cache } = useCache()

const file = (name: string, content = name): TarEntry => ({ name, content })
const link = (name: string, linkname: string): TarEntry => ({ name, type: 'symlink', linkname })

/** Whatever an archive holds, beside the layout and the cache there is nothing new afterwards. */
afterEach(() => {
  const strange = readdirSync(directory()).filter((name) => !['cache', 'layout', 'outside', 'image.tar'].includes(name))
  if (strange.length > 0) throw new Error(`something was written outside: ${strange.join(', ')}`)
  const path = join(directory(), 'outside')
  const found = existsSync(path) ? contentsOf(path) : ['644 file of the host']
  if (found.join('\n') !== '644 file of the host') throw new Error(`something was changed outside: ${found.join(', ')}`)
})

/** A directory beside the cache that an image must not reach. */
function outside(): string {
  const path = join(directory(), 'outside')
  mkdirSync(path, { recursive: true })
  writeFileSync(join(path, 'file'), 'of the host')
  return path
}

/** The message of an importing that must be refused. */
async function refused(importing: Promise<unknown>): Promise<string> {
  const outcome = await importing.then(
    () => 'it was not refused',
    (error: unknown) => error,
  )
  if (!(outcome instanceof SandboxError) || outcome.code !== 'INVALID_OPTION') throw new Error(String(outcome))
  return outcome.message
}

describe('what would be written outside is refused', () => {
  test.each([['../outside/x'], ['a/../../outside/x'], ['/../outside/x'], ['a/..'], ['..'], ['./../x']])(
    'a file %j',
    async (name) => {
      outside()
      const message = await refused(imported([[file(name)]]))
      expect(message).toMatch(/^the image must have (?:paths without|a directory as its root|)/)
    },
  )

  test.each([
    ['directory', '../outside/made'],
    ['symlink', '../outside/made'],
    ['link', '../outside/made'],
  ] as const)('a %s %j', async (type, name) => {
    outside()
    expect(await refused(imported([[file('x'), { name, type, linkname: 'x' }]]))).toContain('without `..`')
  })

  test('a hard link to what is outside', async () => {
    const path = outside()
    for (const linkname of ['../outside/file', '../../../../../../etc/passwd'])
      expect(await refused(imported([[{ name: 'x', type: 'link', linkname }]]))).toContain('without `..`')
    expect(await refused(imported([[{ name: 'x', type: 'link', linkname: `${path}/file` }]]))).toMatch(
      /above its files|that it has/,
    )
    const through = [link('dir', path), { name: 'x', type: 'link', linkname: 'dir/file' } as const]
    expect(await refused(imported([through]))).toMatch(/above its files|that it has/)
  })

  test('a hard link to a directory, or to itself', async () => {
    expect(await refused(imported([[file('d/x'), { name: 'y', type: 'link', linkname: 'd' }]]))).toContain('hard links')
    expect(await refused(imported([[{ name: 'y', type: 'link', linkname: 'y' }]]))).toContain('hard links')
  })
})

describe('what leads outside is made harmless', () => {
  test('a path through an absolute link, or one with `..`, stays in the image', async () => {
    const path = outside()
    const { root } = await imported([
      [link('absolute', path), link('up', '../../../../outside'), file('up/x')],
      [file('absolute/y'), { name: 'absolute/.wh.file' }, { name: 'up/.wh..wh..opq' }],
    ])
    const found = contentsOf(root)
    expect(found).toContain('directory outside')
    expect(found).toContain(`link absolute -> ${path}`)
    expect(found).toContain(`644 ${path.slice(1)}/y absolute/y`)
  })

  test('a link that becomes a directory between two layers, and the other way round', async () => {
    const path = outside()
    const { root } = await imported([
      [link('a', path), { name: 'b/', type: 'directory' }],
      [{ name: 'a/', type: 'directory' }, link('b', path)],
      [file('a/x')],
    ])
    expect(contentsOf(root)).toEqual(['directory a', '644 a/x a/x', `link b -> ${path}`])
  })

  test('whiteouts of `.` and `..` hide nothing', async () => {
    const { root } = await imported([[file('a/b')], [{ name: '.wh..' }, { name: 'a/.wh...' }, { name: '.wh.' }]])
    expect(contentsOf(root)).toEqual(['directory a', '644 a/b a/b'])
  })

  test('absolute names start at the image’s root', async () => {
    const { root } = await imported([[file('/etc/x'), file('//y')]])
    expect(contentsOf(root)).toEqual(['directory etc', '644 etc/x /etc/x', '644 y //y'])
  })
})

describe('bombs are refused', () => {
  test('links that lead to each other', async () => {
    expect(await refused(imported([[link('a', 'b'), link('b', 'a'), file('a/x')]]))).toContain('at most 40 links')
    const doubling = Array.from({ length: 60 }, (_, i) => link(`l${i}`, `l${i + 1}/l${i + 1}`))
    expect(await refused(imported([[...doubling, file('l0/x')]]))).toContain('at most 40 links')
  })

  test('too many directories below each other', async () => {
    const deep = (count: number): string => Array.from({ length: count }, () => 'd').join('/')
    await imported([[file(deep(64))]])
    expect(await refused(imported([[file(deep(70))]]))).toContain('at most 64 directories')
  })

  test('names and paths that are too long', async () => {
    expect(await refused(imported([[file('n'.repeat(256))]]))).toContain('at most 255 bytes')
    const long = Array.from({ length: 16 }, () => 'n'.repeat(200)).join('/')
    expect(await refused(imported([[file(long)]]))).toContain('at most 3000 bytes')
    const half = Array.from({ length: 8 }, () => 'n'.repeat(200)).join('/')
    const joined = [{ name: half, type: 'directory' } as const, link('l', half), file(`l/${half}`)]
    expect(await refused(imported([joined]))).toContain('at most 3000 bytes')
  })

  test('more files than may be, named or implied', async () => {
    const bounds = { entryCount: 50 }
    const many = Array.from({ length: 60 }, (_, i) => file(`f${i}`))
    expect(await refused(imported([many], {}, { bounds }))).toContain('at most 50 entries')
    const implied = Array.from({ length: 30 }, (_, i) => file(`d${i}/f`))
    expect(await refused(imported([implied], {}, { bounds }))).toContain('at most 50 files')
    const across = [0, 1, 2].map((layer) => Array.from({ length: 20 }, (_, i) => file(`f${layer}-${i}`)))
    expect(await refused(imported(across, {}, { bounds }))).toContain('at most 50')
  })

  test('more bytes than may be, whatever the layers say', async () => {
    const large = [{ name: 'zeros', content: Buffer.alloc(4 * 1024 ** 2) }]
    const bounds = { bytes: 10 * 1024 ** 2 }
    await imported([large], {}, { bounds })
    expect(await refused(imported([large, large, large], {}, { bounds }))).toContain('unpack to at most 10485760 bytes')
  })

  test('what is compressed beyond measure', async () => {
    const zeros = await tar([{ name: 'zeros', content: Buffer.alloc(80 * 1024 ** 2) }])
    expect(await refused(imported([zeros]))).toContain('at most 200 times its size')
  })

  test('an archive of the image that is one itself', async () => {
    const path = join(directory(), 'image.tar')
    writeFileSync(path, gzipSync(await tar([{ name: 'padding', content: Buffer.alloc(80 * 1024 ** 2) }])))
    expect(await refused(unpacked(path))).toContain('at most 200 times its size')
  })
})

describe('what is no image is refused, and told why', () => {
  test.each([
    ['nothing', Buffer.alloc(0), /at most|layout or what|archive/],
    ['noise', Buffer.from('no archive at all '.repeat(100)), /an archive that can be unpacked/],
    ['half a gzip file', gzipSync(Buffer.alloc(10_000, 'x')).subarray(0, 40), /an archive that can be unpacked/],
  ])('%s', async (_, content, message) => {
    writeFileSync(join(directory(), 'image.tar'), content)
    expect(await refused(unpacked(join(directory(), 'image.tar')))).toMatch(message)
  })

  test('a path that is not there', async () => {
    expect(await refused(importImage(join(directory(), 'absent'), { cache: cache() }))).toContain('ENOENT')
  })

  test('a layer that ends early', async () => {
    const layer = await tar([{ name: 'x', content: Buffer.alloc(5000, 'x') }])
    expect(await refused(imported([layer.subarray(0, 2000)]))).toContain('an archive that can be unpacked')
  })

  test('sparse files, and entries of unknown kinds', async () => {
    expect(await refused(imported([[{ name: 'x', pax: { 'GNU.sparse.major': '1' } }]]))).toContain('sparse')
    const odd = await tar([file('x')])
    odd[156] = 'S'.charCodeAt(0)
    odd.write(sumOf(odd), 148, 'latin1')
    expect(await refused(imported([odd]))).toContain('of known kinds')
  })

  test('names that are no UTF-8', async () => {
    const odd = await tar([file('xy')])
    odd[0] = 0xff
    odd.write(sumOf(odd), 148, 'latin1')
    expect(await refused(imported([odd]))).toContain('UTF-8')
  })

  test('blobs that are not what their digests say', async () => {
    const layer = await tar([file('x')])
    const files = layoutOf([layer])
    for (const [name, content] of files) {
      if (!name.startsWith('blobs/')) continue
      const other = content[0] === 0x1f ? gzipSync(await tar([file('other')])) : Buffer.from(`${String(content)} `)
      writeFiles(join(directory(), 'layout'), new Map([...files, [name, other]]))
      expect(await refused(unpacked(join(directory(), 'layout')))).toMatch(/with the digest/)
    }
  })

  test('a layer that unpacks to something else than the configuration says', async () => {
    const change = (name: string, document: Record<string, unknown>): unknown =>
      name === 'config' ? { ...document, rootfs: { diff_ids: [`sha256:${'0'.repeat(64)}`] } } : document
    expect(await refused(imported([[file('x')]], { change }))).toContain('that unpacks to')
    const none = (name: string, document: Record<string, unknown>): unknown =>
      name === 'config' ? { ...document, rootfs: { diff_ids: [] } } : document
    expect(await refused(imported([[file('x')]], { change: none }))).toContain('as many layers')
  })

  test.each([
    ['a digest that is a path', { digest: 'sha256:../../../outside/file' }],
    ['a digest of another kind', { digest: `sha512:${'0'.repeat(128)}` }],
    ['a blob that is not there', { digest: `sha256:${'0'.repeat(64)}` }],
    ['no digest', {}],
  ])('a manifest with %s', async (_, layer) => {
    const change = (name: string, document: Record<string, unknown>): unknown =>
      name === 'manifest' ? { ...document, layers: [layer] } : document
    expect(await refused(imported([[file('x')]], { change }))).toContain('the image must have')
  })

  test('a layout whose blobs are links to files of the host', async () => {
    const files = layoutOf([await tar([file('x')])])
    const blob = [...files.keys()].find((name) => name.startsWith('blobs/')) ?? ''
    const content = files.get(blob) ?? Buffer.alloc(0)
    files.delete(blob)
    writeFiles(join(directory(), 'layout'), files)
    mkdirSync(join(directory(), 'outside'))
    writeFileSync(join(directory(), 'outside/file'), content)
    symlinkSync(join(directory(), 'outside/file'), join(directory(), 'layout', blob))
    expect(await refused(unpacked(join(directory(), 'layout')))).toContain('the image must have')
    writeFileSync(join(directory(), 'outside/file'), 'of the host')
  })

  test.each([
    [{ Env: ['NOVALUE'] }, 'as NAME=VALUE'],
    [{ Env: ['A=b\0c'] }, 'as NAME=VALUE'],
    [{ Env: 'A=B' }, 'a list as Env'],
    [{ Entrypoint: [7] }, 'a string as Entrypoint'],
    [{ WorkingDir: 5 }, 'a string as WorkingDir'],
    [{ WorkingDir: '/a/../../b\0' }, 'UTF-8, without NUL'],
    [{ User: 'nobody-there' }, 'in its /etc/passwd'],
    [{ User: '33:nobodies' }, 'in its /etc/group'],
    [{ User: '70000' }, 'up to 65533'],
  ])('a configuration with %j', async (config, message) => {
    expect(await refused(imported([[file('x')]], { config }))).toContain(message)
  })

  test('documents that are too large, or of no JSON', async () => {
    writeFiles(join(directory(), 'layout'), layoutOf([]))
    writeFileSync(join(directory(), 'layout/index.json'), '"of the host')
    const message = await refused(unpacked(join(directory(), 'layout')))
    expect(message).toBe('the image must have documents of JSON, got "index.json"')
    writeFileSync(join(directory(), 'layout/index.json'), Buffer.alloc(5 * 1024 ** 2, ' '))
    expect(await refused(unpacked(join(directory(), 'layout')))).toContain('at most 4194304 bytes')
  })

  test('more layers than may be, and indexes without end', async () => {
    const change = (name: string, document: Record<string, unknown>): unknown => {
      if (name !== 'manifest') return document
      const [layer] = document['layers'] as readonly unknown[]
      return { ...document, layers: Array.from({ length: 129 }, () => layer) }
    }
    expect(await refused(imported([[file('x')]], { change }))).toContain('at most 128 layers')
  })
})

/** Of a header of a tar archive, as it stands there. */
function sumOf(archive: Buffer): string {
  const header = Buffer.from(archive.subarray(0, 512)).fill(' ', 148, 156)
  return `${header
    .reduce((sum, byte) => sum + byte, 0)
    .toString(8)
    .padStart(6, '0')}\0 `
}
