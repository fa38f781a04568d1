import type { SmallProject } from './small-projects.ts'

/** What tests may import, and what of Vitest's a project may put its own in place of. */
export const moduleProjects: Readonly<Record<string, SmallProject>> = {
  'modules of every kind': {
    files: {
      'data.json': '{ "answer": 42 }',
      'text.txt': 'some text',
      'style.module.css': '.red { color: red }',
      'old.cjs': `module.exports = { old: require('node:path').basename(__filename) }`,
      'cycle-a.ts': `import { b } from './cycle-b'\nexport const a = () => 'a' + b()\nexport const name = 'a'`,
      'cycle-b.ts': `import { name } from './cycle-a'\nexport const b = () => 'b of ' + name`,
      'parts/one.ts': `export default 1`,
      'parts/two.ts': `export default 2`,
      'node_modules/plain/package.json': '{ "name": "plain", "main": "main.js" }',
      'node_modules/plain/main.js': `exports.plain = 'plain'`,
      'node_modules/modern/package.json':
        '{ "name": "modern", "type": "module", "exports": { ".": "./main.js", "./sub": "./sub.js" } }',
      'node_modules/modern/main.js': `export { sub } from './sub.js'`,
      'node_modules/modern/sub.js': `export const sub = import.meta.url.slice(-6)`,
      'a.test.ts': `import { createRequire } from 'node:module'
import { expect, test } from 'vitest'
import { a } from './cycle-a'
import data from './data.json'
import old from './old.cjs'
import { plain } from 'plain'
import * as modern from 'modern'
import styles from './style.module.css'
import text from './text.txt?raw'
import url from './text.txt?url'
test('imports', async () => {
  expect({ data, old, plain, sub: modern.sub, text, url, a: a() }).toMatchInlineSnapshot()
  expect(typeof styles.red).toBe('string')
  expect((await import('modern/sub')).sub).toBe(modern.sub)
  const parts = import.meta.glob('./parts/*.ts', { eager: true, import: 'default' })
  expect(parts).toEqual({ './parts/one.ts': 1, './parts/two.ts': 2 })
  expect(createRequire(import.meta.url)('./old.cjs')).toEqual({ old: 'old.cjs' })
  expect(import.meta.dirname).toBe(import.meta.filename.replace('/a.test.ts', ''))
})
test('misses a package', async () => { await import('no-such-package') })`,
    },
    made: ['a.test.ts'],
  },
  'a runner, an environment and serializers of one’s own': {
    files: {
      'runner.ts': `import { TestRunner } from 'vitest'
export default class extends TestRunner {
  onBeforeRunTask(test) { test.meta.byRunner = test.name; return super.onBeforeRunTask(test) }
}`,
      'environment.ts': `export default {
  name: 'own',
  viteEnvironment: 'ssr',
  setup(global, options) { global.fromEnvironment = options.own ?? 'nothing'; return { teardown() { delete global.fromEnvironment } } },
}`,
      'serializer.ts': `export default {
  test: (value) => value instanceof Error,
  serialize: (value) => 'an error: ' + value.message,
}`,
      'a.test.ts': `import { expect, test } from 'vitest'
test('is run so', ({ task }) => { expect(task.meta).toMatchObject({ byRunner: 'is run so' }) })
test('has its environment', () => { expect(globalThis.fromEnvironment).toBe('nothing') })
test('prints so', () => { expect(new Error('why')).toMatchSnapshot() })`,
    },
    test: { runner: './runner.ts', environment: './environment.ts', snapshotSerializers: ['./serializer.ts'] },
    made: ['__snapshots__/a.test.ts.snap'],
  },
  'no cache of modules': {
    files: {
      'src/one.ts': `export const one: number = 1`,
      'a.test.ts': `import { expect, test } from 'vitest'
import { one } from './src/one'
test('has its module', () => { expect(one).toBe(2) })`,
    },
    test: { fsModuleCache: false },
  },
  'tests inside of the source': {
    files: {
      'src/add.ts': `export const add = (a: number, b: number) => a + b
if (import.meta.vitest) {
  const { expect, test } = import.meta.vitest
  test('adds', () => { expect(add(1, 2)).toBe(3) })
}`,
    },
    test: { includeSource: ['src/*.ts'] },
  },
  'globals, fixtures and hooks': {
    files: {
      'a.test.ts': `import { test as base } from 'vitest'
const it = base.extend({ value: async ({}, use) => { console.log('made'); await use(7); console.log('gone') } })
beforeAll(() => { console.log('before all') })
afterEach(({ task }) => { console.log('after', task.name) })
afterAll(() => { throw new Error('at the end') })
it('has a value', ({ value, onTestFinished }) => { onTestFinished(() => { console.log('finished') }); expect(value).toBe(7) })
describe.skipIf(false).for([['x', 1]])('of %s', ([, n]) => { test('is ' + n, ({ expect }) => { expect.soft(n).toBe(2); expect.soft(n).toBe(3) }) })`,
    },
    test: { globals: true },
  },
  'asserted at last': {
    files: {
      'a.test.ts': `import { expect, test, vi } from 'vitest'
vi.setConfig({ testTimeout: 5000 })
const { hoisted } = vi.hoisted(() => ({ hoisted: 'up' }))
test('polls', async () => { let n = 0; await expect.poll(() => ++n).toBe(3); expect(hoisted).toBe('up') })
test('stubs', () => { vi.stubEnv('STUB', 'yes'); vi.stubGlobal('stub', 1); expect(process.env.STUB).toBe('yes'); expect(globalThis.stub).toBe(1); vi.unstubAllEnvs(); vi.unstubAllGlobals(); expect(process.env.STUB).toBeUndefined() })
test('wants assertions', () => { expect.assertions(2); expect(1).toBe(1) })
test('compares much', () => { expect({ list: Array.from({ length: 50 }, (_, i) => i), map: new Map([['a', new Set([1])]]), big: 10n }).toEqual({ list: [], map: new Map(), big: 11n }) })
test('throws what is no error', () => { throw { code: 7 } })
test('throws many', async () => { await Promise.any([Promise.reject(new Error('one')), Promise.reject(new Error('two'))]) })`,
    },
  },
  'timers that stand still': {
    files: {
      'late.ts': 'export const late = 1',
      'a.test.ts': `import { expect, test, vi } from 'vitest'
vi.useFakeTimers()
test('imports meanwhile', async () => { expect((await import('./late')).late).toBe(1) })
test('takes time', async () => {
  const late = vi.fn()
  setImmediate(late)
  setTimeout(late, 1000)
  expect(late).not.toHaveBeenCalled()
  vi.advanceTimersByTime(1000)
  expect(late).toHaveBeenCalledTimes(2)
})
test('has a snapshot', () => { console.log(new Date(0)); expect({ a: 1 }).toMatchSnapshot() })
test('is wrong', () => { expect(1).toBe(2) })`,
      'b.test.ts': `import { afterAll, expect, test, vi } from 'vitest'
globalThis.setImmediate = () => {}
performance.now = () => 0
Error.captureStackTrace = () => {}
process.hrtime.bigint = () => 0n
test('goes on', async () => { expect((await import('./late')).late).toBe(1) })`,
    },
    made: ['__snapshots__/a.test.ts.snap'],
  },
}
