import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createSandbox, type CachedImage, type Command, ImageCache, type ImageConfig } from '@mayfly/sandbox'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { readHostState } from '../../../../fixtures/host-state.ts'
import { useOtherUsers, withoutGroups } from './support/as-user.ts'
import { useRootFileSystem } from './support/busybox.ts'
import { sh } from './support/commands.ts'
import { failureOf } from './support/failure.ts'
import { needsSandboxes } from './support/use-sandbox.ts'

needsSandboxes()
const root = useRootFileSystem()

function write(path: string, content: string | Uint8Array): void {
  mkdirSync(dirname(join(root(), path)), { recursive: true })
  writeFileSync(join(root(), path), content)
}

/** What a script prints in a container of the root file system. */
async function inside(script: string): Promise<string> {
  await using sandbox = await createSandbox({ concurrency: 1, image: root() })
  const { stdout, stderr } = await sandbox.run(sh(script))
  return `${stdout}${stderr}`
}

describe('a directory as an image', () => {
  test('is the root, read-only, with what every container has of its own', async () => {
    write('opt/data/file', 'of the image')
    mkdirSync(join(root(), 'empty'))
    write('run/of-the-image', 'covered')
    const listed = await inside('ls /; cat /opt/data/file; ls /run; touch /opt/x /x; pwd; touch y && ls')
    expect(listed).toBe(
      'bin\ndev\nempty\netc\nopt\nproc\nrun\ntmp\nwork\nof the image/work\ny\n' +
        'touch: /opt/x: Read-only file system\ntouch: /x: Read-only file system\n',
    )
  })

  test('has users, hosts and resolvers of the container’s own, and the rest of its /etc', async () => {
    for (const name of ['passwd', 'group', 'hosts', 'hostname', 'resolv.conf']) write(`etc/${name}`, `image’s ${name}`)
    write('etc/app/settings', 'of the image')
    symlinkSync('app/settings', join(root(), 'etc/link'))
    const script = 'id; cat /etc/hostname /etc/resolv.conf /etc/hosts /etc/group | grep -c image; cat /etc/link'
    expect(await inside(`alias grep="busybox grep"; ${script}`)).toBe(
      'uid=1000(sandbox) gid=1000(sandbox)\n0\nof the image',
    )
  })

  test('is as old inside as it is outside, or of now where no time can be told', async () => {
    const times = { old: 1_700_000_000.5, ancient: -5, late: 32_503_680_000 }
    for (const [name, seconds] of Object.entries(times)) {
      write(`etc/${name}`, name)
      utimesSync(join(root(), 'etc', name), seconds, seconds)
    }
    const start = Math.floor(Date.now() / 1000) - 3600
    const found = (await inside('cd /etc; busybox stat -c %Y old ancient late')).trim().split('\n').map(Number)
    const [old, ...others] = found
    expect(old).toBe(1_700_000_000)
    expect(others.map((seconds) => seconds > start)).toEqual([true, true])
  })

  test('shows what is too large for a copy as well', async () => {
    write('etc/large', new Uint8Array(9 * 1024 * 1024))
    for (let i = 0; i < 40; i++) write(`etc/many/${i}`, 'x')
    expect(await inside('cat /etc/large | wc -c; ls /etc/many | wc -l')).toBe('9437184\n40\n')
  })

  test('a large file at its top is shown, and runs say that its inode is shared', async () => {
    write('program', new Uint8Array(9 * 1024 * 1024))
    await using sandbox = await createSandbox({ concurrency: 1, image: root() })
    const { stdout, missing } = await sandbox.run(sh('cat /program | wc -c'))
    expect([String(stdout), missing.includes('imageInodes')]).toEqual(['9437184\n', true])
  })

  test('has inodes of the container’s own', async () => {
    for (const name of ['lib', 'lib64']) symlinkSync(`usr/${name}`, join(root(), name))
    const mounts = [{ source: '/usr', target: '/usr' }]
    const lock = (seconds: number, ...words: readonly string[]): Command => ({
      argv: ['/usr/bin/flock', ...words, '/bin/busybox', 'sh', '-c', `echo held; exec sleep ${seconds}`],
      mounts,
    })
    await using sandbox = await createSandbox({ concurrency: 2, image: root() })
    const holder = await sandbox.spawn(lock(60))
    const { value } = await holder.stdout[Symbol.asyncIterator]().next()
    expect(Buffer.from(value ?? []).toString()).toBe('held\n')
    const other = await sandbox.run(lock(0, '--nonblock'))
    expect(other).toMatchObject({ status: 'exited', exitCode: 0 })
    holder.kill('SIGKILL')
    await holder.result
  })

  test('is of one run alone, and the next one has the sandbox’s', async () => {
    write('marker', 'of the image')
    await using sandbox = await createSandbox({ concurrency: 1 })
    const runs = [undefined, { image: root() }, undefined, { image: 'host' }]
    const found: string[] = []
    for (const options of runs)
      found.push(String((await sandbox.run(sh('cat /marker 2>/dev/null || echo none'), {}, options)).stdout))
    expect(found).toEqual(['none\n', 'of the image', 'none\n', 'none\n'])
  })
})

describe('runs in an image', () => {
  test('are connected to each other as they are in any other', async () => {
    await using sandbox = await createSandbox({ concurrency: 2 })
    const [left, right] = [{ command: sh('echo sent') }, { command: sh('cat > file; cat file /bin/ls | wc -c >&2') }]
    const { right: received } = await sandbox.connect(left, right, { image: root() })
    const bytes = readFileSync('/bin/busybox').length + 'sent\n'.length
    expect(received).toMatchObject({ status: 'exited', exitCode: 0 })
    expect(String(received.stderr)).toBe(`${bytes}\n`)
  })
})

describe('for an ordinary user', () => {
  const { run } = useOtherUsers()

  test('a directory is the root as well, with what everybody may read of it', async () => {
    write('open/file', 'for all')
    write('secret', 'of root')
    chmodSync(root(), 0o755)
    chmodSync(join(root(), 'secret'), 0o600)
    const script = 'cat /open/file; cat /secret || echo no; touch /open/x || id -u'
    const told = await run(sh(script), { options: { ...withoutGroups, image: root() } })
    expect(told).toMatchObject({ status: 'exited', stdout: 'for allno\n1000\n' })
  })
})

describe('a hostile directory', () => {
  test('leads nowhere by its links, whatever they say', async () => {
    const secret = mkdtempSync(join(tmpdir(), 'mayfly-test-secret-'))
    writeFileSync(join(secret, 'secret'), 'of the host')
    try {
      for (const [name, target] of [
        ['absolute', secret],
        ['up', `../../../../../..${secret}`],
        ['dev', secret],
        ['work', secret],
        ['proc', '/'],
        ['run', '/proc'],
        ['etc', secret],
      ] as const)
        symlinkSync(target, join(root(), name))
      const script = `for path in /absolute /up /dev /work /run /etc ${secret}; do cat $path/secret; done; ls -d /proc/self`
      const printed = await inside(`(${script}) 2>&1`)
      expect(printed).not.toContain('of the host')
      expect(printed).toMatch(/\/proc\/self\n$/)
    } finally {
      rmSync(secret, { recursive: true })
    }
  })

  test('gives no devices, pipes and sockets at its top, and no devices below', async () => {
    execFileSync('mkfifo', [join(root(), 'pipe'), join(root(), 'bin/pipe')])
    const isRoot = process.getuid?.() === 0
    if (isRoot) {
      for (const path of ['zero', 'bin/zero', 'dev/mem'])
        execFileSync('sh', ['-c', 'mkdir -p "$(dirname "$1")"; mknod "$1" c 1 5', 'sh', join(root(), path)])
    }
    const script = 'ls /pipe /zero /dev/mem; [ ! -e /bin/zero ] || busybox head -c 1 /bin/zero'
    const printed = await inside(`(${script}) 2>&1`)
    for (const name of ['/pipe', '/zero', '/dev/mem'])
      expect(printed).toContain(`ls: ${name}: No such file or directory`)
    expect(printed).toMatch(isRoot ? /Permission denied/ : /directory\n$/)
  })

  test('gives no rights by setuid', async () => {
    execFileSync('chmod', ['6755', join(root(), 'bin/busybox')])
    expect(await inside('id -u; busybox grep -c nosuid /proc/self/mountinfo > /dev/null && id -g')).toBe('1000\n1000\n')
  })

  test('with more at its top than there is room for is refused by name, and nothing is left behind', async () => {
    const before = readHostState()
    for (let i = 0; i < 32; i++) write(`d${i}/file`, 'x')
    const failure = await failureOf(createSandbox({ image: root() }))
    const message = expect.stringContaining('`image` must have at most 31 directories at its top')
    expect(failure).toMatchObject({ code: 'INVALID_OPTION', message })
    expect(readHostState()).toEqual(before)
  })

  test.each(['a:b', 'a,b', String.raw`a\b`])('with %s at its top is refused', async (name) => {
    write(`${name}/file`, 'x')
    const message = expect.stringContaining('`image` must have names without')
    expect(await failureOf(createSandbox({ image: root() }))).toMatchObject({ message })
  })
})

describe('an image of the cache', () => {
  let cacheHome = ''

  beforeEach(() => {
    cacheHome = mkdtempSync(join(tmpdir(), 'mayfly-test-cache-'))
    vi.stubEnv('XDG_CACHE_HOME', cacheHome)
  })
  afterEach(() => {
    vi.unstubAllEnvs()
    rmSync(cacheHome, { recursive: true, force: true })
  })

  async function add(config: Partial<ImageConfig> = {}, digit = '1'): Promise<CachedImage> {
    const none = { command: [], env: {}, workingDirectory: undefined, user: undefined }
    const record = { digest: `sha256:${digit.repeat(64)}`, source: 'a test', madeAt: new Date().toISOString() }
    return new ImageCache().add(
      root(),
      { ...record, bytes: 1, entryCount: 1, config: { ...none, ...config } },
      'test/tiny:1',
    )
  }

  test('is found by its name, its digest, and the first digits of that', async () => {
    write('marker', 'of the image')
    const { digest } = await add()
    await using sandbox = await createSandbox({ concurrency: 1 })
    for (const image of ['test/tiny:1', digest, digest.slice(0, 19)])
      expect(String((await sandbox.run(['cat', '/marker'], {}, { image })).stdout)).toBe('of the image')
  })

  test.each([['nothing'], ['sha256:22222222'], [''], ['/does/not/exist'], ['./package.json']])(
    'that is not there is refused: %j',
    async (image) => {
      await using sandbox = await createSandbox({ concurrency: 1 })
      const failure = await failureOf(sandbox.run(['true'], {}, { image }))
      const message = expect.stringContaining('`options.image` must')
      expect(failure).toMatchObject({ code: 'INVALID_OPTION', message })
      expect(await failureOf(createSandbox({ image }))).toMatchObject({ code: 'INVALID_OPTION' })
    },
  )

  test('says what runs in it, where, with which variables and as whom; a command’s own words go before', async () => {
    write('app/file', 'x')
    await add({
      command: ['sh', '-c', 'echo "$A $B $HOME $(pwd)"; id'],
      env: { A: 'image', B: 'image' },
      workingDirectory: '/app',
      user: { id: 33, groupId: 44, name: 'web' },
    })
    await using sandbox = await createSandbox({ concurrency: 1, image: 'test/tiny:1' })
    expect(String((await sandbox.run({})).stdout)).toBe('image image /work /app\nuid=33(web) gid=44(web)\n')
    const own = { argv: sh('echo $A $B $(pwd); touch x && ls -n | cat'), env: { B: 'own' }, cwd: '/work' }
    expect(String((await sandbox.run(own)).stdout)).toMatch(/^image own \/work\n.* 33 +44 .* x\n$/s)
    expect(String((await sandbox.run(['pwd'])).stdout)).toBe('/app\n')
  })

  test('that names root as its user has the usual one', async () => {
    await add({ user: { id: 0, groupId: 0, name: 'root' } })
    await using sandbox = await createSandbox({ concurrency: 1, image: 'test/tiny:1' })
    expect(String((await sandbox.run(['id'])).stdout)).toBe('uid=1000(sandbox) gid=1000(sandbox)\n')
  })

  test('with a damaged record is told', async () => {
    const { digest } = await add()
    const record = join(cacheHome, 'mayfly/images', digest.replace(':', '-'), 'image.json')
    const whole = JSON.parse(readFileSync(record, 'utf8')) as { readonly config: object }
    for (const text of ['{', '{}', JSON.stringify({ ...whole, config: { ...whole.config, env: { 'A=': 'x' } } })]) {
      writeFileSync(record, text)
      const failure = await failureOf(createSandbox({ image: 'test/tiny:1' }))
      expect(failure).toMatchObject({ code: 'CONTAINER_FAILED', path: record })
    }
  })

  test('is not removed while a sandbox shows it, and is afterwards', async () => {
    await add()
    const cache = new ImageCache()
    {
      await using sandbox = await createSandbox({ concurrency: 1, image: 'test/tiny:1' })
      await sandbox.run(['true'])
      const failure = await failureOf(cache.remove('test/tiny:1'))
      const message = expect.stringMatching(/`image` must not be in use, as it is by process \d+/)
      expect(failure).toMatchObject({ code: 'INVALID_OPTION', message })
    }
    await cache.remove('test/tiny:1')
    expect(await cache.list()).toEqual([])
  })
})
