import { existsSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { importImage } from '../../src/index.ts'
import { digestOf, layoutOf, tar, type TarEntry } from '../support/archives.ts'
import { contentsOf, useCache } from '../support/use-cache.ts'

/** A thread loads what it runs anew, which takes its time on a busy machine. */
const threads = { timeout: 120_000 }

const { imported, unpacked, directory, cache } = useCache()

async function writeTar(entries: readonly TarEntry[]): Promise<string> {
  const path = join(directory(), 'saved.tar.gz')
  writeFileSync(path, gzipSync(await tar(entries)))
  return path
}

/** By a worker, and into the cache. */
async function importTar(entries: readonly TarEntry[], options = {}): ReturnType<typeof importImage> {
  return importImage(await writeTar(entries), { cache: cache(), ...options })
}

async function unpackedTar(entries: readonly TarEntry[]): ReturnType<typeof unpacked> {
  return unpacked(await writeTar(entries))
}

test('an image is named as is said, or as the archive has it, or as the file', threads, async () => {
  const files = async (names: readonly string[]): Promise<readonly TarEntry[]> =>
    [...layoutOf([await tar([{ name: 'a' }])], { names })].map(([name, content]) => ({ name, content }))
  expect((await importTar(await files(['v1']), { name: 'mine' })).names).toEqual(['mine'])
  expect((await importTar(await files(['v1']))).names).toEqual(['mine', 'v1'])
  const unnamed = await importTar(await files([]))
  expect([unnamed.names, existsSync(unnamed.root)]).toEqual([['mine', 'saved', 'v1'], true])
  expect(readdirSync(join(cache().directory, 'images'))).toHaveLength(1)
})

test('what an image says of commands is kept: entry point, variables, directory and user', async () => {
  const config = {
    ...{ Entrypoint: ['/bin/app'], Cmd: ['--serve'], Env: ['PATH=/app/bin', 'EMPTY=', 'A=b=c'], WorkingDir: 'srv/app' },
    ...{ User: 'web:staff', Volumes: { '/data': {} }, ExposedPorts: { '80/tcp': {} } },
  }
  const layer = [
    { name: 'etc/passwd', content: 'root:x:0:0::/:/bin/sh\nweb:x:33:44::/srv:/bin/sh\n' },
    { name: 'etc/group', content: 'staff:x:50:\n' },
  ]
  const image = await imported([layer], { config })
  expect(image.config).toEqual({
    command: ['/bin/app', '--serve'],
    env: { PATH: '/app/bin', EMPTY: '', A: 'b=c' },
    workingDirectory: '/srv/app',
    user: { id: 33, groupId: 50, name: 'web' },
  })
  expect(contentsOf(image.root)).toContain('directory srv/app')
})

test.each([
  ['', undefined],
  ['root', undefined],
  ['0:0', undefined],
  ['web', { id: 33, groupId: 44, name: 'web' }],
  ['33', { id: 33, groupId: 44, name: 'web' }],
  ['1234', { id: 1234, groupId: 1234, name: 'user1234' }],
  ['1234:5', { id: 1234, groupId: 5, name: 'user1234' }],
])('the user %j is %j', async (User, user) => {
  const passwd = { name: 'etc/passwd', content: 'root:x:0:0::/:/bin/sh\nweb:x:33:44::/srv:/bin/sh\n' }
  expect((await imported([[passwd]], { config: { User } })).config.user).toEqual(user)
})

test('of several images of an archive one has to be named', async () => {
  const several = { names: ['one', 'two'] }
  await expect(imported([[{ name: 'a' }]], several)).rejects.toThrow('"names":["one","two"]')
  expect((await imported([[{ name: 'a' }]], several, { wanted: 'two' })).names).toContain('two')
  await expect(imported([[{ name: 'a' }]], several, { wanted: 'three' })).rejects.toThrow('by the name it has there')
})

test('of an index for many platforms this machine’s is taken', async () => {
  const architecture = process.arch === 'x64' ? 'amd64' : process.arch
  const change = (name: string, document: Record<string, unknown>): unknown => {
    if (name !== 'index') return document
    const [manifest] = document['manifests'] as readonly object[]
    const other = { ...manifest, digest: `sha256:${'0'.repeat(64)}` }
    const platforms = [
      { ...other, platform: { os: 'linux', architecture: 's390x' } },
      { ...manifest, platform: { os: 'linux', architecture } },
      { ...other, platform: { os: 'windows', architecture } },
    ]
    return { ...document, manifests: platforms }
  }
  expect(contentsOf((await imported([[{ name: 'a' }]], { change })).root)).toEqual(['644 a '])
})

test('what docker save wrote of old is taken, with layers that are links to others', async () => {
  const layer = await tar([{ name: 'a', content: 'text' }])
  const [first, second] = ['1'.repeat(64), '2'.repeat(64)]
  const config = JSON.stringify({ config: { Cmd: ['a'] }, rootfs: { diff_ids: [digestOf(layer), digestOf(layer)] } })
  const manifest = [
    { Config: `${'3'.repeat(64)}.json`, RepoTags: ['app:1'], Layers: [`${first}/layer.tar`, `${second}/layer.tar`] },
  ]
  const entries: readonly TarEntry[] = [
    { name: `${second}/layer.tar`, type: 'symlink', linkname: `../${first}/layer.tar` },
    { name: `${first}/layer.tar`, content: layer },
    { name: `${first}/VERSION`, content: '1.0' },
    { name: `${'3'.repeat(64)}.json`, content: config },
    { name: 'manifest.json', content: JSON.stringify(manifest) },
  ]
  const image = await unpackedTar(entries)
  expect([image.names, image.config.command, contentsOf(image.root)]).toEqual([['app:1'], ['a'], ['644 a text']])
  const outward = entries.map((entry) => (entry.type === 'symlink' ? { ...entry, linkname: '/etc/passwd' } : entry))
  await expect(unpackedTar(outward)).rejects.toThrow('all of its layers in the archive')
  const ring: TarEntry = { name: `${second}/layer.tar`, type: 'symlink', linkname: 'layer.tar' }
  const circular = [ring, ...entries.slice(1)]
  await expect(unpackedTar(circular)).rejects.toThrow('all of its layers in the archive')
})

test('a maker that is told to stop leaves nothing behind', threads, async () => {
  const controller = new AbortController()
  const stopped = importTar([{ name: 'a' }], { signal: controller.signal })
  controller.abort(new Error('enough'))
  await expect(stopped).rejects.toThrow('enough')
  expect(readdirSync(join(cache().directory, 'images'))).toEqual([])
})

test('what fails leaves nothing behind either', threads, async () => {
  await expect(importTar([{ name: 'a' }])).rejects.toMatchObject({ name: 'SandboxError', code: 'INVALID_OPTION' })
  expect(readdirSync(join(cache().directory, 'images'))).toEqual([])
})
