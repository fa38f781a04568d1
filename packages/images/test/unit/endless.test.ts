import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { importImage } from '../../src/index.ts'
import { ImageTree } from '../../src/tree/image-tree.ts'
import { digestOf, layoutOf, tar, writeFiles } from '../support/archives.ts'
import { useCache } from '../support/use-cache.ts'

const { imported, directory, cache } = useCache()

describe('what would take for ever is refused, or takes no time', () => {
  test('indexes that hold the same index many times', async () => {
    const files = layoutOf([await tar([{ name: 'x' }])])
    let [digest, index] = ['', Buffer.from('{"manifests":[]}')]
    for (let level = 0; level < 4; level++) {
      digest = digestOf(index)
      files.set(`blobs/${digest.replace(':', '/')}`, index)
      const descriptor = { mediaType: 'application/vnd.oci.image.index.v1+json', digest }
      index = Buffer.from(JSON.stringify({ manifests: Array.from({ length: 300 }, () => descriptor) }))
    }
    files.set('index.json', index)
    writeFiles(join(directory(), 'layout'), files)
    await expect(importImage(join(directory(), 'layout'), { cache: cache() })).rejects.toThrow(
      'at most 10000 descriptors',
    )
  })

  test('a directory of a layer that is hidden again and again', () => {
    const count = 50_000
    const tree = new ImageTree(2 * count)
    const content = { path: 'x', bytes: 0, digest: 'x' }
    const add = (path: string): void => tree.addFile(path, { content, isExecutable: false, modifiedSeconds: 0 })
    tree.startLayer()
    for (const path of ['d/below/x', 'd/f0']) add(path)
    tree.startLayer()
    for (let i = 0; i < count; i++) add(`d/f${i}`)
    for (let i = 0; i < count; i++) tree.hide(i % 2 === 0 ? 'd/.wh..wh..opq' : '.wh.d')
    expect(tree.find('d/below')).toBeUndefined()
    expect(tree.find('d/f0')).toBeDefined()
    tree.startLayer()
    add('d/later')
    tree.hide('.wh.d')
    expect(tree.find('d/f0')).toBeUndefined()
    expect(tree.find('d/later')).toBeDefined()
  })

  test('more records of a file than may be, its own or those for all files', async () => {
    const pax = Object.fromEntries(Array.from({ length: 257 }, (_, i) => [`SCHILY.xattr.user.n${i}`, 'x']))
    await expect(imported([[{ name: 'x', pax }]])).rejects.toThrow('at most 256 attributes')
  })
})
