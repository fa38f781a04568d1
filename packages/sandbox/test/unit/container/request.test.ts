import { describe, expect, test } from 'vitest'
import { resolveCommand, type Command } from '../../../src/container/command.ts'
import { loadFiles } from '../../../src/container/files.ts'
import { encodeRequest } from '../../../src/container/request.ts'
import type { Limits } from '../../../src/limits.ts'
import { readUint64 as readFrom, viewOf } from '../../../src/supervisor/integers.ts'
import {
  execFileLayout,
  execRequestLayout,
  execRlimitLayout,
  frameHeader,
  frameType,
  limitsLayout,
  runFlag,
  runRequestLayout,
} from '../../../src/supervisor/protocol.ts'
import { collectFlag, collectRequestLayout } from '../../../src/supervisor/protocol-files.ts'
import { MiB } from '../../../src/units.ts'
import { testLimits } from './limits.ts'

const readUint64 = (bytes: Buffer, at: number): number => readFrom(viewOf(bytes), at)

interface Given {
  readonly limits?: Limits
  readonly stdin?: string
  readonly stdinFollows?: boolean
  readonly freeze?: boolean
}

async function encode(
  command: Command,
  { limits = testLimits, stdin = '', stdinFollows = false, freeze = false }: Given = {},
): Promise<Buffer> {
  const resolved = resolveCommand(command)
  const { placed: files } = await loadFiles(resolved.files, 100 * MiB, undefined as never)
  const resourceLimits = [{ resource: 1 as const, value: 2 ** 40 + 5 }]
  const given = { files, limits, resourceLimits, stdin: Buffer.from(stdin), stdinFollows }
  return encodeRequest({ command: resolved, ...given, filesFollow: false, layer: 7, freeze })
}

/** The parts of a FRAME_RUN, cut as its own lengths say. */
function parts(frame: Buffer): { head: Buffer; exec: Buffer; collect: Buffer; stdin: Buffer } {
  const head = frame.subarray(frameHeader.size, frameHeader.size + runRequestLayout.size)
  const exec = frameHeader.size + runRequestLayout.size
  const collect = exec + head.readUInt32LE(runRequestLayout.exec_bytes)
  const stdin = collect + head.readUInt32LE(runRequestLayout.collect_bytes)
  const end = stdin + head.readUInt32LE(runRequestLayout.stdin_bytes)
  expect(end).toBe(frame.length)
  expect(frame.readUInt32LE(frameHeader.length)).toBe(frame.length - frameHeader.size)
  expect(frame.readUInt32LE(frameHeader.type)).toBe(frameType.RUN)
  return {
    head,
    exec: frame.subarray(exec, collect),
    collect: frame.subarray(collect, stdin),
    stdin: frame.subarray(stdin, end),
  }
}

function strings(bytes: Buffer): readonly string[] {
  expect(bytes.at(-1)).toBe(0)
  return bytes.subarray(0, -1).toString().split('\0')
}

describe('a request', () => {
  test('holds arguments, environment and working directory in this order', async () => {
    const { exec } = parts(await encode({ argv: ['prög', '', 'b c'], env: { A: 'ä' }, cwd: 'sub' }))
    expect(exec.readUInt32LE(execRequestLayout.argc)).toBe(3)
    expect(exec.readUInt32LE(execRequestLayout.envc)).toBe(4)
    const at = execRequestLayout.size + execRlimitLayout.size
    expect(strings(exec.subarray(at, at + exec.readUInt32LE(execRequestLayout.strings_bytes)))).toEqual([
      'prög',
      '',
      'b c',
      'PATH=/usr/local/bin:/usr/bin:/bin',
      'HOME=/work',
      'LANG=C.UTF-8',
      'A=ä',
      '/work/sub',
    ])
  })

  test('holds resource limits of more than 32 bits', async () => {
    const { exec } = parts(await encode({ argv: ['a'] }))
    expect(exec.readUInt32LE(execRequestLayout.rlimit_count)).toBe(1)
    expect(readUint64(exec, execRequestLayout.size + execRlimitLayout.resource)).toBe(1)
    expect(readUint64(exec, execRequestLayout.size + execRlimitLayout.value)).toBe(2 ** 40 + 5)
  })

  test('holds files with their modes, after the strings and without padding', async () => {
    const { head, exec } = parts(await encode({ argv: ['a'], files: { ü: 'xyz', e: { content: '', mode: 0o700 } } }))
    expect(exec.readUInt32LE(execRequestLayout.file_count)).toBe(2)
    expect(head.readUInt32LE(runRequestLayout.flags)).toBe(runFlag.HAS_FILES)
    let at = execRequestLayout.size + execRlimitLayout.size + exec.readUInt32LE(execRequestLayout.strings_bytes)
    const found: unknown[] = []
    while (at < exec.length) {
      const path = at + execFileLayout.size
      const content = path + exec.readUInt32LE(at + execFileLayout.path_bytes)
      const end = content + readUint64(exec, at + execFileLayout.content_bytes)
      const mode = exec.readUInt32LE(at + execFileLayout.mode)
      found.push([mode, exec.toString('utf8', path, content), exec.toString('utf8', content, end)])
      at = end
    }
    expect(found).toEqual([
      [0o644, 'ü', 'xyz'],
      [0o700, 'e', ''],
    ])
  })

  test('holds what to collect, each with its kind and once, and no more bytes of it than the disk has', async () => {
    const asked = ['./x', 'd/y', '*.txt', 'x', 'x/below', String.raw`\*`]
    const { collect } = parts(await encode({ argv: ['a'], collect: asked }))
    expect(collect.readUInt32LE(collectRequestLayout.pattern_count)).toBe(4)
    expect(collect.readUInt32LE(collectRequestLayout.strings_bytes)).toBe(collect.length - collectRequestLayout.size)
    expect(readUint64(collect, collectRequestLayout.data_bytes_max)).toBe(testLimits.diskBytes)
    expect(collect.readUInt32LE(collectRequestLayout.flags)).toBe(collectFlag.WHOLE)
    expect(strings(collect.subarray(collectRequestLayout.size))).toEqual(['=x', '=d/y', '**.txt', '=*'])
    expect(parts(await encode({ argv: ['a'] })).collect).toHaveLength(0)
  })

  test('counts no holes of what goes to a directory of the host', async () => {
    const { collect } = parts(await encode({ argv: ['a'], collect: ['x'], collectTo: '/somewhere' }))
    expect(collect.readUInt32LE(collectRequestLayout.flags)).toBe(0)
  })

  test('holds the first of standard input, and whether more follows', async () => {
    const { head, stdin } = parts(await encode({ argv: ['a'] }, { stdin: 'hello', stdinFollows: true }))
    expect(stdin.toString()).toBe('hello')
    expect(head.readUInt32LE(runRequestLayout.flags)).toBe(runFlag.STDIN_FOLLOWS)
  })

  test('holds the layer to stand on, and whether to keep what is left', async () => {
    const { head } = parts(await encode({ argv: ['a'] }, { freeze: true }))
    expect(head.readUInt32LE(runRequestLayout.layer)).toBe(7)
    expect(head.readUInt32LE(runRequestLayout.flags)).toBe(runFlag.FREEZE)
  })

  test('holds every limit at its place', async () => {
    const { head } = parts(await encode({ argv: ['a'] }, { limits: { ...testLimits, cpus: 0.25 } }))
    const snake = (name: string): string => name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
    for (const [name, value] of Object.entries({ ...testLimits, cpus: 0.25 })) {
      const at = limitsLayout[snake(name) as keyof typeof limitsLayout]
      expect([name, name === 'cpus' ? head.readDoubleLE(at) : readUint64(head, at)]).toEqual([name, value])
    }
  })

  test('is refused where it is larger than 64 MiB', async () => {
    const files = { a: new Uint8Array(64 * MiB) }
    await expect(encode({ argv: ['a'], files })).rejects.toMatchObject({
      code: 'INVALID_OPTION',
      message: expect.stringMatching(/^`command` must take at most 67108864 bytes, got 6710\d{4}$/),
    })
  })

  test('is refused where the paths to collect are longer than 64 KiB together', async () => {
    const collect = Array.from({ length: 1000 }, (_, index) => `${index}${'x'.repeat(70)}`)
    const message = expect.stringContaining('`command.collect` must take at most 65536 bytes')
    await expect(encode({ argv: ['a'], collect })).rejects.toMatchObject({ code: 'INVALID_OPTION', message })
  })
})
