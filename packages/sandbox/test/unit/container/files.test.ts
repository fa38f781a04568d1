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
    loadFiles(resolveFiles({ x: source as string }), bytesMax, noSupervisor)
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
    ['fifo', undefined, 'be a regular file'],
    ['.', undefined, 'be a regular file'],
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

  test('are refused where they are larger together than they may be', async () => {
    const files = resolveFiles({ a: 'x'.repeat(60), b: 'x'.repeat(60) })
    const message = expect.stringContaining("command.files['b']")
    await expect(loadFiles(files, 100, noSupervisor)).rejects.toMatchObject({ code: 'INVALID_OPTION', message })
    await expect(loadFiles(files, 120, noSupervisor)).resolves.toHaveLength(2)
    await expect(load({ hostPath: join(directory, 'plain') }, 6)).rejects.toMatchObject({ code: 'INVALID_OPTION' })
  })
})
