import { KiB, MiB, SandboxError } from '@mayfly/sandbox'
import { expect, test } from 'vitest'
import { errnoName } from '../../../src/errno.ts'
import { step } from '../../../src/supervisor/steps.ts'
import { sh } from '../support/commands.ts'
import { failureOf } from '../support/failure.ts'
import { useSandbox } from '../support/use-sandbox.ts'
import { startRawSupervisor } from './support/raw-supervisor.ts'

const sandbox = useSandbox()

async function collect(script: string, ...paths: readonly string[]): Promise<Readonly<Record<string, string>>> {
  const result = await sandbox().run({ argv: sh(script), collect: paths }, { diskBytes: 256 * MiB })
  expect(result).toMatchObject({ status: 'exited', exitCode: 0 })
  return Object.fromEntries([...result.files].map(([path, bytes]) => [path, Buffer.from(bytes).toString()]))
}

test('43: files are written from inside: as the command, and at the cost of its own disk', async () => {
  const stat = await sandbox().run({ argv: ['stat', '-c', '%u:%g %a', 'file'], files: { file: '' } })
  expect(String(stat.stdout)).toBe('1000:1000 644\n')
  const full = await sandbox().run({ argv: ['true'], files: { large: new Uint8Array(MiB) } }, { diskBytes: 512 * KiB })
  expect(full).toMatchObject({ status: 'limited', limit: 'disk' })
})

test('43: no placed file is a setuid program', async () => {
  const failure = await failureOf(sandbox().run({ argv: ['true'], files: { file: { content: '', mode: 0o4755 } } }))
  expect(failure).toMatchObject({ code: 'INVALID_OPTION' })
})

for (const path of ['../tmp/file', '/tmp/file', 'a/../../tmp/file', '/proc/self/comm', '..']) {
  test(`45: the stub itself refuses to place a file at ${path}`, async () => {
    await using raw = await startRawSupervisor([])
    const report = await raw.run(['/bin/ls', '/tmp'], {}, [path])
    expect(report.failedStep).toBe(step.FILES)
    expect(errnoName(report.failedError)).toMatch(/EXDEV|EEXIST|ENOENT/)
  })
}

for (const path of ['../etc/hosts', '/etc/hosts', 'a/../../etc/hosts', '..', '/proc/1/environ']) {
  test(`45: init itself refuses to collect ${path}`, async () => {
    await using raw = await startRawSupervisor([])
    const plan = { patterns: [{ asked: path, kind: 'path', text: path }], changes: false, to: undefined } as const
    const { files, collected, leftFiles } = await raw.run(['/bin/true'], { collect: plan })
    expect([files.size, collected.length, leftFiles.length]).toEqual([0, 0, 1])
    expect(leftFiles[0]).toEqual({ path, reason: expect.stringMatching(/^(?:missing|unreadable)$/) })
  })
}

const outside = [
  '../escape',
  '/etc/escape',
  'a/../../escape',
  'a/..',
  './../x',
  'a//../../b',
  '.',
  '',
  '/',
  'nul\0byte',
]
for (const path of outside) {
  test(`45: the path ${JSON.stringify(path)} is refused, placed and collected`, async () => {
    for (const command of [{ files: { [path]: '' } }, { collect: [path] }]) {
      const failure = await failureOf(sandbox().run({ argv: ['true'], ...command }))
      expect(failure).toBeInstanceOf(SandboxError)
      expect(failure).toMatchObject({ code: 'INVALID_OPTION' })
    }
  })
}

test('44: no directory, link, socket or FIFO is collected, and nothing waits for one', async () => {
  const script = [
    'mkdir folder; ln -s /usr/bin/env link; ln -s file inner; echo text > file; mkfifo fifo',
    'python3 -c "import socket; socket.socket(socket.AF_UNIX).bind(\'socket\')"',
  ].join('\n')
  expect(await collect(script, 'folder', 'link', 'inner', 'fifo', 'socket', 'file')).toEqual({ file: 'text\n' })
})

test('44: no file is reached through a linked directory', async () => {
  const script = 'ln -s /usr/bin out; ln -s . in; ln -s /proc/self/root root; echo text > file'
  expect(await collect(script, 'out/env', 'in/file', 'root/etc/hosts')).toEqual({})
})

test('44: a hard link to a file of its own is that file, and the image’s files cannot be linked', async () => {
  const script =
    'echo text > file; ln file hard; ln /usr/bin/env env 2>/dev/null; ln /etc/hosts hosts 2>/dev/null; true'
  expect(await collect(script, 'hard', 'env', 'hosts')).toEqual({ hard: 'text\n' })
})

test('44: files are collected only when every process is dead', async () => {
  const writer = [
    'import os',
    'if os.fork() == 0:',
    '  os.setsid()',
    '  n = 0',
    '  while True:',
    '    n += 1',
    "    os.pwrite(1, b'%020d' % n, 0)",
  ].join('\n')
  // Between the looks at its two names come some megabytes: time enough for a writer that is alive
  const script = `head -c 12000000 /dev/zero > large; python3 -c "\n${writer}\n" > file & while ! test -s file; do :; done; ln file name; exit 0`
  const files = await collect(script, 'file', 'large', 'name')
  expect(files['large']).toHaveLength(12_000_000)
  expect(files['file']).toBe(files['name'])
})

test('44: a sparse file larger than everything that may come back is left out, and others still come', async () => {
  const result = await sandbox().run(
    { argv: sh('truncate -s 60M sparse; echo text > file'), collect: ['sparse', 'file'] },
    { diskBytes: 8 * MiB },
  )
  expect([...result.files.keys()]).toEqual(['file'])
})

test('44: a deep path and a wide folder are collected by name alone', async () => {
  const deep = `${'d/'.repeat(200)}file`
  const script = `mkdir -p ${'d/'.repeat(200)} && echo deep > ${deep}; for i in $(seq 2000); do : > w$i; done`
  expect(await collect(script, deep, 'w2000')).toEqual({ [deep]: 'deep\n', w2000: '' })
})

test('44: a file system boundary inside the working directory is not crossed', async () => {
  expect(await collect('ln -s /dev/shm shm; echo text > /dev/shm/file', 'shm/file')).toEqual({})
})
