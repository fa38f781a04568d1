import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { needs } from '@mayfly/test-support'
import { createSandbox, type Mount, type RunResult } from '@mayfly/sandbox'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { sh } from './support/commands.ts'
import { failureOf } from './support/failure.ts'
import { hasIdMappedMounts } from './support/id-mapped.ts'
import { useSandbox } from './support/use-sandbox.ts'

const sandbox = useSandbox({ concurrency: 2 })

const isMapped = hasIdMappedMounts()

/** A directory of the host that only its owner may look into, as mkdtemp makes them, unless that would be nobody inside. */
let directory = ''

function makeDirectory(): string {
  const made = mkdtempSync(join(tmpdir(), 'mayfly-test-mounts-'))
  if (!isMapped) chmodSync(made, 0o755)
  return made
}

beforeEach(() => {
  directory = makeDirectory()
  writeFileSync(join(directory, 'file'), 'of the host\n')
})
afterEach(() => {
  rmSync(directory, { recursive: true, force: true })
})

async function run(script: string, ...mounts: readonly Mount[]): Promise<RunResult> {
  return sandbox().run({ argv: sh(script), mounts })
}

async function outputOf(script: string, ...mounts: readonly Mount[]): Promise<string> {
  const { stdout, stderr } = await run(script, ...mounts)
  return `${stdout}${stderr}`
}

function at(target: string, others: Partial<Mount> = {}): Mount {
  return { source: directory, target, ...others }
}

describe('a mount', () => {
  test.each(['/data', '/data/deep/er', '/work/in', '/work/a/b', '/tmp/in', '/etc/in', '/usr/local/share'])(
    'shows a directory of the host at %s',
    async (target) => {
      expect(await outputOf(`ls ${target}; cat ${target}/file`, at(target))).toBe('file\nof the host\n')
    },
  )

  test.each(['/data.txt', '/work/data.txt', '/etc/data.txt', '/etc/hosts'])(
    'shows a file of the host at %s',
    async (target) => {
      const mount = { source: join(directory, 'file'), target }
      expect(await outputOf(`cat ${target}`, mount)).toBe('of the host\n')
    },
  )

  test('is of that run alone', async () => {
    expect(await outputOf('cat /data/file', at('/data'))).toBe('of the host\n')
    expect(await outputOf('ls -d /data 2>&1')).toContain('No such file')
  })

  test('follows a link at its source, on the host', async () => {
    symlinkSync(directory, join(directory, 'link'))
    expect(await outputOf('cat /data/file', { source: join(directory, 'link'), target: '/data' })).toBe('of the host\n')
  })

  test('shows what stands there when the run starts, also where it is another one than before', async () => {
    const source = join(directory, 'again')
    for (const content of ['first', 'second', 'third']) {
      rmSync(source, { recursive: true, force: true })
      mkdirSync(source)
      writeFileSync(join(source, 'file'), content)
      expect(await outputOf('cat /data/file', { source, target: '/data' })).toBe(content)
    }
  })

  test('is beside others, also below one another', async () => {
    mkdirSync(join(directory, 'below'))
    const other = makeDirectory()
    try {
      writeFileSync(join(other, 'other'), '')
      const mounts = [{ source: other, target: '/data/below' }, at('/data'), at('/work/third')]
      expect(await outputOf('ls /data /data/below /work/third', ...mounts)).toBe(
        '/data:\nbelow\nfile\n\n/data/below:\nother\n\n/work/third:\nbelow\nfile\n',
      )
    } finally {
      rmSync(other, { recursive: true })
    }
  })

  test('leaves what is below /work to the command, but for the mount itself', async () => {
    expect(await outputOf('touch own a/own && ls . a && rmdir a/b', at('/work/a/b'))).toMatch(
      /^\.:\na\nown\n\na:\nb\nown\nrmdir: .*Device or resource busy\n$/,
    )
  })

  test('goes with spawn too', async () => {
    await using running = await sandbox().spawn({ argv: ['cat', '/data/file'], mounts: [at('/data')] })
    let output = ''
    for await (const bytes of running.stdout) output += String(Buffer.from(bytes))
    expect(output).toBe('of the host\n')
  })
})

describe('a read-only mount', () => {
  test('cannot be changed: not its files, not its names, not its modes', async () => {
    const before = statSync(join(directory, 'file'))
    const script = [
      'import os',
      'def attempt(call, *arguments):',
      '    try: call(*arguments); print("done")',
      '    except OSError as error: print(error.strerror)',
      'attempt(open, "/data/file", "a")',
      'attempt(open, "/data/new", "w")',
      'attempt(os.unlink, "/data/file")',
      'attempt(os.rename, "/data/file", "/data/other")',
      'attempt(os.chmod, "/data/file", 0o777)',
      'attempt(os.utime, "/data/file", (0, 0))',
      'attempt(os.mkdir, "/data/directory")',
      'attempt(os.link, "/data/file", "/work/link")',
    ].join('\n')
    const { stdout } = await sandbox().run({ argv: ['python3', '-c', script], mounts: [at('/data')] })
    // Where ids are not mapped the files are nobody's besides, which the kernel may say first.
    const others =
      /^(?:(?:Read-only file system|Permission denied|Operation not permitted|Invalid cross-device link)\n){8}$/
    expect(String(stdout)).toMatch(isMapped ? /^(?:Read-only file system\n){7}Invalid cross-device link\n$/ : others)
    expect(readdirSync(directory)).toEqual(['file'])
    expect(statSync(join(directory, 'file'))).toMatchObject({ mode: before.mode, mtimeMs: before.mtimeMs, nlink: 1 })
  })

  test('is nosuid and nodev, as every mount', async () => {
    expect(await outputOf('grep " /data " /proc/self/mountinfo | cut -d" " -f6', at('/data'))).toMatch(
      /^ro,nosuid,nodev(?:,(?:noatime|relatime|nodiratime|noexec|idmapped))*\n$/,
    )
  })

  test('lends nobody the owner of its setuid programs, nor its devices', async (context) => {
    needs(context, process.getuid?.() === 0, 'only root makes devices')
    writeFileSync(join(directory, 'id'), readFileSync('/usr/bin/id'))
    chmodSync(join(directory, 'id'), 0o4755)
    spawnSync('mknod', ['-m', '666', join(directory, 'zero'), 'c', '1', '5'])
    expect(existsSync(join(directory, 'zero'))).toBe(true)
    const seen = await outputOf('/data/id -u; head -c 1 /data/zero | wc -c', at('/data'))
    expect(seen).toMatch(/^1000\n0\n.*Permission denied\n$/)
  })

  test('cannot be made writable, moved or lifted by the command', async () => {
    const script = [
      'import ctypes, errno',
      'libc = ctypes.CDLL(None, use_errno=True)',
      'print(libc.mount(b"none", b"/data", b"", 32, b""), errno.errorcode[ctypes.get_errno()])', // MS_REMOUNT
      'print(libc.umount2(b"/data", 2), errno.errorcode[ctypes.get_errno()])', // MNT_DETACH
    ].join('\n')
    const { stdout } = await sandbox().run({ argv: ['python3', '-c', script], mounts: [at('/data')] })
    expect(String(stdout)).toBe('-1 EPERM\n-1 EPERM\n')
  })

  test('holds links to nothing but what the container has: they lead inside', async () => {
    symlinkSync('/etc/shadow', join(directory, 'shadow'))
    symlinkSync(join(directory, 'file'), join(directory, 'absolute'))
    symlinkSync('../../../../../../etc/shadow', join(directory, 'up'))
    const seen = await outputOf('for name in shadow absolute up; do cat /data/$name; done', at('/data'))
    expect(seen.match(/No such file or directory/g)).toHaveLength(3)
  })
})

describe('a directory that only its owner may look into', () => {
  beforeEach(() => chmodSync(directory, 0o700))

  test('is the command’s to read where ids can be mapped, and nobody’s where not', async () => {
    const seen = await outputOf('cat /data/file', at('/data'))
    expect(seen).toBe(isMapped ? 'of the host\n' : 'cat: /data/file: Permission denied\n')
  })

  test('is the command’s to write where ids can be mapped, and else refused', async () => {
    const writing = run('echo x > /data/new', at('/data', { writable: true }))
    const outcome: unknown = await writing.catch((error: unknown) => error)
    const message = expect.stringContaining('idmapped mounts')
    expect(outcome).toMatchObject(isMapped ? { exitCode: 0 } : { code: 'UNSUPPORTED_HOST', message })
    expect(readdirSync(directory).sort()).toEqual(isMapped ? ['file', 'new'] : ['file'])
  })
})

describe('a writable mount', () => {
  beforeEach((context) => needs(context, isMapped, 'the file system of the tests has no idmapped mounts'))

  test('lets the command write what then belongs to the owner of the source, and to nobody else', async () => {
    const script =
      'id -u; echo text > /data/new; mkdir /data/sub; echo more >> /data/file; stat -c %u:%g /data /data/new'
    expect(await outputOf(script, at('/data', { writable: true }))).toBe('1000\n1000:1000\n1000:1000\n')
    expect(readdirSync(directory).sort()).toEqual(['file', 'new', 'sub'])
    expect(readFileSync(join(directory, 'file'), 'utf8')).toBe('of the host\nmore\n')
    const owner = statSync(directory)
    for (const name of ['new', 'sub']) {
      expect(statSync(join(directory, name))).toMatchObject({ uid: owner.uid, gid: owner.gid })
    }
  })

  test('has the owner of the source for the command, and leaves the files of others as they are', async (context) => {
    needs(context, process.getuid?.() === 0, 'only root makes files of others')
    chownSync(directory, 4711, 4712)
    writeFileSync(join(directory, 'of-root'), 'secret', { mode: 0o600 })
    const script =
      'echo x > /data/new; cat /data/of-root; echo y > /data/of-root; stat -c %u:%g /data/new /data/of-root'
    const seen = await outputOf(script, at('/data', { writable: true }))
    expect(seen).toMatch(/^1000:1000\n65534:65534\n.*Permission denied\n.*Permission denied\n$/)
    expect(statSync(join(directory, 'new'))).toMatchObject({ uid: 4711, gid: 4712 })
    expect(readFileSync(join(directory, 'of-root'), 'utf8')).toBe('secret')
  })

  test('can be a file', async () => {
    const mount = { source: join(directory, 'file'), target: '/work/result', writable: true }
    expect(await outputOf('echo changed > result', mount)).toBe('')
    expect(readFileSync(join(directory, 'file'), 'utf8')).toBe('changed\n')
  })

  test('makes no setuid program that works, and no device', async () => {
    const script =
      'cp /usr/bin/id /data/id; chmod 4755 /data/id; /data/id -u; mknod /data/zero c 1 5 2>&1 | grep -o "Operation not permitted"'
    expect(await outputOf(script, at('/data', { writable: true }))).toBe('1000\nOperation not permitted\n')
  })

  test('is not writable in another container that has it read-only, nor shared with one that has not', async () => {
    await run('echo x > /data/one', at('/data', { writable: true }))
    expect(await outputOf('ls /data; touch /data/two', at('/data'))).toMatch(/^file\none\n.*Read-only file system\n$/)
    expect(readdirSync(directory).sort()).toEqual(['file', 'one'])
  })

  test('leaves the rest read-only: nothing beside it can be written', async () => {
    const script = 'touch /usr/x /etc/x /x /data2/x 2>&1 | grep -c "Read-only file system"'
    expect(await outputOf(script, at('/data', { writable: true }), at('/data2'))).toBe('4\n')
  })
})

describe('mounts of a sandbox', () => {
  test('are in every container, and a command’s own beside them', async () => {
    await using mounted = await createSandbox({ mounts: [at('/data')], warm: { min: 1, max: 1 } })
    const { stdout } = await mounted.run(sh('cat /data/file; ls / | grep other'))
    expect(String(stdout)).toBe('of the host\n')
    const both = await mounted.run({ argv: sh('cat /data/file /other/file'), mounts: [at('/other')] })
    expect(String(both.stdout)).toBe('of the host\nof the host\n')
  })

  test('that are not there reject createSandbox', async () => {
    const missing = createSandbox({ mounts: [{ source: join(directory, 'none'), target: '/data' }] })
    expect(await failureOf(missing)).toMatchObject({ code: 'INVALID_OPTION', errno: 'ENOENT' })
  })
})

describe('a mount that cannot be', () => {
  test('is refused where its source is not there, or is neither a directory nor a file', async () => {
    const missing = await failureOf(run('true', { source: join(directory, 'none'), target: '/data' }))
    expect(missing).toMatchObject({ code: 'INVALID_OPTION', errno: 'ENOENT', path: join(directory, 'none') })
    const socket = createServer().listen(join(directory, 'socket'))
    try {
      const refused = await failureOf(run('true', { source: join(directory, 'socket'), target: '/data' }))
      expect(refused).toMatchObject({ code: 'INVALID_OPTION' })
    } finally {
      socket.close()
    }
  })

  test.each([
    ['is not there in the image', '/usr/not/there', 'EROFS'],
    ['leads through a link of the image', '/bin/x', 'ELOOP'],
    ['is a file, and the source a directory', '/usr/bin/env', 'ENOTDIR'],
  ])('is an error where its target %s', async (_, target, errno) => {
    const failure = await failureOf(run('true', at(target)))
    const message = expect.stringContaining('a target must be there')
    expect(failure).toMatchObject({ code: 'CONTAINER_FAILED', errno, message })
  })

  test('does not break the sandbox', async () => {
    await failureOf(run('true', at('/usr/not/there')))
    expect(await outputOf('cat /data/file', at('/data'))).toBe('of the host\n')
    expect(await sandbox().run(['true'])).toMatchObject({ exitCode: 0 })
  })
})
