import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { loadProblem } from '@mayfly/grader'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { BlobCache } from '../../src/judge/blob.ts'
import { testsOf, type Problem } from '../../src/problem/problem.ts'
import { modern, tests } from './package-of.ts'
import { zipOf } from './zip-of.ts'

const fixtures = fileURLToPath(new URL('../../../../fixtures/problems/', import.meta.url))
let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'packed-'))
})
afterEach(() => {
  rmSync(folder, { recursive: true })
})

function packed(name: string, entries: Parameters<typeof zipOf>[0]): string {
  const path = join(folder, name)
  writeFileSync(path, zipOf(entries))
  return path
}

/** Files of a package, below a folder or not. */
function filesOf(root: string, prefix: string): Parameters<typeof zipOf>[0] {
  const found = readdirSync(root, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  const paths = found.map(({ parentPath, name }) => join(parentPath, name))
  return Object.fromEntries(paths.map((path) => [`${prefix}${relative(root, path)}`, { content: readFileSync(path) }]))
}

/** What does not depend on where it was read from, and what its tests hold. */
async function contentOf({ path, tests: group, probes, ...rest }: Problem): Promise<unknown> {
  const cache = new BlobCache(0)
  const all = [...testsOf(group), ...probes.map((probe) => probe.test)]
  const blobs = all.flatMap(({ input, answer, files }) => [input, answer, ...Object.values(files)])
  const held = await Promise.all(blobs.map(async (blob) => String(await cache.read(blob))))
  const said = all.map(({ id, args, checkerFlags, hidden }) => ({ id, args, checkerFlags, hidden }))
  return { ...rest, isPlaced: path !== '', held, said }
}

test.each(['sum', 'divisor', 'points', 'dmoj-sum', 'polygon-sum'])(
  'a package is read from its archive as from its folder: %s',
  async (name) => {
    const expected = await contentOf(await loadProblem(join(fixtures, name)))
    for (const prefix of ['', `${name}/`]) {
      const path = packed(`${name}.zip`, filesOf(join(fixtures, name), prefix))
      const problem = await loadProblem(path)
      expect(problem.path).toBe(path)
      expect(await contentOf(problem)).toEqual(expected)
    }
  },
)

test('nothing of an archive stays on disk, and what is wrong with it is told by its place in there', async () => {
  const before = readdirSync(tmpdir()).filter((name) => name.startsWith('mayfly-package-'))
  const wrong = packed('wrong.zip', { ...tests, 'problem.yaml': 'name: A\nmode: B\n' })
  await expect(loadProblem(wrong)).rejects.toThrow(`${wrong}/problem.yaml:2: \`mode\` is not a key`)
  await loadProblem(packed('right.zip', { ...tests, 'problem.yaml': modern }))
  const after = readdirSync(tmpdir()).filter((name) => name.startsWith('mayfly-package-'))
  expect(after.filter((name) => !before.includes(name))).toEqual([])
})

const link = { content: Buffer.from('/etc/hostname'), isLink: true } as const

test.each([
  ['a link', { 'data/secret/2.in': link }, 'data/secret/2.in is a link'],
  ['a name that leads out of it', { '../x': '' }, 'invalid relative path: ../x'],
  ['a name from the root', { '/x': '' }, 'absolute path: /x'],
  ['a file that is a folder too', { 'problem.yaml/x': '' }, '"problem.yaml/x" cannot be unpacked: '],
  ['a name that no file can have', { ['x'.repeat(300)]: '' }, ' cannot be unpacked: ENAMETOOLONG'],
])('an archive with %s is refused', async (_, entries, message) => {
  const path = packed('bad.zip', { 'problem.yaml': modern, ...tests, ...entries })
  await expect(loadProblem(path)).rejects.toThrow(message)
  await expect(loadProblem(path)).rejects.toMatchObject({ code: 'INVALID_PACKAGE' })
})

test('what is no archive, and no package, is refused', async () => {
  const path = join(folder, 'a.zip')
  writeFileSync(path, 'nothing')
  await expect(loadProblem(path)).rejects.toMatchObject({ code: 'INVALID_PACKAGE' })
  await expect(loadProblem(packed('b.zip', { a: '' }))).rejects.toThrow('is in no format that is known')
  await expect(loadProblem(join(folder, 'none'))).rejects.toThrow('is no folder, and no .zip')
})
