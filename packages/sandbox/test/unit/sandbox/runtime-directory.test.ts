import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readlinkSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { hasMade, makeRuntimeDirectory } from '../../../src/sandbox/runtime-directory.ts'

const boot = 'cpu  1 2 3\nbtime 1000\nprocesses 5\n'
const startedAtMs = 1_000_000 + 5000

/** A process that started 5 s after the boot. */
function statOf(state: string, name = 'node'): string {
  return `42 (${name}) ${state} 1 ${'0 '.repeat(17)}500 0 0`
}

describe('the process that made a directory', () => {
  test('may be one that runs and was there before', () => {
    expect(hasMade(statOf('S'), boot, startedAtMs + 60_000)).toBe(true)
  })

  test.each(['Z', 'X'])('is none that is dead, and not yet reaped (%s)', (state) => {
    expect(hasMade(statOf(state), boot, startedAtMs + 60_000)).toBe(false)
  })

  test('is none that was started later under the same number', () => {
    expect(hasMade(statOf('S'), boot, startedAtMs - 60_000)).toBe(false)
  })

  test('is found whatever its name', () => {
    expect(hasMade(statOf('S', 'a) Z 1 (b'), boot, startedAtMs + 60_000)).toBe(true)
    expect(hasMade(statOf('Z', 'a) S 1 (b'), boot, startedAtMs + 60_000)).toBe(false)
  })
})

describe.skipIf(process.platform !== 'linux')('a private directory', () => {
  const namespace = (): string => /\d+/.exec(readlinkSync('/proc/self/ns/pid'))?.[0] ?? ''
  const beside = (pid: number, of = namespace()): string => join(tmpdir(), `mayfly-${pid}-sweptaway-${of}`)

  test('is the owner’s alone, and is gone once it is removed, however often', async () => {
    const { path, remove } = await makeRuntimeDirectory()
    expect(statSync(path).mode & 0o777).toBe(0o700)
    await Promise.all([remove(), remove()])
    expect(existsSync(path)).toBe(false)
  })

  test('is made together with the end of those whose processes are dead, and of no others', async () => {
    const { pid: dead } = spawnSync('true')
    const abandoned = [beside(dead)]
    const kept = [beside(process.pid), beside(dead, '1'), join(tmpdir(), `mayfly-${dead}-other`)]
    for (const path of [...abandoned, ...kept]) mkdirSync(path)
    try {
      await (await makeRuntimeDirectory()).remove()
      expect(abandoned.filter((path) => existsSync(path))).toEqual([])
      expect(kept.filter((path) => existsSync(path))).toEqual(kept)
    } finally {
      for (const path of [...abandoned, ...kept]) rmSync(path, { recursive: true, force: true })
    }
  })

  test('is swept only where it is empty', async () => {
    const path = beside(spawnSync('true').pid)
    mkdirSync(join(path, 'something'), { recursive: true })
    await (await makeRuntimeDirectory()).remove()
    expect(existsSync(path)).toBe(true)
    rmSync(path, { recursive: true })
  })
})
