import { describe, expect, test } from 'vitest'
import { readViolations } from '../../../src/container/violations.ts'
import type { ReportedCall } from '../../../src/policy/policy.ts'
import { defaultPolicy } from '../../../src/policy/default-policy.ts'
import { violationLayout as at, violationTextBytes } from '../../../src/supervisor/protocol.ts'

interface Noted {
  readonly call?: number
  readonly count?: number
  readonly atMs?: number
  readonly arguments?: readonly bigint[]
  readonly texts?: readonly (string | Uint8Array)[]
  readonly program?: string
}

/** struct violation. */
function violation(noted: Noted): Buffer {
  const { call = 1, count = 1, atMs = 0, arguments: values = [], texts = [], program = 'sh' } = noted
  const bytes = Buffer.alloc(at.size)
  bytes.writeInt32LE(call, at.call)
  bytes.writeBigUInt64LE(BigInt(count), at.count)
  bytes.writeDoubleLE(atMs, at.at_ms)
  for (const [index, value] of values.entries())
    bytes.writeBigUInt64LE(BigInt.asUintN(64, value), at.arguments + 8 * index)
  for (const [index, text] of texts.entries()) {
    const read = Buffer.from(text)
    bytes.writeUInt32LE(read.length, at.text_bytes + 4 * index)
    read.copy(bytes, at.text + violationTextBytes * index)
  }
  bytes.write(program, at.program, 'latin1')
  return bytes
}

/** What is told of a call as the default policy reports it. */
function detail(name: string, noted: Noted): string | undefined {
  const call = defaultPolicy.report?.find((reported) => reported.call === name)
  if (call === undefined) throw new Error(`the default policy does not report ${name}`)
  return readViolations(violation(noted), () => call)[0]?.detail
}

const inet = (address: readonly number[], port: number): Uint8Array =>
  Uint8Array.of(2, 0, port >> 8, port & 0xff, ...address, 0, 0, 0, 0, 0, 0, 0, 0)
const inet6 = (groups: readonly number[], port: number): Uint8Array =>
  Uint8Array.of(
    10,
    0,
    port >> 8,
    port & 0xff,
    0,
    0,
    0,
    0,
    ...groups.flatMap((group) => [group >> 8, group & 0xff]),
    0,
    0,
    0,
    0,
  )

describe('a violation', () => {
  test('tells the call, how often, whose and when', () => {
    const call: ReportedCall = { call: 'bpf' }
    const bytes = violation({ call: 321, count: 5_000_000_000, atMs: 12.5, program: 'python3' })
    expect(readViolations(bytes, (number) => (number === 321 ? call : undefined))).toEqual([
      { call: 'bpf', detail: '', count: 5_000_000_000, program: 'python3', atMs: 12.5 },
    ])
  })

  test('of a call that nobody knows has its number', () => {
    expect(readViolations(violation({ call: 999 }), () => undefined)[0]?.call).toBe('call 999')
  })

  test.each([
    ['connect', 'inet 93.184.216.34:443', { texts: [inet([93, 184, 216, 34], 443)] }],
    ['connect', 'inet6 [::1]:80', { texts: [inet6([0, 0, 0, 0, 0, 0, 0, 1], 80)] }],
    ['connect', 'inet6 [2001:db8::1:0:0:1]:80', { texts: [inet6([0x2001, 0xdb8, 0, 0, 1, 0, 0, 1], 80)] }],
    ['connect', 'inet6 [1:2:3:4:5:6:7:0]:1', { texts: [inet6([1, 2, 3, 4, 5, 6, 7, 0], 1)] }],
    ['connect', 'inet6 [::]:1', { texts: [inet6([0, 0, 0, 0, 0, 0, 0, 0], 1)] }],
    ['connect', 'inet', { texts: [Uint8Array.of(2, 0, 1)] }],
    ['connect', 'inet6', { texts: [Uint8Array.of(10, 0, 0, 80, 1, 2, 3, 4)] }],
    ['connect', 'packet', { texts: [Uint8Array.of(17, 0)] }],
    ['connect', 'family 77', { texts: [Uint8Array.of(77, 0)] }],
    ['connect', '?', { texts: [''] }],
    ['bind', 'inet 0.0.0.0:8080', { texts: [inet([0, 0, 0, 0], 8080)] }],
    ['sendto', 'inet 8.8.8.8:53', { texts: [inet([8, 8, 8, 8], 53)] }],
    ['socket', 'packet', { arguments: [17n] }],
    ['socket', 'netlink', { arguments: [16n] }],
    ['socket', 'vsock', { arguments: [40n] }],
    ['socket', 'alg', { arguments: [0xffff_ffff_0000_0026n] }],
    ['socket', 'family -1', { arguments: [-1n] }],
    ['mount', '/dev/sda /mnt', { texts: ['/dev/sda', '/mnt'] }],
    ['mount', '"" /mnt', { texts: ['', '/mnt'] }],
    ['ptrace', 'attach 1', { arguments: [16n, 1n] }],
    ['ptrace', '99 -1', { arguments: [99n, -1n] }],
    ['unshare', 'user mount', { arguments: [0x1002_0000n] }],
    ['unshare', '0x400', { arguments: [0x400n] }],
    ['clone', 'user', { arguments: [0x1000_0011n] }],
    ['kill', '1 SIGKILL', { arguments: [1n, 9n] }],
    ['kill', '1 0', { arguments: [1n, 0n] }],
    ['kill', '1 SIGRT40', { arguments: [1n, 40n] }],
    ['kill', '1 -1', { arguments: [1n, 0xffff_ffffn] }],
    ['tgkill', '1 SIGTERM', { arguments: [1n, 0n, 15n] }],
    ['ioctl', 'TIOCSTI', { arguments: [0n, 0x5412n] }],
    ['personality', '0x40000', { arguments: [0x4_0000n] }],
    ['bpf', '', {}],
    ['keyctl', '', {}],
  ] as const)('%s is told as %j', (call, words, noted) => {
    expect(detail(call, noted)).toBe(words)
  })

  test.each([
    ['controls', 'a\u001B[2J\u0007\n', String.raw`a\x1b[2J\x07\x0a`],
    ['what is not UTF-8', Uint8Array.of(0x61, 0xff, 0xc3, 0x62), String.raw`a\xff\xc3b`],
    ['an encoded surrogate', Uint8Array.of(0xed, 0xa0, 0x80), String.raw`\xed\xa0\x80`],
    ['what turns the direction of text', 'a\u202Eb\u200Bc', String.raw`a\u{202e}b\u{200b}c`],
    ['a backslash, which would look like an escape', String.raw`a\x1b`, String.raw`a\\x1b`],
    ['quotes and spaces', 'a "b" c', String.raw`"a \"b\" c"`],
    ['nothing of what shows', 'grüße/日本/🦋', 'grüße/日本/🦋'],
    ['what is read no further', 'x'.repeat(violationTextBytes), `${'x'.repeat(violationTextBytes)}…`],
  ])('escapes %s', (_, text, words) => {
    expect(detail('chroot', { texts: [text] })).toBe(words)
  })

  test('escapes the name of the program too, and bounds what claims to be longer than it can be', () => {
    const bytes = violation({ texts: ['ab'], program: '\u001B]0;x\u0007evil-name' })
    bytes.writeUInt32LE(0xffff_ffff, at.text_bytes)
    const [found] = readViolations(bytes, () => ({ call: 'chroot', words: [{ argument: 0, as: 'string' }] }))
    expect(found?.program).toBe(String.raw`\x1b]0;x\x07evil-name`)
    expect(found?.detail).toHaveLength(2 + 4 * (violationTextBytes - 2) + 1)
  })

  test('is one with others of the same words', () => {
    const call: ReportedCall = { call: 'socket', words: [{ argument: 0, as: 'family' }] }
    const bytes = Buffer.concat([
      violation({ arguments: [17n], count: 2, atMs: 3 }),
      violation({ arguments: [16n] }),
      violation({ arguments: [0x1_0000_0011n], count: 5, atMs: 9 }),
    ])
    expect(readViolations(bytes, () => call)).toEqual([
      { call: 'socket', detail: 'packet', count: 7, program: 'sh', atMs: 3 },
      { call: 'socket', detail: 'netlink', count: 1, program: 'sh', atMs: 0 },
    ])
  })
})
