import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { cleanError, cleanStack, printable } from '../../../src/firewall/errors.ts'
import { VisiblePaths } from '../../../src/firewall/visible-paths.ts'

let base = ''
let paths: VisiblePaths
beforeAll(() => {
  base = realpathSync(mkdtempSync(join(tmpdir(), 'mayfly-test-paths-')))
  for (const name of ['project/src', 'outside', 'project-too']) mkdirSync(join(base, name), { recursive: true })
  for (const name of ['project/src/a.ts', 'project/.env', 'project/.env.local', 'outside/b.ts', 'project-too/c.ts'])
    writeFileSync(join(base, name), 'x')
  symlinkSync(join(base, 'outside/b.ts'), join(base, 'project/link.ts'))
  paths = new VisiblePaths(join(base, 'project'), [join(base, 'project')], ['.env', '.env.*'])
})
afterAll(() => rmSync(base, { recursive: true, force: true }))

test.each([
  ['project/src/a.ts', true],
  ['project/src/not-yet.ts', true],
  ['project', true],
  ['outside/b.ts', false],
  ['project-too/c.ts', false],
  ['project/../outside/b.ts', false],
  ['project/link.ts', false],
  ['project/.env', false],
  ['project/.env.local', false],
  ['project/.env/../src/a.ts', true],
])('%s is shown: %s', (name, isShown) => {
  expect(paths.has(`${base}/${name}`)).toBe(isShown)
})

test.each(['', '/@fs/', 'file://', '/@id/', '/@id//@fs/', '\0', '/@id/__x00__', '/@fs//'])(
  '%j before a path hides nothing',
  (prefix) => {
    expect(paths.hasModule(`${prefix}${base}/outside/b.ts?raw`)).toBe(false)
    expect(paths.hasModule(`${prefix}${base}/project/src/a.ts?raw`)).toBe(true)
  },
)

test('what is no file is not refused for being none, and networks are no modules', () => {
  expect(['node:fs', 'fs', '\0virtual:x', 'react'].map((id) => paths.hasModule(id))).toEqual([true, true, true, true])
  expect(['http://host/x.js', 'https://host/x.js', 'data:text/javascript,1'].some((id) => paths.hasModule(id))).toBe(
    false,
  )
})

test('a stack keeps frames of what is shown, of Node, and no others', () => {
  const frames = [
    'Error: what',
    `    at f (${base}/project/src/a.ts:1:1)`,
    '    at node:internal/process/task_queues:95:5',
    `    at g (file://${base}/outside/b.ts:1:1)`,
    `    at ${base}/outside/b.ts:2:3`,
    `    at async h (/dev/zero:1:1)`,
    `f@${base}/outside/b.ts:1:1`,
    `    at i (${base}/project/link.ts:1:1)`,
  ]
  expect(cleanStack(frames.join('\n'), paths).split('\n')).toEqual(frames.slice(0, 3))
})

test('an error loses what points to source, at every depth', () => {
  const stack = `Error: x\n    at ${base}/outside/b.ts:1:1`
  const cleaned = cleanError(
    {
      message: 'x',
      stack,
      stacks: [{ file: '/etc/passwd' }],
      codeFrame: 'y',
      cause: { message: 'z', stack, frame: 'f' },
    },
    paths,
  )
  expect(cleaned).toEqual({ message: 'x', stack: 'Error: x', cause: { message: 'z', stack: 'Error: x' } })
})

test('a message stays whole, whatever addresses it has', () => {
  const message = [
    "AssertionError: expected 'http://localhost:3000/worker.js' to be 'http://localhost/worker.js'",
    `  in /etc/passwd:1:1, and ${base}/outside/b.ts:2:3`,
    "+ received: 'at noon'",
  ]
  expect(cleanStack(message.join('\n'), paths).split('\n')).toEqual(message)
})

test.each([
  '    at f (../../../../../../../../etc/passwd:1:1)',
  '    at ../../../../../../../../etc/passwd:1:1',
  'x\rat ../../../../../../../../etc/passwd:1:1',
  'x\u2028 at /etc/passwd:1:1',
  '    at http://localhost/etc/passwd:1:1',
  '    at f (http://localhost/etc/passwd:1:1)',
  '    at async /etc/passwd:1:1',
  '    at f (eval at g (/etc/passwd:1:1), <anonymous>:1:1)',
  'f@http://localhost/etc/passwd:1:1',
  'f@../../../../../../../../etc/passwd:1:1',
  '@/etc/passwd:1:1',
  'f@@fs/x@/etc/passwd:1:1',
  '    at   (/nowhere (/etc/passwd:1:1)',
  `    at f (/etc/passwd:1:1)${' x'.repeat(2000)}:1`,
])('%j is no frame that is printed', (frame) => {
  expect(cleanStack(`Error: x\n${frame}`, paths)).toBe('Error: x')
})

test.each([
  'project/src/.\\..\\.env',
  'project\\.env',
  'project/x%2F..%2F..%2Foutside%2Fb.ts',
  'project/x%5C..%5C..%5Coutside%5Cb.ts',
  'project/x%00',
  'project/src',
  'project/src/__snapshots__/a.ts.snap',
  'project/a?/..%2F..%2Foutside/b.ts',
])('%s, as Vitest reads it, is no file of the project', (path) => {
  const frames = ['', 'file://', 'http://localhost'].flatMap((scheme) => [
    `    at ${scheme}${base}/${path}:1:1`,
    `    at f (${scheme}${base}/${path}:1:1)`,
    `f@${scheme}${base}/${path}:1:1`,
  ])
  expect(cleanStack(frames.join('\n'), paths)).toBe('')
})

describe('in a directory with whatever is in names', () => {
  const name = "My Docs (1) – ünï $x 'q', [b]#2"
  let strange: VisiblePaths
  const at = (path: string): string => join(base, name, path)
  beforeAll(() => {
    mkdirSync(at('src dir'), { recursive: true })
    for (const each of ['src dir/a b.ts', '.env']) writeFileSync(at(each), 'x')
    symlinkSync(join(base, 'outside/b.ts'), at('src dir/link.ts'))
    strange = new VisiblePaths(at(''), [join(base, name)], ['.env'])
  })

  test('frames of what is shown stay', () => {
    const frames = [
      `    at ${at('src dir/a b.ts')}:1:1`,
      `    at Object.<anonymous> (${at('src dir/a b.ts')}:1:1)`,
      `    at async f (${pathToFileURL(at('src dir/a b.ts')).href}:1:1)`,
    ]
    expect(cleanStack(frames.join('\n'), strange).split('\n')).toEqual(frames)
  })

  test.each([
    (shown: string) => `    at f (${shown}:1:1) (/etc/passwd:1:1)`,
    (shown: string) => `    at f (/etc/passwd:1:1) (${shown}:1:1)`,
    (shown: string) => `    at ${shown} (/etc/passwd:1:1)`,
    (shown: string) => `    at f@/etc/passwd:1:1 (${shown}:1:1)`,
    (shown: string) => `    at f (${shown}/../../../outside/b.ts:1:1)`,
    (shown: string) => `    at f (${shown.replace('a b.ts', 'link.ts')}:1:1)`,
    (shown: string) => `    at f (${shown.replace('src dir/a b.ts', '.env')}:1:1)`,
    (shown: string) => `    at f (eval at g (${shown}:1:1), /etc/passwd:1:1)`,
    (shown: string) => `    at f (/@fs/etc/passwd:1:1)\r at ${shown}:1:1`,
    () => `    at f (${join(base, 'outside/b.ts')}:1:1)`,
  ])('frames that may name something else go: %#', (frame) => {
    expect(cleanStack(frame(at('src dir/a b.ts')), strange)).toBe('')
  })
})

test('a host in an address is no directory', () => {
  const [, first, ...rest] = base.split('/')
  expect(cleanStack(`    at f (http://${first}/${rest.join('/')}/project/src/a.ts:1:1)`, paths)).toBe('')
  expect(cleanStack(`    at f (http://localhost:3000${base}/project/src/a.ts:1:1)`, paths)).not.toBe('')
})

test('what Vitest would take for a place, beside the stack, is dropped too', () => {
  const cleaned = cleanError(
    {
      message: 'x',
      stack: '',
      fileName: 'at /etc/passwd',
      lineNumber: 1,
      columnNumber: 1,
      sourceURL: 'at /etc/passwd',
    },
    paths,
  )
  expect(cleaned).toEqual({ message: 'x', stack: '', lineNumber: 1, columnNumber: 1 })
})

test.each([
  [{ message: 'x', stack: 'Error: x\n    at /etc/passwd:1:1' }, 'Error: x'],
  [Object.assign(new Error('x'), { stack: 'Error: x\n    at /etc/passwd:1:1' }), 'Error: x'],
  ['at /etc/passwd:1:1', 'Error: '],
  [7, 'Error: it did not say why'],
  [{}, 'Error: it did not say why'],
])('what a worker failed with, %j, is an error that can be printed', (sent, stack) => {
  expect(printable(sent, paths)).toBeInstanceOf(Error)
  expect(printable(sent, paths)?.stack).toBe(stack)
})
