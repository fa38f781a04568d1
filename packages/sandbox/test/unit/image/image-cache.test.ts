import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { cacheDirectory } from '../../../src/image/cache-directory.ts'
import { checkImageName, ImageCache, type CachedImage } from '../../../src/image/image-cache.ts'
import { emptyConfig } from '../../../src/image/image-config.ts'

let directory = ''
let cache: ImageCache

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'mayfly-test-cache-'))
  cache = new ImageCache(directory)
})
afterEach(() => rmSync(directory, { recursive: true }))

let seconds = 0

async function add(digit: string, name?: string): Promise<CachedImage> {
  const root = join(await cache.stage(), 'root')
  mkdirSync(root)
  writeFileSync(join(root, 'file'), digit)
  seconds += 1
  const madeAt = new Date(seconds * 1000).toISOString()
  const record = { digest: digestOf(digit), source: 'a test', madeAt, bytes: 1, entryCount: 2, config: emptyConfig }
  return cache.add(root, record, name)
}

function digestOf(digit: string): string {
  return `sha256:${digit.repeat(64)}`
}

const leftovers = (): readonly string[] =>
  readdirSync(join(directory, 'images')).filter((name) => !name.startsWith('sha256-'))

test('an image is where its digest says, and the latest comes first', async () => {
  const first = await add('1', 'one')
  await add('2', 'two')
  expect(first).toMatchObject({
    digest: digestOf('1'),
    names: ['one'],
    root: join(directory, 'images/sha256-' + '1'.repeat(64), 'root'),
  })
  expect(existsSync(join(first.root, 'file'))).toBe(true)
  expect((await cache.list()).map(({ names }) => names)).toEqual([['two'], ['one']])
})

test('one that is there stays, and a name goes to whoever was given it last', async () => {
  await add('1', 'name')
  await add('1', 'other')
  expect(await cache.find('name')).toMatchObject({ names: ['name', 'other'] })
  await add('2', 'name')
  expect(await cache.find('name')).toMatchObject({ digest: digestOf('2') })
  expect(await cache.find(digestOf('1'))).toMatchObject({ names: ['other'] })
})

test('digits that several digests begin with, and too few, find nothing', async () => {
  await add('1')
  await add('2')
  expect(await cache.find('sha256:11111111')).toMatchObject({ digest: digestOf('1') })
  expect(await cache.find('sha256:1111111')).toBeUndefined()
  expect(await cache.find('sha256:')).toBeUndefined()
})

test('removing a name leaves an image that has others, and the last one takes it along', async () => {
  await add('1', 'one')
  await add('1', 'two')
  await cache.remove('one')
  expect(await cache.find('two')).toMatchObject({ names: ['two'] })
  await cache.remove('two')
  expect(await cache.list()).toEqual([])
  await expect(cache.remove('two')).rejects.toMatchObject({ code: 'INVALID_OPTION' })
})

test('removing a digest takes all names along', async () => {
  await add('1', 'one')
  await add('1', 'two')
  await cache.remove(digestOf('1'))
  expect(await cache.find('one')).toBeUndefined()
  expect(await cache.list()).toEqual([])
})

test('collecting removes what has no name, and what makers that died left, and no more', async () => {
  await add('1', 'kept')
  await add('2')
  const ours = await cache.stage()
  const theirs = join(directory, 'images/staging-4194304999-abc')
  mkdirSync(join(theirs, 'deep'), { recursive: true })
  expect((await cache.collect()).slice().sort()).toEqual([digestOf('2'), 'staging-4194304999-abc'])
  expect(existsSync(ours)).toBe(true)
  expect(existsSync(theirs)).toBe(false)
  expect((await cache.list()).map(({ names }) => names)).toEqual([['kept']])
})

test('a record that is none is refused before anything is kept', async () => {
  const root = join(await cache.stage(), 'root')
  mkdirSync(root)
  const record = { digest: digestOf('1'), source: '', madeAt: '', bytes: 1, entryCount: 1, config: emptyConfig }
  const broken = { ...record, config: { ...emptyConfig, workingDirectory: 'relative' } }
  await expect(cache.add(root, broken)).rejects.toMatchObject({ code: 'CONTAINER_FAILED' })
  await expect(cache.add(root, { ...record, digest: 'sha256:../../x' })).rejects.toMatchObject({
    code: 'INVALID_OPTION',
  })
  await expect(cache.add(root, record, '../x')).rejects.toMatchObject({ code: 'INVALID_OPTION' })
  expect(await cache.list()).toEqual([])
  expect(leftovers()).toHaveLength(1)
})

test.each(['host', 'sha256:1', '', '.', '/x', '../x', 'a b', 'a\0', 'a'.repeat(201)])('%j is no name', (name) => {
  expect(() => checkImageName(name, 'name')).toThrow('`name` must be letters')
})

test('the cache is where XDG says, else where the system has its own', () => {
  expect(cacheDirectory({ XDG_CACHE_HOME: '/somewhere' })).toBe('/somewhere/mayfly')
  const standard = process.getuid?.() === 0 ? '/var/cache/mayfly' : join(homedir(), '.cache/mayfly')
  expect(cacheDirectory({ XDG_CACHE_HOME: 'relative' })).toBe(standard)
  expect(cacheDirectory({})).toBe(standard)
})
