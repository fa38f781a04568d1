import { createHash } from 'node:crypto'
import { KiB, MiB } from '@mayfly/sandbox'
import { expect, test } from 'vitest'
import { sh } from './support/commands.ts'
import { failureOf } from './support/failure.ts'
import { useSandbox } from './support/use-sandbox.ts'

const sandbox = useSandbox()

/** Bytes that no text encoding leaves as they are, the same on every run. */
function patternBytes(count: number): Uint8Array {
  const bytes = new Uint8Array(count)
  let state = 1
  for (let i = 0; i < count; i++) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0
    bytes[i] = state >>> 16
  }
  return bytes
}

function digest(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

async function* pieces(bytes: Uint8Array, pieceBytes: number): AsyncGenerator<Uint8Array> {
  for (let from = 0; from < bytes.length; from += pieceBytes) yield bytes.subarray(from, from + pieceBytes)
}

test('standard input that is not given is at its end', async () => {
  const result = await sandbox().run(['cat'])
  expect(result).toMatchObject({ status: 'exited', exitCode: 0 })
  expect(result.stdout.totalBytes).toBe(0)
})

test('a string arrives as UTF-8', async () => {
  const result = await sandbox().run({ argv: ['cat'], stdin: 'grüße 🪰\n' })
  expect(String(result.stdout)).toBe('grüße 🪰\n')
})

test('bytes arrive as they are', async () => {
  const bytes = patternBytes(1000)
  const result = await sandbox().run({ argv: ['cat'], stdin: bytes })
  expect(Buffer.from(result.stdout.bytes).equals(bytes)).toBe(true)
})

test('an empty input is an input at its end', async () => {
  const result = await sandbox().run({ argv: sh('cat; echo end'), stdin: '' })
  expect(String(result.stdout)).toBe('end\n')
})

test('10 MiB pass through cat unchanged', async () => {
  const bytes = patternBytes(10 * MiB)
  const result = await sandbox().run({ argv: ['cat'], stdin: bytes })
  expect(result).toMatchObject({ status: 'exited', exitCode: 0 })
  expect(digest(result.stdout.bytes)).toBe(digest(bytes))
})

test('10 MiB from an async iterable pass through cat unchanged', async () => {
  const bytes = patternBytes(10 * MiB)
  const result = await sandbox().run({ argv: ['cat'], stdin: pieces(bytes, 100 * KiB) })
  expect(result).toMatchObject({ status: 'exited', exitCode: 0 })
  expect(digest(result.stdout.bytes)).toBe(digest(bytes))
})

test('an iterable of many small pieces keeps their order', async () => {
  const bytes = patternBytes(5000)
  const result = await sandbox().run({ argv: ['cat'], stdin: pieces(bytes, 7) })
  expect(digest(result.stdout.bytes)).toBe(digest(bytes))
})

test('a command that reads nothing ends with its own status whatever is sent to it', async () => {
  const result = await sandbox().run({ argv: sh('exit 3'), stdin: new Uint8Array(10 * MiB) })
  expect(result).toMatchObject({ status: 'exited', exitCode: 3 })
})

test('an iterable without end does not keep a command that has ended', async () => {
  let closed = false
  async function* endless(): AsyncGenerator<Uint8Array> {
    try {
      for (;;) yield patternBytes(64 * KiB)
    } finally {
      closed = true
    }
  }
  const result = await sandbox().run({ argv: ['head', '-c', '5'], stdin: endless() })
  expect(result).toMatchObject({ status: 'exited', exitCode: 0 })
  expect(result.stdout.totalBytes).toBe(5)
  expect(closed).toBe(true)
})

test('an iterable is asked for more only as fast as the command reads', async () => {
  let takenBytes = 0
  async function* counted(): AsyncGenerator<Uint8Array> {
    for (let i = 0; i < 512; i++) {
      takenBytes += 64 * KiB
      yield new Uint8Array(64 * KiB)
    }
  }
  const result = await sandbox().run({ argv: ['head', '-c', '5'], stdin: counted() })
  expect(result).toMatchObject({ status: 'exited', exitCode: 0 })
  expect(takenBytes).toBeLessThan(16 * MiB)
})

test('an iterable that throws rejects the run with what it threw', async () => {
  const reason = new Error('the source broke')
  async function* broken(): AsyncGenerator<Uint8Array> {
    yield Buffer.from('first')
    throw reason
  }
  const failure = await failureOf(sandbox().run({ argv: ['cat'], stdin: broken() }))
  expect(failure === reason || (failure as Error).cause === reason).toBe(true)
})
