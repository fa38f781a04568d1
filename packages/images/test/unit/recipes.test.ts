import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { readRecipe } from '../../src/index.ts'

let directory = ''

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'mayfly-test-recipes-'))
})
afterEach(() => {
  rmSync(directory, { recursive: true, force: true })
})

const complete = {
  suite: 'bookworm',
  kind: 'programs',
  packages: ['busybox'],
  check: { files: {}, command: ['true'], output: '' },
}

test.each([
  [{ packages: 'busybox' }, '`recipe.packages` must be a list, got "busybox"'],
  [{ leave: { a: 1 } }, '`recipe.leave` must be a list, got {"a":1}'],
  [{ leave: [null] }, '`recipe.leave` must hold paths, got null'],
  [{ links: 'x' }, '`recipe.links` must be a list, got "x"'],
  [{ links: [null] }, '`recipe.links` must hold `to`, and `at` as a list, got null'],
  [{ links: [{ to: 'x', at: 'y' }] }, '`recipe.links` must hold `to`, and `at` as a list, got {"to":"x","at":"y"}'],
])('a recipe with %j is refused', async (broken, message) => {
  const path = join(directory, 'recipe.json')
  writeFileSync(path, JSON.stringify({ ...complete, ...broken }))
  await expect(readRecipe(path)).rejects.toMatchObject({ code: 'INVALID_OPTION', message })
})

test('a recipe that is complete is read', async () => {
  const path = join(directory, 'recipe.json')
  writeFileSync(path, JSON.stringify(complete))
  expect(await readRecipe(path)).toMatchObject({ name: 'recipe', leave: [], links: [] })
})
