import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises'
import type { Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SandboxError } from '@mayfly/sandbox'
import { expect, test } from 'vitest'
import { errnoName } from '../../../src/errno.ts'
import type { RootEntry } from '../../../src/image/root-entry.ts'
import { findSupervisor } from '../../../src/supervisor/binary.ts'
import { frameHeader, frameType } from '../../../src/supervisor/protocol.ts'
import { step } from '../../../src/supervisor/steps.ts'
import { failureOf } from '../support/failure.ts'
import { useSandbox } from '../support/use-sandbox.ts'
import { startRawSupervisor } from './support/raw-supervisor.ts'

const sandbox = useSandbox()

/** What a supervisor says last that is told of a frame of this length and sent nothing else. */
async function answerTo(length: number): Promise<string> {
  const child = spawn(findSupervisor(), [], { stdio: ['ignore', 'ignore', 'pipe', 'pipe'], env: {} })
  const header = Buffer.alloc(frameHeader.size)
  header.writeUInt32LE(length, frameHeader.length)
  header.writeUInt32LE(frameType.CONFIGURE, frameHeader.type)
  ;(child.stdio[3] as Socket).on('error', () => {}).write(header)
  const ended = once(child, 'close')
  const said: string[] = []
  child.stderr?.setEncoding('utf8').on('data', (text: string) => said.push(text))
  await ended
  return said.join('').trim()
}

async function rootFailure(entry: RootEntry): Promise<SandboxError> {
  const failure = await failureOf(startRawSupervisor([entry]))
  expect(failure).toBeInstanceOf(SandboxError)
  return failure as SandboxError
}

test('1: a frame longer than any may be ends the supervisor before it is read', async () => {
  expect(await answerTo(0xffff_ffff)).toBe('mayfly-supervisor: Bad message')
})

test('1: no shell reads the words of a command', async () => {
  const words = ['$(id)', '`id`', '; id', '| id', '> /work/file', '*', '~', '\n', '']
  const result = await sandbox().run(['printf', '<%s>', ...words])
  expect(String(result.stdout)).toBe(words.map((word) => `<${word}>`).join(''))
})

test('1: a command inherits no environment', async () => {
  process.env['MAYFLY_SECRET'] = 'of the caller'
  try {
    const lines = String((await sandbox().run(['/usr/bin/env'])).stdout).split('\n')
    expect(lines.sort()).toEqual(['', 'HOME=/work', 'LANG=C.UTF-8', 'PATH=/usr/local/bin:/usr/bin:/bin'])
  } finally {
    delete process.env['MAYFLY_SECRET']
  }
})

const withNul = [
  { title: 'an argument', command: { argv: ['echo', 'a\0b'] } },
  { title: 'a variable', command: { argv: ['env'], env: { NAME: 'a\0b' } } },
  { title: 'the working directory', command: { argv: ['pwd'], cwd: '/work\0/..' } },
  { title: 'a placed path', command: { argv: ['ls'], files: { 'a\0b': '' } } },
  { title: 'a collected path', command: { argv: ['ls'], collect: ['a\0b'] } },
]
for (const { title, command } of withNul) {
  test(`1: a NUL in ${title} is refused`, async () => {
    const failure = await failureOf(sandbox().run(command))
    expect(failure).toMatchObject({ code: 'INVALID_OPTION' })
    expect(String(failure)).toMatch(/NUL/)
  })
}

for (const target of ['../outside', 'tmp/../../outside', '/outside', '']) {
  test(`1: the mount target ${JSON.stringify(target)} is refused by the supervisor itself`, async () => {
    const failure = await rootFailure({ kind: 'directory', target, mode: 0o755 })
    expect(failure.message).toMatch(/EXDEV|EINVAL|EBADMSG|ENOENT/)
    expect(await readdir('/')).not.toContain('outside')
  })
}

const pathsOutOfAnImage = [
  ['../secret', 'EXDEV'],
  ['/secret', 'EXDEV'],
  ['up/secret', 'ELOOP'],
  ['absolute/secret', 'ELOOP'],
  ['link', 'ELOOP'],
  ['pipe', 'EINVAL'],
  ['absent', 'ENOENT'],
] as const
for (const [path, errno] of pathsOutOfAnImage) {
  test(`1: the path ${path} of an image is refused by the supervisor itself`, async () => {
    const folder = await mkdtemp(join(tmpdir(), 'image-'))
    const image = join(folder, 'root')
    try {
      await mkdir(image)
      await writeFile(join(folder, 'secret'), 'of the host')
      await symlink('..', join(image, 'up'))
      await symlink(folder, join(image, 'absolute'))
      await symlink('../secret', join(image, 'link'))
      execFileSync('mkfifo', [join(image, 'pipe')])
      expect((await rootFailure({ kind: 'image', target: 'shown', image, path })).errno).toBe(errno)
    } finally {
      await rm(folder, { recursive: true })
    }
  })
}

test('2: a failure of the set-up names its step, the file and the errno', async () => {
  const failure = await rootFailure({ kind: 'bind', target: 'absent', source: '/does/not/exist' })
  expect(failure.message).toContain('ENOENT')
  expect(failure.message).toContain('absent')
  expect(failure.errno).toBe('ENOENT')
})

test('2: a failure before exec names its step and errno', async () => {
  await using raw = await startRawSupervisor([])
  const report = await raw.run(['/bin/true'], { workingDirectory: '/does/not/exist' })
  expect([report.failedStep, errnoName(report.failedError)]).toEqual([step.WORKING_DIRECTORY, 'ENOENT'])
  expect(await failureOf(sandbox().run({ argv: ['true'], cwd: '/does/not/exist' }))).toMatchObject({
    code: 'INVALID_OPTION',
    errno: 'ENOENT',
    path: '/does/not/exist',
  })
})

test('2: a failure of the host to start a supervisor is told with its errno', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'no-supervisor-'))
  process.env['MAYFLY_SUPERVISOR'] = join(folder, 'absent')
  try {
    const { createSandbox } = await import('@mayfly/sandbox')
    const failure = await failureOf(createSandbox())
    expect(failure).toMatchObject({ code: 'UNSUPPORTED_HOST' })
    expect(String(failure)).toContain(join(folder, 'absent'))
  } finally {
    delete process.env['MAYFLY_SUPERVISOR']
    await rm(folder, { recursive: true })
  }
})
