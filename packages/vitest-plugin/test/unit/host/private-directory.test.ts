import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { makePrivateDirectory } from '../../../src/host/private-directory.ts'

let parent = ''
beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), 'mayfly-test-'))
})
afterEach(() => rmSync(parent, { recursive: true }))

/** The name that a process of that number would have given one. */
function nameOf(pid: number | undefined): string {
  return basename(makePrivateDirectory(parent)).replace(`-${process.pid}-`, `-${pid}-`)
}

/** The number of a process that was, and is no more. */
function deadPid(): number {
  return spawnSync('true').pid
}

test('what a killed process left behind goes with the next start, and nothing else does', () => {
  const [abandoned, other] = [join(parent, nameOf(deadPid())), join(parent, nameOf(process.ppid))]
  for (const directory of [abandoned, other]) {
    mkdirSync(directory)
    writeFileSync(join(directory, 'nothing'), '')
  }
  const elsewhere = join(parent, `mayfly-vitest-1-${deadPid()}-abcdef`)
  mkdirSync(elsewhere)
  const own = makePrivateDirectory(parent)
  const next = makePrivateDirectory(parent)
  expect([abandoned, other, elsewhere, own, next].map((each) => existsSync(each))).toEqual([
    false,
    true,
    true,
    true,
    true,
  ])
})

test('a link in place of one takes nothing with it', () => {
  const kept = join(parent, 'kept')
  mkdirSync(kept)
  writeFileSync(join(kept, 'file'), '')
  symlinkSync(kept, join(parent, nameOf(deadPid())))
  makePrivateDirectory(parent)
  expect(existsSync(join(kept, 'file'))).toBe(true)
})

test("what is named like one, and is somebody else's, stays", () => {
  const foreign = join(parent, nameOf(deadPid()))
  mkdirSync(foreign)
  using getuid = vi.spyOn(process, 'getuid')
  getuid.mockReturnValue(-1)
  makePrivateDirectory(parent)
  expect(existsSync(foreign)).toBe(true)
})
