import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { expect, onTestFinished, vi } from 'vitest'

import { finish, start } from './mayfly.ts'
import { sandboxTest } from './sandbox-test.ts'

/** The command lines of all processes, by pid. */
async function processes(): Promise<ReadonlyMap<string, string>> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  const lines = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')))
  return new Map(pids.map((pid, index) => [pid, lines[index] ?? '']))
}

async function childrenOf(pid: number | undefined): Promise<readonly string[]> {
  return (await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8')).trim().split(' ')
}

/** The names of all directories below one; those of other sandboxes go away meanwhile. */
async function directoriesBelow(path: string): Promise<readonly string[]> {
  const entries = await readdir(path, { withFileTypes: true }).catch(() => [])
  const names = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name)
  const below = await Promise.all(names.map(async (name) => directoriesBelow(join(path, name))))
  return [...names, ...below.flat()]
}

async function cgroupsOf(supervisor: string): Promise<readonly string[]> {
  const all = await directoriesBelow('/sys/fs/cgroup')
  return all.filter((name) => new RegExp(`^mayfly-\\d+-${supervisor}-\\d+$`).test(name))
}

sandboxTest.each([
  ['SIGTERM', 'to mayfly alone', false],
  ['SIGINT', 'to its process group, as a terminal sends it', true],
] as const)('%s %s ends it by that signal and leaves nothing behind', async (signal, _, toGroup) => {
  const directory = await mkdtemp(join(tmpdir(), 'mayfly-cli-'))
  onTestFinished(() => rm(directory, { recursive: true }))
  const seconds = String(100_000 + process.pid)
  const child = start(['run', '--wall-time', '1h', 'sleep', seconds], {
    detached: true,
    env: { ...process.env, TMPDIR: directory },
  })
  const ours = async (): Promise<readonly string[]> => {
    return [...(await processes())].filter(([, line]) => line === `sleep\0${seconds}\0`).map(([pid]) => pid)
  }
  await vi.waitFor(async () => expect(await ours()).toHaveLength(1), 20_000)
  const [supervisor = ''] = await childrenOf(child.pid)
  expect(await cgroupsOf(supervisor)).not.toEqual([])
  expect(await readdir(directory)).not.toEqual([])

  const finished = finish(child, once(child, 'close'))
  process.kill(toGroup ? -(child.pid ?? 0) : (child.pid ?? 0), signal)

  expect(await finished).toMatchObject({ status: null, signal, stderr: '' })
  expect(await ours()).toEqual([])
  expect((await processes()).has(supervisor)).toBe(false)
  expect(await cgroupsOf(supervisor)).toEqual([])
  expect(await readdir(directory)).toEqual([])
})

sandboxTest('a result that was called off says so in the file that was asked for', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'mayfly-cli-'))
  onTestFinished(() => rm(directory, { recursive: true }))
  const file = join(directory, 'result.json')
  const child = start(['run', '--json', file, 'sleep', '60'])
  const finished = finish(child, once(child, 'close'))
  await vi.waitFor(async () => expect(await childrenOf(child.pid)).not.toEqual(['']), 20_000)
  child.kill('SIGTERM')
  expect(await finished).toMatchObject({ signal: 'SIGTERM', stderr: '' })
  expect(JSON.parse(await readFile(file, 'utf8'))).toEqual({ error: { message: 'interrupted by SIGTERM' } })
})
