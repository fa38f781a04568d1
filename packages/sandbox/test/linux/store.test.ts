import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { needs } from '@mayfly/test-support'
import { createSandbox, KiB, MiB, type Command, type StoredBlob } from '@mayfly/sandbox'
import { describe, expect, test } from 'vitest'
import { sh } from './support/commands.ts'
import { failureOf } from './support/failure.ts'
import { hasLayers } from './support/has-layers.ts'
import { outputOf } from './support/output-of.ts'
import { until } from './support/until.ts'
import { useSandbox } from './support/use-sandbox.ts'

const sandbox = useSandbox({ concurrency: 2 })

/** Every byte and every offset of a page occurs; no two of these are alike. */
function bytesOf(length: number, seed = 1): Buffer {
  const bytes = Buffer.alloc(length)
  for (let at = 0, value = seed; at + 4 <= length; at += 4) {
    value = (Math.imul(value, 1_664_525) + 1_013_904_223) >>> 0
    bytes.writeUInt32LE(value, at)
  }
  return bytes
}

function digestOf(bytes: Uint8Array): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`
}

/** What a command prints, its complaints included. */
async function printed(command: Command): Promise<string> {
  const { stdout, stderr } = await sandbox().run(command)
  return `${String(stdout)}${String(stderr)}`
}

/** The digest of what a run sees of it. */
async function seenOf(blob: StoredBlob, options = {}): Promise<string> {
  const result = await sandbox().run({ argv: ['sha256sum', 'input'], files: { input: blob } }, {}, options)
  return `sha256:${String(result.stdout).slice(0, 64)}`
}

describe('a stored blob', () => {
  test('is a file with the content of what was stored, whatever that was', async () => {
    const bytes = bytesOf(3 * MiB + 5)
    const folder = await mkdtemp(join(tmpdir(), 'store-'))
    try {
      const hostPath = join(folder, 'file')
      await writeFile(hostPath, bytes)
      for (const source of [bytes, { hostPath }, Readable.from([bytes.subarray(0, 70_000), bytes.subarray(70_000)])]) {
        await using blob = await sandbox().store(source)
        expect([blob.size, blob.digest]).toEqual([bytes.length, digestOf(bytes)])
        expect(await seenOf(blob)).toBe(digestOf(bytes))
      }
    } finally {
      await rm(folder, { recursive: true })
    }
    await using text = await sandbox().store('grüße')
    expect(text.size).toBe(7)
    expect(await printed({ argv: ['cat', 'a/b'], files: { 'a/b': text } })).toBe('grüße')
    await using empty = await sandbox().store('')
    expect(await printed({ argv: ['wc', '-c', 'none'], files: { none: empty } })).toBe('0 none\n')
  })

  test('is read-only, and nobody’s; executable where that was asked for, or is of a file of the host', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'store-'))
    try {
      const hostPath = join(folder, 'program')
      await writeFile(hostPath, '#!/bin/sh\necho ran\n', { mode: 0o700 })
      await using plain = await sandbox().store('#!/bin/sh\necho ran\n')
      await using program = await sandbox().store('#!/bin/sh\necho ran\n', { executable: true })
      await using ofHost = await sandbox().store({ hostPath })
      const files = { plain, program: { content: program }, ofHost }
      const script = 'stat -c "%n %a %F" plain program ofHost; ./program; ./ofHost; ./plain'
      expect(await printed({ argv: sh(script), files })).toBe(
        'plain 444 regular file\nprogram 555 regular file\nofHost 555 regular file\nran\nran\nsh: 1: ./plain: Permission denied\n',
      )
    } finally {
      await rm(folder, { recursive: true })
    }
  })

  test('may stand beside files and other blobs, and be had under several names', async () => {
    await using one = await sandbox().store('1')
    await using two = await sandbox().store('2')
    const files = { 'd/one': one, 'd/two': two, 'd/again': one, 'd/file': 'f', 'e/one': { content: one } }
    expect(
      await printed({ argv: sh('cat d/one d/two d/again d/file e/one; echo new > d/new && cat d/new'), files }),
    ).toBe('121f1new\n')
  })

  test('costs a run neither disk nor memory', async () => {
    const bytes = bytesOf(96 * MiB)
    await using blob = await sandbox().store(bytes)
    const argv = ['sha256sum', 'input']
    const result = await sandbox().run({ argv, files: { input: blob } }, { memoryBytes: 16 * MiB, diskBytes: 64 * KiB })
    expect(result).toMatchObject({ status: 'exited', exitCode: 0 })
    expect(`sha256:${String(result.stdout).slice(0, 64)}`).toBe(blob.digest)
    expect(result.usage.memoryPeakBytes).toBeLessThan(16 * MiB)
  })

  test('is had by commands that are spawned and connected', async () => {
    await using blob = await sandbox().store('shared')
    const running = await sandbox().spawn({ argv: ['cat', 'input'], files: { input: blob } })
    expect(await outputOf(running)).toBe('shared')
    const { right } = await sandbox().connect(
      { command: { argv: ['cat', 'input'], files: { input: blob } } },
      { command: { argv: sh('[ "$(cat in)" = "$(cat)" ]'), files: { in: blob } } },
    )
    expect(right).toMatchObject({ status: 'exited', exitCode: 0 })
  })

  test('is had by runs of another make, which is given it once', async () => {
    await using blob = await sandbox().store(bytesOf(2 * MiB))
    const seen = await Promise.all([1, 2, 3].map(() => seenOf(blob, { network: 'loopback' })))
    expect(seen).toEqual([blob.digest, blob.digest, blob.digest])
    expect(await seenOf(blob)).toBe(blob.digest)
  })

  test('is stored once, however often the same is stored', async () => {
    const bytes = bytesOf(MiB)
    await using small = await createSandbox({ concurrency: 1, storeBytes: 2 * MiB })
    const first = await small.store(bytes)
    const second = await small.store(bytes)
    await using third = await small.store(bytes)
    expect(new Set([first.digest, second.digest, third.digest]).size).toBe(1)
    await first.close()
    await second.close()
    const { stdout } = await small.run({ argv: ['wc', '-c', 'x'], files: { x: third } })
    expect(String(stdout)).toBe(`${MiB} x\n`)
  })

  test('stays for a run that has it already when it is closed, and its memory is free after that', async ({
    signal,
  }) => {
    const before = sharedMemoryBytes()
    const blob = await sandbox().store(Buffer.alloc(256 * MiB, 'x'))
    expect(sharedMemoryBytes() - before).toBeGreaterThan(200 * MiB)
    const running = await sandbox().spawn({ argv: sh('read go; wc -c input'), files: { input: blob } })
    const closing = blob.close()
    running.stdin.end('go\n')
    expect(await outputOf(running)).toBe(`${256 * MiB} input\n`)
    await running.result
    await Promise.all([closing, blob.close()])
    await until(signal, () => sharedMemoryBytes() - before < 100 * MiB)
  })
})

function sharedMemoryBytes(): number {
  return Number(/^Shmem: +(\d+) kB$/m.exec(readFileSync('/proc/meminfo', 'utf8'))?.[1]) * KiB
}

describe('what cannot be had is refused by name', () => {
  test('a blob of another sandbox', async () => {
    await using other = await createSandbox({ concurrency: 1 })
    await using blob = await other.store('x')
    const failure = await failureOf(sandbox().run({ argv: ['true'], files: { 'a/x': blob } }))
    const message = "`command.files['a/x']` must be a blob of this sandbox, got 'one of another'"
    expect(failure).toMatchObject({ code: 'INVALID_OPTION', message })
  })

  test('one that was closed, also twice and beside one that is not', async () => {
    const blob = await sandbox().store('x')
    await using open = await sandbox().store('y')
    await Promise.all([blob.close(), blob.close()])
    const message = "`command.files['x']` must be a blob that is open, got 'a closed one'"
    const both = { argv: ['true'], files: { open, x: blob } }
    expect(await failureOf(sandbox().run(both))).toMatchObject({ code: 'INVALID_OPTION', message })
    expect(await failureOf(sandbox().spawn(both))).toMatchObject({ code: 'INVALID_OPTION', message })
    const command = { argv: ['true'], files: { x: blob } }
    const failure = await failureOf(sandbox().connect({ command: ['true'] }, { command }))
    expect(failure).toMatchObject({ code: 'INVALID_OPTION' })
  })

  test('what is made to look like one, and a mode for one', async () => {
    await using blob = await sandbox().store('x')
    const close = async (): Promise<void> => {}
    const fake = { size: blob.size, digest: blob.digest, close, [Symbol.asyncDispose]: close }
    for (const source of [fake, { content: fake }, { content: blob, mode: 0o333 }]) {
      const failure = await failureOf(sandbox().run({ argv: ['true'], files: { x: source } }))
      expect(failure).toMatchObject({ code: 'INVALID_OPTION', message: expect.stringContaining("command.files['x']") })
    }
  })

  test('a path where no file can be made', async () => {
    await using blob = await sandbox().store('x')
    const failure = await failureOf(sandbox().run({ argv: ['true'], files: { a: 'file', 'a/b': blob } }))
    expect(failure).toMatchObject({ code: 'INVALID_OPTION', errno: 'ENOTDIR', path: 'a/b' })
  })

  test('what is not there, is no content, or does not fit', async () => {
    await using small = await createSandbox({ concurrency: 1, storeBytes: MiB })
    const kept = await small.store(bytesOf(600 * KiB))
    const refused = [
      ...[{ hostPath: '/does/not/exist' }, { hostPath: '/dev/null' }, { hostPath: 5 }, 5, undefined, {}],
      ...[Readable.from(['text']), bytesOf(600 * KiB, 2)],
    ]
    for (const source of refused) {
      const failure = await failureOf(small.store(source as string))
      expect(failure).toMatchObject({ code: 'INVALID_OPTION', message: expect.stringContaining('content') })
    }
    await kept.close()
    await using now = await small.store(bytesOf(600 * KiB, 2))
    expect(now.size).toBe(600 * KiB)
  })
})

describe('storing', () => {
  test('rejects with what its source throws, and with the reason of an abort, also while that never comes', async () => {
    const broken = (async function* () {
      yield bytesOf(MiB)
      throw new RangeError('broken')
    })()
    expect(await failureOf(sandbox().store(broken))).toBeInstanceOf(RangeError)
    const stop = new AbortController()
    const storing = failureOf(sandbox().store(new Readable({ read: () => {} }), { signal: stop.signal }))
    stop.abort(new TypeError('stopped'))
    expect(await storing).toBeInstanceOf(TypeError)
  })

  test('ends with the sandbox, and so does what was stored', async () => {
    const own = await createSandbox({ concurrency: 1 })
    const blob = await own.store('x')
    const storing = failureOf(own.store(new Readable({ read: () => {} })))
    await own.close()
    expect(await storing).toMatchObject({ code: 'SANDBOX_CLOSED' })
    expect(await failureOf(own.store('x'))).toMatchObject({ code: 'SANDBOX_CLOSED' })
    await blob.close()
  })

  test('of many at once keeps them apart', async () => {
    const blobs = await Promise.all(
      Array.from({ length: 20 }, (_, index) => sandbox().store(bytesOf(300 * KiB, index + 1))),
    )
    const files = Object.fromEntries(blobs.map((blob, index) => [`f${index}`, blob]))
    const names = Object.keys(files)
    const sums = await printed({ argv: ['sha256sum', ...names], files })
    expect(sums).toBe(blobs.map(({ digest }, index) => `${digest.slice(7)}  f${index}\n`).join(''))
    await Promise.all(blobs.map((blob) => blob.close()))
  })
})

test('where a layer keeps what a blob had covered, it is covered again, and nothing else is', async (context) => {
  needs(context, await hasLayers(sandbox()), 'layers need Linux 6.11')
  await using blob = await sandbox().store('input')
  const { layer } = await sandbox().run(
    { argv: sh('cat in > out; ln -s out link'), files: { in: blob } },
    {},
    { freeze: true },
  )
  if (layer === undefined) throw new Error('a run with `freeze` left no layer')
  expect(await printed({ argv: sh('cat in out; wc -c < in'), base: layer })).toBe('input0\n')
  expect(await printed({ argv: ['cat', 'in', 'out'], base: layer, files: { in: blob } })).toBe('inputinput')
  for (const path of ['out', 'link']) {
    const failure = await failureOf(sandbox().run({ argv: ['true'], base: layer, files: { [path]: blob } }))
    expect(failure).toMatchObject({ code: 'INVALID_OPTION', path, errno: expect.stringMatching(/^(?:EEXIST|ELOOP)$/) })
  }
  await layer.close()
})
