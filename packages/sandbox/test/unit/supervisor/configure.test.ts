import { describe, expect, test } from 'vitest'
import { encodeConfiguration } from '../../../src/supervisor/configure.ts'
import { bitsOf, featuresOf } from '../../../src/supervisor/feature-bits.ts'
import { configureLayout as at, frameHeader, rootEntryLayout } from '../../../src/supervisor/protocol.ts'
import { hostFeatures } from '../../../src/features.ts'
import type { RootEntry } from '../../../src/image/root-entry.ts'
import { testLimits } from '../container/limits.ts'

const root: readonly RootEntry[] = [
  { kind: 'directory', target: 'etc', mode: 0o755 },
  { kind: 'file', target: 'etc/x', mode: 0o644, content: 'text' },
  { kind: 'symlink', target: 'bin', source: 'usr/bin' },
  { kind: 'bind', target: 'usr', source: '/usr' },
  { kind: 'device', target: 'dev/null', source: '/dev/null' },
]

const frame = encodeConfiguration({
  warm: { min: 2, max: 5 },
  allowMissing: ['swap', 'cpu'],
  userId: 1000,
  groupId: 1001,
  runtimeDirectory: '/tmp/mayfly-ü',
  filter: new Uint8Array(16).fill(7),
  root,
  limits: testLimits,
})
const body = frame.subarray(frameHeader.size)
const field = (name: Exclude<keyof typeof at, 'size' | 'limits'>): number => body.readUInt32LE(at[name])

describe('the configuration', () => {
  test('says once what a supervisor needs to know', () => {
    expect([field('version'), field('warm_min'), field('warm_max')]).toEqual([1, 2, 5])
    expect([field('user_id'), field('group_id'), field('allow_missing')]).toEqual([1000, 1001, 0b1_0100])
  })

  test('holds directory, filter and root one after the other, as its lengths say', () => {
    const filter = at.size + field('runtime_dir_bytes')
    const entries = filter + field('filter_bytes')
    expect(body.toString('utf8', at.size, filter)).toBe('/tmp/mayfly-ü')
    expect(body.subarray(filter, entries)).toEqual(Buffer.alloc(16, 7))
    expect(entries + field('root_bytes')).toBe(body.length)
    expect(field('root_count')).toBe(root.length)
  })

  test('holds every entry of the root, in order', () => {
    let from = at.size + field('runtime_dir_bytes') + field('filter_bytes')
    const found: unknown[] = []
    while (from < body.length) {
      const target = from + rootEntryLayout.size
      const source = target + body.readUInt32LE(from + rootEntryLayout.target_bytes)
      const end = source + body.readUInt32LE(from + rootEntryLayout.source_bytes)
      const [kind, mode] = [body.readUInt32LE(from), body.readUInt32LE(from + rootEntryLayout.mode)]
      found.push([kind, mode, body.toString('utf8', target, source), body.toString('utf8', source, end)])
      from = end
    }
    expect(found).toEqual([
      [1, 0o755, 'etc', ''],
      [2, 0o644, 'etc/x', 'text'],
      [3, 0, 'bin', 'usr/bin'],
      [4, 0, 'usr', '/usr'],
      [5, 0, 'dev/null', '/dev/null'],
    ])
  })
})

test('features and their bits stand for each other', () => {
  for (const feature of hostFeatures) expect(featuresOf(bitsOf([feature]))).toEqual([feature])
  expect(featuresOf(bitsOf(hostFeatures))).toEqual(hostFeatures)
  expect(featuresOf(0)).toEqual([])
})
