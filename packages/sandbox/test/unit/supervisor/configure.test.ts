import { describe, expect, test } from 'vitest'
import { encodeConfiguration } from '../../../src/supervisor/configure.ts'
import { bitsOf, featuresOf } from '../../../src/supervisor/feature-bits.ts'
import {
  configureFlag,
  configureLayout as at,
  frameHeader,
  notifyRuleLayout,
  rootEntryLayout,
} from '../../../src/supervisor/protocol.ts'
import { hostFeatures } from '../../../src/features.ts'
import type { RootEntry } from '../../../src/image/root-entry.ts'
import { testLimits } from '../container/limits.ts'

const root: readonly RootEntry[] = [
  { kind: 'directory', target: 'etc', mode: 0o755 },
  { kind: 'file', target: 'etc/x', mode: 0o644, content: 'text', modifiedNs: 1_700_000_000_123_456_789n },
  { kind: 'file', target: 'etc/y', mode: 0o644, content: '', modifiedNs: -1n },
  { kind: 'file', target: 'etc/z', mode: 0o644, content: '', modifiedNs: 2n ** 64n },
  { kind: 'file', target: 'etc/now', mode: 0o644, content: '' },
  { kind: 'symlink', target: 'bin', source: 'usr/bin' },
  { kind: 'bind', target: 'usr', source: '/usr' },
  { kind: 'image', target: 'opt', image: '/srv/root', path: 'opt' },
  { kind: 'device', target: 'dev/null', source: '/dev/null' },
]

const frame = encodeConfiguration({
  warm: { min: 2, max: 5 },
  allowMissing: ['swap', 'cpu'],
  userId: 1000,
  groupId: 1001,
  runtimeDirectory: '/tmp/mayfly-ü',
  filter: {
    program: new Uint8Array(16).fill(7),
    plainProgram: new Uint8Array(8).fill(9),
    rules: [{ call: 165, answer: 'EPERM', keptArguments: [0, 3], read: [{ argument: 2, as: 'string' }] }],
    violationMax: 64,
  },
  root,
  freshBootTime: true,
  loopback: false,
  fullProc: true,
  subordinateUsers: { first: 100_000, count: 65_536 },
  subordinateGroups: { first: 200_000, count: 1000 },
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
    const rules = entries + field('root_bytes')
    const plain = rules + field('notify_count') * notifyRuleLayout.size
    expect(body.subarray(plain)).toEqual(Buffer.alloc(field('plain_filter_bytes'), 9))
    expect(field('root_count')).toBe(root.length)
  })

  test('says what is done about the calls that are notified', () => {
    const rules = body.length - field('plain_filter_bytes') - field('notify_count') * notifyRuleLayout.size
    expect(field('notify_count')).toBe(1)
    expect(body.readInt32LE(rules + notifyRuleLayout.call)).toBe(165)
    expect(body.readUInt32LE(rules + notifyRuleLayout.answer)).toBe(1)
    expect([...body.subarray(rules + notifyRuleLayout.kept_arguments, rules + 16)]).toEqual([
      0b1001, 2, 0, 1, 0, 0, 0, 0,
    ])
    expect(field('violation_max')).toBe(64)
  })

  test('says whose ids may be mapped and how the clocks start', () => {
    expect([field('sub_users_first'), field('sub_users_count')]).toEqual([100_000, 65_536])
    expect([field('sub_groups_first'), field('sub_groups_count')]).toEqual([200_000, 1000])
    expect(field('flags')).toBe(configureFlag.FRESH_BOOT_TIME | configureFlag.FULL_PROC)
  })

  test('holds every entry of the root, in order', () => {
    let from = at.size + field('runtime_dir_bytes') + field('filter_bytes')
    const found: unknown[] = []
    const end = from + field('root_bytes')
    while (from < end) {
      const target = from + rootEntryLayout.size
      const source = target + body.readUInt32LE(from + rootEntryLayout.target_bytes)
      const next = source + body.readUInt32LE(from + rootEntryLayout.source_bytes)
      const [kind, mode] = [body.readUInt32LE(from), body.readUInt32LE(from + rootEntryLayout.mode)]
      const modifiedNs = body.readBigUInt64LE(from + rootEntryLayout.modified_ns)
      const [name, content] = [body.toString('utf8', target, source), body.toString('utf8', source, next)]
      found.push([kind, mode, name, content, ...(modifiedNs === 0n ? [] : [modifiedNs])])
      from = next
    }
    expect(found).toEqual([
      [1, 0o755, 'etc', ''],
      [2, 0o644, 'etc/x', 'text', 1_700_000_000_123_456_789n],
      [2, 0o644, 'etc/y', ''],
      [2, 0o644, 'etc/z', ''],
      [2, 0o644, 'etc/now', ''],
      [3, 0, 'bin', 'usr/bin'],
      [4, 0, 'usr', '/usr'],
      [9, 0, 'opt', '/srv/root\0opt'],
      [5, 0, 'dev/null', '/dev/null'],
    ])
  })
})

test('features and their bits stand for each other', () => {
  for (const feature of hostFeatures) expect(featuresOf(bitsOf([feature]))).toEqual([feature])
  expect(featuresOf(bitsOf(hostFeatures))).toEqual(hostFeatures)
  expect(featuresOf(0)).toEqual([])
})
