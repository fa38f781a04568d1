import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { moduleProjects } from './module-projects.ts'
import { reportingProjects } from './reporting-projects.ts'

/** A project that people have, small: its files, its `test` options, and what else it needs of npm. */
export interface SmallProject {
  readonly files: Readonly<Record<string, string>>
  readonly test?: object
  readonly args?: readonly string[]
  /** Of Vitest. Default: `run`. */
  readonly command?: 'run' | 'list'
  readonly needs?: readonly string[]
  /** Files that the run makes, to be the same. */
  readonly made?: readonly string[]
}

const plain = {
  'src/add.ts': `export function add(a: number, b: number): number {
  if (a === 12345) return 0
  return a + b
}
export function unused(): string {
  return 'never'
}`,
  'test/add.test.ts': `import { describe, expect, test } from 'vitest'
import { add } from '../src/add'
describe('add', () => {
  test('adds', () => { console.log('told', { a: 1 }); expect(add(1, 2)).toBe(3) })
  test('is wrong', () => { console.error('to stderr'); expect(add(1, 2)).toEqual({ sum: 4 }) })
  test.skip('is skipped', () => {})
  test.todo('is to be done')
  test.each([1, 2])('is given %i', (n) => { expect(n).toBeGreaterThan(0) })
})
test('throws elsewhere', () => { const broken = () => { throw new TypeError('broken', { cause: new Error('why') }) }; broken() })`,
}

/** By what they show. */
export const smallProjects: Readonly<Record<string, SmallProject>> = {
  ...reportingProjects,
  ...moduleProjects,
  typescript: { files: plain },
  'an error at import': {
    files: {
      'bad.test.ts': `import './missing'\n`,
      'worse.test.ts': `throw new Error('top level')\n`,
      'empty.test.ts': '',
    },
  },
  snapshots: {
    files: {
      'shot.test.ts': `import { expect, test } from 'vitest'
test('file', () => { expect({ a: 1, b: [2] }).toMatchSnapshot() })
test('inline', () => {
  expect('x').toMatchInlineSnapshot()
})
test('raw', async () => { await expect('raw text').toMatchFileSnapshot('./__snapshots__/raw.txt') })`,
    },
    made: ['shot.test.ts', '__snapshots__/shot.test.ts.snap', '__snapshots__/raw.txt'],
  },
  'snapshots that are obsolete or wrong': {
    files: {
      'shot.test.ts': `import { expect, test } from 'vitest'
test('file', () => { expect({ a: 2 }).toMatchSnapshot() })`,
      '__snapshots__/shot.test.ts.snap': `// Vitest Snapshot v1, https://vitest.dev/guide/snapshot.html

exports[\`file 1\`] = \`
{
  "a": 1,
}
\`;

exports[\`gone 1\`] = \`1\`;
`,
    },
    args: ['-u'],
    made: ['__snapshots__/shot.test.ts.snap'],
  },
  'set-up files and provided values': {
    files: {
      'global.ts': `export default ({ provide }) => { provide('port', 4711); return () => console.log('torn down') }`,
      'setup.ts': `import { beforeEach } from 'vitest'
globalThis.fromSetup = new Map([['a', 1]])
beforeEach(() => { globalThis.count = (globalThis.count ?? 0) + 1 })`,
      'a.test.ts': `import { expect, inject, test } from 'vitest'
test('is set up', () => { expect(inject('port')).toBe(4711); expect(globalThis.fromSetup.get('a')).toBe(1); expect(globalThis.count).toBe(1) })
test('has the variable', () => { expect(process.env.GIVEN).toBe('yes'); expect(import.meta.env.MODE).toBe('test') })`,
    },
    test: { setupFiles: ['setup.ts'], globalSetup: ['global.ts'], env: { GIVEN: 'yes' } },
  },
  'concurrent, retried, timed out': {
    files: {
      'a.test.ts': `import { describe, expect, test } from 'vitest'
describe.concurrent('at once', () => {
  for (let i = 0; i < 5; i++) test('number ' + i, async () => { await new Promise((r) => setTimeout(r, 20)); expect(i).toBeLessThan(5) })
})
let tries = 0
test('at the third try', { retry: 3 }, () => { expect(++tries).toBe(3) })
test('too long', { timeout: 50 }, () => new Promise(() => {}))
test.fails('fails as it should', () => { expect(1).toBe(2) })`,
    },
  },
  'child processes, threads, servers': {
    files: {
      'child.mjs': `process.on('message', (m) => { process.send(m * 2); process.disconnect() })`,
      'a.test.ts': `import { execFileSync, fork, spawnSync } from 'node:child_process'
import { createServer } from 'node:http'
import { cpus, tmpdir } from 'node:os'
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { Worker } from 'node:worker_threads'
import { expect, test } from 'vitest'
test('a shell', () => { expect(String(execFileSync('sh', ['-c', 'echo $((6*7))']))).toBe('42\\n') })
test('Node itself', () => { expect(spawnSync(process.execPath, ['-p', '1+1'], { encoding: 'utf8' }).stdout).toBe('2\\n') })
test('a fork', async () => {
  const child = fork(new URL('./child.mjs', import.meta.url))
  child.send(21)
  expect(await new Promise((resolve) => child.once('message', resolve))).toBe(42)
})
test('a thread', async () => {
  const worker = new Worker('require("node:worker_threads").parentPort.postMessage(7)', { eval: true })
  expect(await new Promise((resolve) => worker.once('message', resolve))).toBe(7)
})
test('a server', async () => {
  const server = createServer((_, response) => response.end('hello'))
  await new Promise((resolve) => server.listen(0, resolve))
  expect(await (await fetch('http://localhost:' + server.address().port)).text()).toBe('hello')
  await new Promise((resolve) => server.close(resolve))
})
test('a file', () => {
  const path = mkdtempSync(tmpdir() + '/x-') + '/f'
  writeFileSync(path, 'x')
  expect(readFileSync(path, 'utf8')).toBe('x')
  expect(cpus().length).toBeGreaterThan(0)
})`,
    },
  },
  'helpers of the compiler': {
    files: {
      'a.test.ts': `import { expect, test } from 'vitest'
test('disposes', () => {
  const seen: string[] = []
  { using _ = { [Symbol.dispose]: () => seen.push('disposed') }; seen.push('used') }
  expect(seen).toEqual(['used', 'disposed'])
})`,
      'tsconfig.json': '{ "compilerOptions": { "target": "ES2022" } }',
    },
  },
  mocks: {
    files: {
      'src/dep.ts': `export const dep = () => 'real'\nexport const other = 1`,
      'src/use.ts': `import { dep } from './dep'\nexport const use = () => dep()`,
      'src/__mocks__/auto.ts': `export const auto = () => 'manual'`,
      'src/auto.ts': `export const auto = () => 'real'`,
      'a.test.ts': `import fs from 'node:fs'
import { expect, test, vi } from 'vitest'
import { use } from './src/use'
import { auto } from './src/auto'
vi.mock('./src/dep', async (original) => ({ ...(await original()), dep: () => 'mocked' }))
vi.mock('./src/auto')
vi.mock('node:fs', async (original) => ({ ...(await original()), default: { readFileSync: () => 'no file' } }))
test('mocks', () => { expect(use()).toBe('mocked'); expect(auto()).toBe('manual'); expect(fs.readFileSync('/x')).toBe('no file') })
test('timers', () => {
  vi.useFakeTimers()
  const called = vi.fn()
  setTimeout(called, 1000)
  vi.advanceTimersByTime(1000)
  expect(called).toHaveBeenCalledOnce()
  vi.useRealTimers()
})
test('dynamic import', async () => { const { add } = await import('./src/add.ts'); expect(add(1, 1)).toBe(2) })`,
      'src/add.ts': plain['src/add.ts'],
    },
  },
  projects: {
    files: {
      'one/a.test.ts': `import { expect, test } from 'vitest'\ntest('one', () => { expect(import.meta.env.WHO).toBe('first') })`,
      'two/b.test.ts': `import { expect, test } from 'vitest'\ntest('two', () => { expect(import.meta.env.WHO).toBe('second') })`,
    },
    test: {
      projects: [
        { extends: true, test: { name: 'first', include: ['one/*.test.ts'], env: { WHO: 'first' } } },
        { extends: true, test: { name: 'second', include: ['two/*.test.ts'], env: { WHO: 'second' } } },
      ],
    },
  },
  'bail and shards': {
    files: Object.fromEntries(
      ['a', 'b', 'c', 'd'].map((name) => [
        `${name}.test.ts`,
        `import { expect, test } from 'vitest'\ntest('${name}', () => { expect('${name}').not.toBe('b') })`,
      ]),
    ),
    args: ['--shard=1/2', '--no-file-parallelism', '-t', '[a-d]'],
  },
  'unhandled errors': {
    files: {
      'a.test.ts': `import { test } from 'vitest'
test('rejects later', async () => { void Promise.reject(new Error('unhandled')); await new Promise((r) => setTimeout(r, 10)) })
test('exits', () => { process.exit(3) })`,
    },
  },
  jsdom: {
    needs: ['jsdom'],
    files: {
      'a.test.ts': `// @vitest-environment jsdom
import { expect, test } from 'vitest'
test('has a document', () => { document.body.innerHTML = '<p>hi</p>'; expect(document.querySelector('p')?.textContent).toBe('hi'); expect(location.href).toContain('localhost') })`,
    },
  },
  'happy-dom': {
    needs: ['happy-dom'],
    files: {
      'a.test.ts': `import { expect, test } from 'vitest'
test('has a window', () => { const e = document.createElement('a'); e.href = '/x'; expect(e.outerHTML).toBe('<a href="/x"></a>') })`,
    },
    test: { environment: 'happy-dom' },
  },
  jsx: {
    needs: ['react', 'react-dom'],
    files: {
      'a.test.tsx': `import * as React from 'react'
import { renderToString } from 'react-dom/server'
import { expect, test } from 'vitest'
const Hello = ({ name }: { name: string }) => React.createElement('b', null, 'Hello ', name)
test('renders', () => { expect(renderToString(<Hello name="you" />)).toMatchSnapshot() })`,
    },
    made: ['__snapshots__/a.test.tsx.snap'],
  },
  'coverage by V8': {
    needs: ['@vitest/coverage-v8'],
    files: plain,
    test: { coverage: { enabled: true, provider: 'v8', reporter: ['json-summary', 'text'], reportOnFailure: true } },
    made: ['coverage/coverage-summary.json'],
  },
  'coverage by Istanbul': {
    needs: ['@vitest/coverage-istanbul'],
    files: plain,
    test: {
      coverage: { enabled: true, provider: 'istanbul', reporter: ['json-summary', 'text'], reportOnFailure: true },
    },
    made: ['coverage/coverage-summary.json'],
  },
  'a native add-on': {
    needs: ['koffi'],
    files: {
      'a.test.ts': `import koffi from 'koffi'
import { expect, test } from 'vitest'
test('calls C', () => { expect(koffi.load(null).func('int abs(int)')(-3)).toBe(3) })`,
    },
  },
}

/** What Vitest printed, without what differs between two runs of the same tests: times, and the order of files. */
export function comparable(output: string, directory: string): readonly string[] {
  return stripVTControlCharacters(output)
    .replaceAll(directory, '<root>')
    .replaceAll(/\b\d+(?:\.\d+)?m?s\b/g, '<time>')
    .replaceAll(/\(<time>\)|\s+<time>$/gm, '')
    .replaceAll(/0x[\da-f]+/g, '<address>')
    .replaceAll(/\[\d+\/\d+\]⎯*/g, '')
    .split('\n')
    .map((line) => line.trimEnd())
    .filter(
      (line) =>
        !/^\s*(?:Start at|Duration|Isolate|at least|JSON report|-+\|)|workers? spawned|faster with|^$/.test(line),
    )
    .sort()
}

/** What a run left of the files that it was to make, without what differs between two runs. */
export function leftIn(directory: string, { made = [] }: SmallProject): readonly string[] {
  return made.map((name) => {
    const path = join(directory, name)
    if (!existsSync(path)) return `${name} is not there`
    const text = readFileSync(path, 'utf8').replaceAll(directory, '<root>')
    return name.startsWith('out/') ? withoutTimes(text) : text
  })
}

/** What a reporter wrote: times, the host's name, and what only one pool says of its tests. */
function withoutTimes(report: string): string {
  return report
    .replaceAll(/,?"(?:meta|startTime|endTime|duration)":(?:\{(?:[^{}]|\{(?:[^{}]|\{[^{}]*\})*\})*\}|[\d.]+)/g, '')
    .replaceAll(/\b(time|timestamp|hostname)="[^"]*"/g, '$1')
    .replaceAll(/\b\d+(?:\.\d+)?m?s\b/g, '<time>')
}
