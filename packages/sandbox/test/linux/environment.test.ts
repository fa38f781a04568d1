import { SandboxError } from '@mayfly/sandbox'
import { globSync, statSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { sh } from './support/commands.ts'
import { failureOf } from './support/failure.ts'
import { useSandbox } from './support/use-sandbox.ts'

const sandbox = useSandbox()

const standard = ['HOME=/work', 'LANG=C.UTF-8', 'PATH=/usr/local/bin:/usr/bin:/bin']

async function environment(env?: Readonly<Record<string, string>>): Promise<readonly string[]> {
  const result = await sandbox().run({ argv: ['/usr/bin/env', '-0'], ...(env ? { env } : {}) })
  const variables = String(result.stdout).split('\0').filter(Boolean)
  variables.sort()
  return variables
}

async function codeOf(promise: Promise<unknown>): Promise<string> {
  const failure = await failureOf(promise)
  expect(failure).toBeInstanceOf(SandboxError)
  return (failure as SandboxError).code
}

describe('the environment', () => {
  test('holds exactly the three standard variables, and nothing of the caller', async () => {
    process.env['MAYFLY_SECRET'] = 'of the caller'
    try {
      expect(await environment()).toEqual(standard)
    } finally {
      delete process.env['MAYFLY_SECRET']
    }
  })

  test('takes what a command adds, with any bytes in the value', async () => {
    expect(await environment({ GREETING: 'good\nday = ü' })).toEqual(['GREETING=good\nday = ü', ...standard])
  })

  test('lets a command replace a standard variable', async () => {
    expect(await environment({ HOME: '/tmp' })).toEqual(['HOME=/tmp', ...standard.slice(1)])
  })
})

describe('the working directory', () => {
  test('is /work, empty and writable', async () => {
    const result = await sandbox().run(sh('pwd; ls -A; echo text > file && cat file'))
    expect(String(result.stdout)).toBe('/work\ntext\n')
  })

  test('is the one that the command names', async () => {
    expect(String((await sandbox().run({ argv: ['pwd'], cwd: '/tmp' })).stdout)).toBe('/tmp\n')
  })

  test('may be one that the placed files make', async () => {
    const result = await sandbox().run({ argv: ['ls'], cwd: '/work/a/b', files: { 'a/b/c': '' } })
    expect(String(result.stdout)).toBe('c\n')
  })

  test('that does not exist is refused as an option', async () => {
    expect(await codeOf(sandbox().run({ argv: ['pwd'], cwd: '/does/not/exist' }))).toBe('INVALID_OPTION')
  })

  test('starts empty in each container, and so do /tmp and /dev/shm', async () => {
    const leave = sh('echo secret > /work/left; echo secret > /tmp/left; echo secret > /dev/shm/left')
    expect(await sandbox().run(leave)).toMatchObject({ status: 'exited', exitCode: 0 })
    const result = await sandbox().run(sh('ls -A /work /tmp /dev/shm'))
    expect(String(result.stdout).split('\n').filter(Boolean)).toEqual(['/dev/shm:', '/tmp:', '/work:'])
  })
})

describe('argv[0]', () => {
  test('without a slash is looked up in the PATH of the command', async () => {
    const files = { 'own/greet': { content: '#!/bin/sh\necho own\n', mode: 0o755 } }
    const result = await sandbox().run({ argv: ['greet'], env: { PATH: '/nowhere:/work/own' }, files })
    expect(String(result.stdout)).toBe('own\n')
  })

  test('with a slash is not looked up', async () => {
    const files = { greet: { content: '#!/bin/sh\necho "$0"\n', mode: 0o755 } }
    expect(String((await sandbox().run({ argv: ['./greet'], files })).stdout)).toBe('./greet\n')
  })

  test('reaches the program as it was given', async () => {
    const result = await sandbox().run(['python3', '-c', 'import sys; print(sys.orig_argv[0])'])
    expect(String(result.stdout)).toBe('python3\n')
  })

  test('and the other arguments keep every byte', async () => {
    const words = ['', ' ', 'a b', '*', '$HOME', '"', 'ü\n']
    const result = await sandbox().run(['printf', '<%s>', ...words])
    expect(String(result.stdout)).toBe(words.map((word) => `<${word}>`).join(''))
  })
})

describe('a command that cannot be executed', () => {
  const notFound = [
    { title: 'a name that no directory of PATH has', argv: ['no-such-program'], files: {} },
    { title: 'a path that is not there', argv: ['./no-such-program'], files: {} },
    { title: 'a path through a file', argv: ['./file/program'], files: { file: '' } },
    {
      title: 'a script whose interpreter is not there',
      argv: ['./script'],
      files: { script: { content: '#!/no/such/shell\n', mode: 0o755 } },
    },
  ]
  for (const { title, argv, files } of notFound) {
    test(`is COMMAND_NOT_FOUND: ${title}`, async () => {
      expect(await codeOf(sandbox().run({ argv, files }))).toBe('COMMAND_NOT_FOUND')
    })
  }

  const notExecutable = [
    { title: 'a file without the permission', argv: ['./file'], files: { file: '#!/bin/sh\n' } },
    { title: 'a directory', argv: ['./folder'], files: { 'folder/file': '' } },
    { title: 'a file of no known format', argv: ['./file'], files: { file: { content: 'no program', mode: 0o755 } } },
    { title: 'a name that PATH finds, without the permission', argv: ['file'], files: { file: '#!/bin/sh\n' } },
  ]
  for (const { title, argv, files } of notExecutable) {
    test(`is COMMAND_NOT_EXECUTABLE: ${title}`, async () => {
      const promise = sandbox().run({ argv, files, env: { PATH: '/work' } })
      expect(await codeOf(promise)).toBe('COMMAND_NOT_EXECUTABLE')
    })
  }

  test('leaves the sandbox as it was', async () => {
    expect(await codeOf(sandbox().run(['no-such-program']))).toBe('COMMAND_NOT_FOUND')
    expect(await sandbox().run(['true'])).toMatchObject({ status: 'exited', exitCode: 0 })
  })
})

describe('what is copied of the /etc of the host', () => {
  test('is as old as there, so that what was compiled of it is not stale', async () => {
    const files = ['/etc/ld.so.cache', ...globSync('/etc/python3*/*.py')]
    const result = await sandbox().run(['stat', '--format=%.9Y', ...files])
    const there = files.map((path) => statSync(path, { bigint: true }).mtimeNs)
    const found = String(result.stdout).trim().split('\n')
    expect(found.map((seconds) => BigInt(seconds.replace('.', '')))).toEqual(there)
  })
})
