import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'
import { needs } from '@mayfly/test-support'
import { afterEach, beforeEach, expect, vi, type TestContext } from 'vitest'

import { mayfly } from './mayfly.ts'
import { sandboxTest } from './sandbox-test.ts'

/** Each test has a home and a cache of its own. */
let home = ''

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'mayfly-test-home-'))
  vi.stubEnv('XDG_CACHE_HOME', join(home, 'cache'))
  vi.stubEnv('HOME', home)
})
afterEach(() => {
  vi.unstubAllEnvs()
  rmSync(home, { recursive: true, force: true })
})

function needsProgram(context: Pick<TestContext, 'skip'>, program: string): void {
  const directories = (process.env['PATH'] ?? '').split(delimiter)
  const isThere = directories.some((directory) => {
    try {
      return readdirSync(directory).includes(program)
    } catch {
      return false
    }
  })
  needs(context, isThere, `${program} is not installed`)
}

async function runTool(program: string, ...words: readonly string[]): Promise<void> {
  await promisify(execFile)(program, words, { cwd: home })
}

/** What `mayfly` prints, which must end well. */
async function printed(...words: readonly string[]): Promise<string> {
  const { status, stdout, stderr } = await mayfly(words)
  expect([status, stderr]).toEqual([0, ''])
  return stdout.toString()
}

/** An OCI layout that umoci has made, of one layer with a static program, and a second one that removes a file of it. */
async function layoutByUmoci(): Promise<void> {
  await runTool('umoci', 'init', '--layout', 'layout')
  await runTool('umoci', 'new', '--image', 'layout:tiny')
  const rootless = process.getuid?.() === 0 ? [] : ['--rootless']
  await runTool('umoci', 'unpack', ...rootless, '--image', 'layout:tiny', 'bundle')
  await runTool('sh', '-c', 'mkdir bundle/rootfs/bin; cp /bin/busybox bundle/rootfs/bin; echo x > bundle/rootfs/gone')
  for (const name of ['sh', 'id', 'pwd', 'ls', 'echo'])
    await runTool('ln', '-s', 'busybox', `bundle/rootfs/bin/${name}`)
  await runTool('umoci', 'repack', '--refresh-bundle', '--image', 'layout:tiny', 'bundle')
  await runTool('sh', '-c', 'rm bundle/rootfs/gone; echo kept > bundle/rootfs/kept')
  await runTool('umoci', 'repack', '--refresh-bundle', '--image', 'layout:tiny', 'bundle')
  const config = [
    '--config.entrypoint',
    '/bin/sh',
    '--config.cmd',
    '-c',
    '--config.cmd',
    'echo "$A $(pwd) $(id -u)"; ls /',
  ]
  const more = ['--config.env', 'A=image', '--config.workingdir', '/srv', '--config.user', '33:44']
  await runTool('umoci', 'config', '--image', 'layout:tiny', ...config, ...more)
}

const told = 'image /srv 33\nbin\ndev\netc\nkept\nproc\nrun\nsrv\ntmp\nwork\n'

sandboxTest('an image that umoci made is imported and runs as it says, or as it is told', async ({ skip }) => {
  needsProgram({ skip }, 'umoci')
  needsProgram({ skip }, 'busybox')
  await layoutByUmoci()
  expect(await printed('image', 'import', join(home, 'layout'))).toMatch(/^sha256:[\da-f]{12} +1\.\d+MiB {2}tiny\n$/)
  expect(await printed('run', '--image', 'tiny')).toBe(told)
  expect(await printed('run', '--image', 'tiny', '--env', 'A=own', '--cwd', '/', 'sh', '-c', 'echo $A; pwd')).toBe(
    'own\n/\n',
  )
  expect(await printed('run', '--image', join(home, 'bundle/rootfs'), 'sh', '-c', 'pwd')).toBe('/work\n')
})

sandboxTest(
  'what skopeo makes of it for docker is the same image, and so is what a registry gives',
  async ({ skip }) => {
    for (const program of ['umoci', 'skopeo', 'busybox', 'docker-registry']) needsProgram({ skip }, program)
    await layoutByUmoci()
    await runTool('skopeo', 'copy', 'oci:layout:tiny', 'docker-archive:saved.tar:tiny:1')
    await using registry = await startRegistry()
    await runTool('skopeo', 'copy', '--dest-tls-verify=false', 'oci:layout:tiny', `docker://${registry.address}/tiny:1`)
    const lines = [
      await printed('image', 'import', join(home, 'layout'), '--name', 'one'),
      await printed('image', 'import', join(home, 'saved.tar'), '--name', 'two'),
      await printed('image', 'pull', `${registry.address}/tiny:1`, '--name', 'three'),
    ]
    expect(new Set(lines.map((line) => line.split(' ')[0])).size).toBe(1)
    expect(lines.at(-1)).toMatch(/ one three two\n$/)
    const { status, stderr } = await mayfly(['image', 'pull', `${registry.address}/absent:1`])
    expect(status).toBe(125)
    expect(stderr).toContain('mayfly: skopeo ended with status 1')
  },
)

/** A registry on the loopback of this machine, which skopeo is told to speak to without TLS. */
async function startRegistry(): Promise<AsyncDisposable & { readonly address: string }> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = `127.0.0.1:${(server.address() as AddressInfo).port}`
  server.close()
  await once(server, 'close')
  const storage = `storage: { filesystem: { rootdirectory: ${join(home, 'registry')} } }`
  writeFileSync(join(home, 'registry.yml'), `version: 0.1\n${storage}\nhttp: { addr: "${address}" }\n`)
  mkdirSync(join(home, '.config/containers'), { recursive: true })
  writeFileSync(
    join(home, '.config/containers/registries.conf'),
    `[[registry]]\nlocation = "${address}"\ninsecure = true\n`,
  )
  const child = spawn('docker-registry', ['serve', join(home, 'registry.yml')], { stdio: ['ignore', 'ignore', 'pipe'] })
  const ended = once(child, 'exit')
  await new Promise<void>((resolve, reject) => {
    // Read to its end: a registry that cannot log dies.
    child.stderr.on('data', (chunk: Buffer) => chunk.includes('listening on') && resolve())
    child.once('exit', () => reject(new Error('the registry ended early')))
  })
  return {
    address,
    [Symbol.asyncDispose]: async () => {
      child.kill()
      await ended
    },
  }
}

sandboxTest(
  'minimal is built of Debian packages, twice to the same digest, and says hello',
  { timeout: 300_000 },
  async ({ skip }) => {
    needsProgram({ skip }, 'mmdebstrap')
    const first = await printed('image', 'build', 'minimal')
    expect(first).toMatch(/^sha256:[\da-f]{12} +\d\.\d+MiB {2}minimal\n$/)
    expect(await printed('image', 'build', 'minimal', '--name', 'again')).toBe(
      first.replace('minimal', 'again minimal'),
    )
    expect(await printed('run', '--image', 'minimal', 'sh', '-c', 'echo hello | tr a-z A-Z')).toBe('HELLO\n')
  },
)

sandboxTest('names are listed and removed, and what has none is collected', async ({ skip }) => {
  needsProgram({ skip }, 'umoci')
  needsProgram({ skip }, 'busybox')
  await layoutByUmoci()
  for (const name of ['one', 'two']) await printed('image', 'import', join(home, 'layout'), '--name', name)
  expect(await printed('image', 'list')).toMatch(/^sha256:\w{12} .* one two\n$/)
  expect(JSON.parse(await printed('image', 'list', '--json'))).toMatchObject([{ names: ['one', 'two'], entryCount: 9 }])
  expect(await printed('image', 'remove', 'one')).toBe('')
  expect(await printed('image', 'list')).toMatch(/ two\n$/)
  await runTool('rm', join(home, 'cache/mayfly/names/two'))
  expect(await printed('image', 'gc')).toMatch(/^sha256:[\da-f]{64}\n$/)
  expect(await printed('image', 'list')).toBe('')
})

sandboxTest.for([
  ['a recipe that is not there', ['image', 'build', 'cobol'], /`recipe` must be gcc, go, java, minimal/],
  ['a file that is not there', ['image', 'import', '/does/not/exist'], /`path` must be one that can be read/],
  ['a name that is none', ['image', 'pull', '--', '-x'], /`name` must be one of a registry's images/],
  [
    'an image that is not there',
    ['run', '--image', 'absent', 'true'],
    /`--image` must be 'host', a directory, or an image/,
  ],
  ['an image to remove that is not there', ['image', 'remove', 'absent'], /must be one of the cache/],
  ['no command without an image', ['run'], /`COMMAND` must be given/],
  ['no command with an image that says none', ['run', '--image', 'host'], /`COMMAND` must be given/],
  ['a shell of an image that is not there', ['shell', 'absent'], /`--image` must be/],
] as const)('%s is refused, and told why', async ([, words, message]) => {
  const { status, stderr } = await mayfly(words)
  expect(stderr).toMatch(message)
  expect(status).toBe(125)
})

sandboxTest('a tool that is not installed is named with the command that installs it', async () => {
  vi.stubEnv('PATH', '/nowhere')
  for (const [words, program] of [
    [['build', 'minimal'], 'mmdebstrap'],
    [['pull', 'example.org/x'], 'skopeo'],
  ] as const) {
    const { status, stderr } = await mayfly(['image', ...words])
    expect([status, stderr]).toEqual([
      125,
      `mayfly: ${program} is not installed; to install it on Debian or Ubuntu: apt-get install ${program}\n`,
    ])
  }
})
