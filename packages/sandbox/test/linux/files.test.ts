import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { MiB, SandboxError } from '@mayfly/sandbox'
import { describe, expect, test } from 'vitest'
import { sh } from './support/commands.ts'
import { failureOf } from './support/failure.ts'
import { useSandbox } from './support/use-sandbox.ts'

const sandbox = useSandbox()

const outside = ['../escape', '/etc/escape', 'a/../../escape', 'a/..', '.', '', 'nul\0byte']

async function codeOf(promise: Promise<unknown>): Promise<string> {
  const failure = await failureOf(promise)
  return failure instanceof SandboxError ? failure.code : String(failure)
}

async function collect(script: string, ...paths: readonly string[]): Promise<Readonly<Record<string, string>>> {
  const result = await sandbox().run({ argv: sh(script), collect: paths })
  expect(result).toMatchObject({ status: 'exited', exitCode: 0 })
  return Object.fromEntries([...result.files].map(([path, bytes]) => [path, Buffer.from(bytes).toString()]))
}

describe('placed files', () => {
  test('hold strings and bytes as they were given', async () => {
    const files = { text: 'grüße', bytes: Uint8Array.of(0, 255, 10), empty: '' }
    const result = await sandbox().run({ argv: ['cat', 'text', 'bytes', 'empty'], files })
    expect(Buffer.from(result.stdout.bytes)).toEqual(Buffer.concat([Buffer.from('grüße'), Buffer.of(0, 255, 10)]))
  })

  test('belong to the command, 644 unless they have a mode of their own', async () => {
    const files = { plain: 'a', program: { content: 'b', mode: 0o755 }, secret: { content: 'c', mode: 0o600 } }
    const result = await sandbox().run({ argv: ['stat', '-c', '%n %a %u:%g', 'plain', 'program', 'secret'], files })
    expect(String(result.stdout)).toBe('plain 644 1000:1000\nprogram 755 1000:1000\nsecret 600 1000:1000\n')
  })

  test('get the directories that they need', async () => {
    const result = await sandbox().run({ argv: ['cat', 'a/b/c/file'], files: { 'a/b/c/file': 'deep', 'a/other': '' } })
    expect(String(result.stdout)).toBe('deep')
  })

  test('come from the host with hostPath', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'fixture-'))
    try {
      const hostPath = join(folder, 'source')
      await writeFile(hostPath, 'of the host', { mode: 0o600 })
      const result = await sandbox().run({ argv: ['cat', 'copy'], files: { copy: { hostPath } } })
      expect(String(result.stdout)).toBe('of the host')
    } finally {
      await rm(folder, { recursive: true })
    }
  })

  test('may be removed and changed by the command', async () => {
    const result = await sandbox().run({ argv: sh('rm a && echo changed > b && cat b'), files: { a: '', b: 'before' } })
    expect(String(result.stdout)).toBe('changed\n')
  })

  test('of a few mebibytes arrive whole', async () => {
    const content = new Uint8Array(8 * MiB).fill(0x5a)
    const result = await sandbox().run({ argv: ['wc', '-c', 'large'], files: { large: content } })
    expect(String(result.stdout)).toBe(`${8 * MiB} large\n`)
  })

  for (const path of outside) {
    test(`are refused at the path ${JSON.stringify(path)}`, async () => {
      expect(await codeOf(sandbox().run({ argv: ['true'], files: { [path]: '' } }))).toBe('INVALID_OPTION')
    })
  }

  test('that are not on the host are refused as an option', async () => {
    const files = { copy: { hostPath: '/does/not/exist' } }
    expect(await codeOf(sandbox().run({ argv: ['true'], files }))).toBe('INVALID_OPTION')
  })
})

describe('collected files', () => {
  test('come back as the command left them', async () => {
    expect(await collect('mkdir d; echo one > one; echo two > d/two; : > none', 'one', 'd/two', 'none')).toEqual({
      one: 'one\n',
      'd/two': 'two\n',
      none: '',
    })
  })

  test('do not hold those that are missing', async () => {
    expect(await collect('echo here > here', 'missing', 'here', 'no/such/folder')).toEqual({ here: 'here\n' })
  })

  test('do not hold a directory, a link, a socket or a FIFO, and nothing waits for one', async () => {
    const script = [
      'mkdir folder; ln -s /usr/bin/env link; ln -s file inner; echo text > file; mkfifo fifo',
      'python3 -c "import socket; socket.socket(socket.AF_UNIX).bind(\'socket\')"',
    ].join('\n')
    expect(await collect(script, 'folder', 'link', 'inner', 'fifo', 'socket', 'file')).toEqual({ file: 'text\n' })
  })

  test('are not reached through a linked directory', async () => {
    expect(await collect('ln -s /usr/bin out; ln -s . in; echo text > file', 'out/env', 'in/file')).toEqual({})
  })

  test('come back whatever the mode that the command gave them', async () => {
    expect(await collect('echo text > file; chmod 0 file', 'file')).toEqual({ file: 'text\n' })
  })

  test('come back from a command that failed or was killed', async () => {
    const failed = await sandbox().run({ argv: sh('echo text > file; exit 3'), collect: ['file'] })
    expect(failed).toMatchObject({ status: 'exited', exitCode: 3 })
    expect(failed.files.size).toBe(1)
    const killed = await sandbox().run(
      { argv: sh('echo text > file; sleep 100'), collect: ['file'] },
      { wallTimeMs: 300 },
    )
    expect(killed).toMatchObject({ status: 'limited', limit: 'wallTime' })
    expect(killed.files.size).toBe(1)
  })

  test('of many mebibytes come back whole', async () => {
    const result = await sandbox().run({ argv: sh('head -c 20000000 /dev/zero > file'), collect: ['file'] })
    expect(result.files.get('file')?.length).toBe(20_000_000)
  })

  test('are none unless they were asked for', async () => {
    expect((await sandbox().run(sh('echo text > file'))).files.size).toBe(0)
  })

  for (const path of outside) {
    test(`are refused at the path ${JSON.stringify(path)}`, async () => {
      expect(await codeOf(sandbox().run({ argv: ['true'], collect: [path] }))).toBe('INVALID_OPTION')
    })
  }
})
