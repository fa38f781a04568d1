import { execFileSync } from 'node:child_process'
import { chmod, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { loadFiles, resolveFiles } from '../../../src/container/files.ts'

/** None of these is stored. */
const noSupervisor = undefined as never

describe('files to place', () => {
  let directory: string

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'files-'))
    await writeFile(join(directory, 'plain'), 'content')
    await chmod(join(directory, 'plain'), 0o750)
    await symlink('plain', join(directory, 'link'))
    execFileSync('mkfifo', [join(directory, 'fifo')])
  })
  afterAll(async () => rm(directory, { recursive: true }))

  const load = async (source: object | string, bytesMax = 100): Promise<unknown> =>
    (await loadFiles(resolveFiles({ x: source as string }), bytesMax, noSupervisor)).placed
  const host = async (name: string, mode?: number): Promise<unknown> =>
    load({ hostPath: join(directory, name), ...(mode === undefined ? {} : { mode }) })

  test('are readable by everyone and not executable unless told otherwise', async () => {
    expect(await load('text')).toEqual([{ path: 'x', mode: 0o644, content: Buffer.from('text') }])
    expect(await load({ content: 'text', mode: 0o755 })).toMatchObject([{ mode: 0o755 }])
  })

  test('come from the host with the mode that they have there, or another', async () => {
    expect(await host('plain')).toEqual([{ path: 'x', mode: 0o750, content: Buffer.from('content') }])
    expect(await host('plain', 0o600)).toMatchObject([{ mode: 0o600 }])
    expect(await host('link')).toMatchObject([{ mode: 0o750 }])
  })

  test.each([
    ['missing', 'ENOENT', 'be a file that can be read (ENOENT)'],
    ['fifo', undefined, 'be a regular file or a directory'],
  ])('are refused and not waited for: %s', async (name, errno, rule) => {
    const message = expect.stringContaining(`\`command.files['x'].hostPath\` must ${rule}`)
    const error = {
      code: 'INVALID_OPTION',
      path: join(directory, name),
      message,
      ...(errno === undefined ? {} : { errno }),
    }
    await expect(host(name)).rejects.toMatchObject(error)
  })

  test('that are larger together than what goes along follow, and each is known by its number', async () => {
    const sources = { a: 'x'.repeat(60), b: 'y'.repeat(60), c: 'z', d: { hostPath: directory } }
    const { placed, following, planOf } = await loadFiles(resolveFiles(sources), 100, noSupervisor)
    expect(placed.map(({ path }) => path)).toEqual(['a', 'c'])
    expect([planOf(0), planOf(1)]).toEqual([0, 2])
    const sent: Uint8Array[] = []
    const failure = (async () => {
      for await (const bytes of following?.bytes() ?? []) sent.push(bytes)
    })()
    await expect(failure).rejects.toMatchObject({ code: 'INVALID_OPTION', path: join(directory, 'fifo') })
    expect(Buffer.concat(sent).toString()).toContain('y'.repeat(60))
    expect([planOf(2), planOf(3)]).toEqual([1, 3])
  })

  test('have no mode of their own where they are directories', async () => {
    const message = expect.stringContaining("`command.files['x'].mode` must be left out for a directory")
    await expect(load({ hostPath: directory, mode: 0o755 })).rejects.toMatchObject({ code: 'INVALID_OPTION', message })
  })
})
