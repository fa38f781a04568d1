import { expect, test } from 'vitest'
import { resolveMounts, type Mount } from '../../../src/image/mounts.ts'
import { planMounts, type FoundMount } from '../../../src/image/host-mounts.ts'
import type { RootEntry } from '../../../src/image/root-entry.ts'

const messageOf = (mounts: unknown): unknown => {
  try {
    return resolveMounts(mounts as readonly Mount[], 'mounts')
  } catch (error) {
    expect(error).toMatchObject({ code: 'INVALID_OPTION' })
    return error instanceof Error ? error.message : error
  }
}

test('mounts are read-only unless said otherwise, in their plain spelling, parents first', () => {
  const mounts = [
    { source: '/b', target: '/data/in/' },
    { source: 'here', target: '//data/./', writable: true },
    { source: '/c', target: '/work/x' },
  ]
  expect(resolveMounts(mounts, 'mounts')).toEqual([
    { source: `${process.cwd()}/here`, target: '/data', writable: true },
    { source: '/b', target: '/data/in', writable: false },
    { source: '/c', target: '/work/x', writable: false },
  ])
})

const absolute = '`mounts[0].target` must be an absolute path without `..`, got '
const itself = '`mounts[0].target` must be none of /, /work and /tmp themselves, got '
const outside = '`mounts[0].target` must lie outside of /proc, /dev, /sys, /run, got '

test.each([
  ['data', `${absolute}'data'`],
  ['', `${absolute}''`],
  ['./data', `${absolute}'./data'`],
  ['/data/../etc', `${absolute}'/data/../etc'`],
  ['/..', `${absolute}'/..'`],
  ['/data/..', `${absolute}'/data/..'`],
  ['/a\0b', "`mounts[0].target` must be without NUL, got '/a\\x00b'"],
  [7, '`mounts[0].target` must be a string, got 7'],
  ['/', `${itself}'/'`],
  ['//', `${itself}'//'`],
  ['/./', `${itself}'/./'`],
  ['/work', `${itself}'/work'`],
  ['/work/', `${itself}'/work/'`],
  ['/tmp', `${itself}'/tmp'`],
  ['/proc', `${outside}'/proc'`],
  ['/proc/self', `${outside}'/proc/self'`],
  ['//proc//1', `${outside}'//proc//1'`],
  ['/./proc', `${outside}'/./proc'`],
  ['/dev', `${outside}'/dev'`],
  ['/dev/shm', `${outside}'/dev/shm'`],
  ['/sys/fs', `${outside}'/sys/fs'`],
  ['/run', `${outside}'/run'`],
])('a target of %j is refused', (target, message) => {
  expect(messageOf([{ source: '/srv', target }])).toBe(message)
})

test.each([
  [{}, '`mounts` must be an array, got {}'],
  [['/srv'], "`mounts[0]` must be an object, got '/srv'"],
  // eslint-disable-next-line no-sparse-arrays
  [[, { source: '/srv', target: '/a' }], '`mounts[0]` must be an object, got undefined'],
  [
    [{ source: '/srv', target: '/a', mode: 'rw' }],
    "`mounts[0]` must have no properties but source, target, writable, got 'mode'",
  ],
  [[{ source: '', target: '/a' }], "`mounts[0].source` must name a path, got ''"],
  [[{ source: '/a\0', target: '/a' }], "`mounts[0].source` must be without NUL, got '/a\\x00'"],
  [[{ source: '/a', target: '/a', writable: 'yes' }], "`mounts[0].writable` must be a boolean, got 'yes'"],
  [
    [
      { source: '/a', target: '/x' },
      { source: '/b', target: '/x/.' },
    ],
    "`mounts[1].target` must be mounted on once, got '/x'",
  ],
  [
    Array.from({ length: 65 }, (_, index) => ({ source: '/a', target: `/x${index}` })),
    '`mounts` must have at most 64 mounts, got 65',
  ],
])('%j is refused', (mounts, message) => {
  expect(messageOf(mounts)).toBe(message)
})

const root: readonly RootEntry[] = [
  { kind: 'bind', target: 'usr', source: '/usr' },
  { kind: 'ownInodes', target: 'usr' },
  { kind: 'symlink', target: 'bin', source: 'usr/bin' },
  { kind: 'directory', target: 'etc', mode: 0o755 },
  { kind: 'ownInodes', target: 'etc' },
  { kind: 'directory', target: 'tmp', mode: 0o1777 },
  { kind: 'directory', target: 'work', mode: 0o755 },
]

function planned(target: string, others: Partial<FoundMount> = {}): readonly RootEntry[] {
  const found = { source: '/srv', target, writable: false, isDirectory: true, identity: '1:2', ...others }
  return planMounts(root, [found]).slice(root.length)
}

test('the plan binds a source where the container’s disk covers it, and makes what of its target is not there', () => {
  expect(planned('/data/in')).toEqual([
    { kind: 'bind', target: 'tmp/0', source: '/srv' },
    { kind: 'directory', target: 'data', mode: 0o755 },
    { kind: 'directory', target: 'data/in', mode: 0o755 },
    { kind: 'mount', target: 'data/in', source: 'tmp/0', writable: false },
  ])
  expect(planned('/etc/x.conf', { isDirectory: false, writable: true })).toEqual([
    { kind: 'bindWritable', target: 'tmp/0', source: '/srv' },
    { kind: 'file', target: 'etc/x.conf', mode: 0o444, content: '' },
    { kind: 'mount', target: 'etc/x.conf', source: 'tmp/0', writable: true },
  ])
})

test.each(['/usr/share/x', '/bin/x', '/work/x', '/tmp/a/b'])(
  'it makes nothing for %s, which is not its to make',
  (target) => {
    expect(planned(target).map(({ kind }) => kind)).toEqual(['bind', 'mount'])
  },
)

test('a source below a writable one says so, and which of them is the outermost', () => {
  const found = (source: string, writable: boolean): FoundMount => ({
    ...{ source, target: `/x${source}`, writable, isDirectory: true, identity: source },
  })
  const entries = planMounts(root, [
    found('/a', true),
    found('/a/b', true),
    found('/a/b/c', false),
    found('/ab', false),
  ])
  const bound = entries.slice(root.length).filter(({ kind }) => kind === 'bind' || kind === 'bindWritable')
  expect(bound.map((entry) => ('around' in entry ? entry.around : undefined))).toEqual([
    undefined,
    '/a',
    '/a',
    undefined,
  ])
})
