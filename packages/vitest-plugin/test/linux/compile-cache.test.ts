import { inspectHost } from '@mayfly/sandbox'
import { needs } from '@mayfly/test-support'
import module from 'node:module'
import { expect, test } from 'vitest'
import { Project } from '../support/run-vitest.ts'

/** The first waits for the cache, so that later workers start with it. */
const file = `import module from 'node:module'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
const directory = '/opt/mayfly-compiled'
const outcome = (job) => { try { job(); return 'done' } catch (error) { return error.code } }
test('has compiled code, and changes none of it', async () => {
  await vi.waitFor(() => expect(readdirSync(directory)).toHaveLength(2), 30_000)
  const version = readdirSync(directory).find((name) => name.startsWith('v'))
  const [some] = readdirSync(join(directory, version))
  const path = join(directory, version, some)
  expect(outcome(() => writeFileSync(path, readFileSync(path)))).toBe('EROFS')
  expect(outcome(() => writeFileSync(join(directory, version, 'new'), 'x'))).toBe('EROFS')
  expect(outcome(() => writeFileSync(join(directory, 'new'), 'x'))).toBe('EROFS')
  expect(outcome(() => writeFileSync(join(directory, 'resolved.json'), '{}'))).toBe('EROFS')
  expect.soft(module.getCompileCacheDir()).toMatch(directory)
}, 60_000)`

test('workers start with Vitest compiled, from a directory that no test can write', async ({ skip }) => {
  needs({ skip }, (await inspectHost()).supported, 'the host lacks something that a sandbox requires')
  needs({ skip }, 'enableCompileCache' in module, 'Node keeps no compiled code before 22.1')
  const names = Array.from({ length: 8 }, (_, index) => `${index}.test.ts`)
  using project = new Project(5, Object.fromEntries(names.map((name) => [name, file])))
  const { tests } = await project.run({ violations: 'off' }, ['--no-file-parallelism'])
  const failures = [...tests.values()].filter(({ status }) => status !== 'passed').map(({ messages }) => messages)
  // Those that waited before it was made.
  expect(failures.length).toBeLessThanOrEqual(2)
  for (const messages of failures) expect(messages).toMatch(/undefined/)
  expect(tests.size).toBe(8)
})

test('with options of Node, which may load anything, nothing is compiled ahead', async ({ skip }) => {
  needs({ skip }, (await inspectHost()).supported, 'the host lacks something that a sandbox requires')
  const seen = `import { readdirSync } from 'node:fs'
import { expect, test } from 'vitest'
test('nothing is compiled', () => { expect(readdirSync('/opt/mayfly-compiled')).toEqual([]) })`
  const names = Array.from({ length: 8 }, (_, index) => `${index}.test.ts`)
  using project = new Project(5, Object.fromEntries(names.map((name) => [name, seen])))
  const { tests } = await project.run({}, ['--no-file-parallelism'], {}, { execArgv: ['--no-warnings'] })
  expect([...tests.values()].map(({ status }) => status)).toEqual(Array.from({ length: 8 }, () => 'passed'))
})
