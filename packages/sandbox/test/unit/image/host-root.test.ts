import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { planHostRoot } from '../../../src/image/host-root.ts'
import { HostTree } from '../../../src/image/host-tree.ts'
import type { RootEntry } from '../../../src/image/root-entry.ts'

const hostFiles = [
  ...['usr/bin/true', 'lib/libc.so', 'root/secret', 'home/me/secret', 'opt/x', 'var/x', 'proc/cpuinfo'],
  ...['etc/shadow', 'etc/machine-id', 'etc/hostname', 'etc/resolv.conf', 'etc/gitconfig', 'etc/ssh/ssh_host_key'],
  ...['etc/ssl/private/key', 'etc/ssl/certs/a.pem', 'etc/ssl/openssl.cnf', 'etc/pki/tls/private/key'],
  ...['etc/pki/tls/certs/b.pem', 'etc/java-17-openjdk/x', 'etc/python3.11/x', 'etc/python-secrets', 'etc/perl/x'],
  ...['etc/alternatives/cc', 'etc/ld.so.cache', 'etc/passwd', 'etc/zoneinfo'],
] as const

describe('the root of image `host`', () => {
  let host: string
  let plan: readonly RootEntry[]
  const entry = (target: string): RootEntry | undefined => plan.find((found) => found.target === target)

  beforeAll(async () => {
    host = await mkdtemp(join(tmpdir(), 'tree-'))
    for (const path of hostFiles) {
      await mkdir(join(host, dirname(path)), { recursive: true })
      await writeFile(join(host, path), `content of ${path}`)
    }
    await symlink('usr/bin', join(host, 'bin'))
    await symlink('../usr/lib/os-release', join(host, 'etc/os-release'))
    await symlink('zoneinfo', join(host, 'etc/localtime'))
    plan = await planHostRoot(new HostTree(host))
  })
  afterAll(async () => rm(host, { recursive: true }))

  test('shows links of the host as links, and directories as mounts', () => {
    expect(entry('usr')).toEqual({ kind: 'bind', target: 'usr', source: join(host, 'usr') })
    expect(plan).toContainEqual({ kind: 'ownInodes', target: 'usr' })
    expect(entry('bin')).toEqual({ kind: 'symlink', target: 'bin', source: 'usr/bin' })
    expect(entry('lib')).toEqual({ kind: 'bind', target: 'lib', source: join(host, 'lib') })
    expect(entry('etc/os-release')).toMatchObject({ kind: 'symlink', source: '../usr/lib/os-release' })
  })

  test('leaves out what the host does not have', () => {
    expect(entry('lib64')).toBeUndefined()
    expect(entry('etc/fonts')).toBeUndefined()
  })

  test('shares of /etc what programs need', () => {
    const isOfHost = (found: RootEntry): boolean =>
      found.kind === 'file' && String(found.content).startsWith('content of')
    expect(plan.filter(isOfHost).map(({ target }) => target)).toEqual([
      ...['etc/localtime', 'etc/alternatives/cc', 'etc/java-17-openjdk/x', 'etc/ld.so.cache', 'etc/perl/x'],
      ...['etc/pki/tls/certs/b.pem', 'etc/python3.11/x', 'etc/ssl/certs/a.pem', 'etc/ssl/openssl.cnf'],
    ])
    expect(plan).toContainEqual({ kind: 'ownInodes', target: 'etc' })
  })

  test('shows nothing of the host’s users, keys, names and homes', () => {
    const secrets = /shadow|machine-id|private|ssh|secret|gitconfig|resolv|^(?:root|home|opt|var)/
    expect(plan.filter(({ target }) => secrets.test(target))).toEqual([])
    const contents = plan.map((found) => (found.kind === 'file' ? String(found.content) : ''))
    expect(contents.filter((content) => /content of etc\/(?:passwd|hostname)/.test(content))).toEqual([])
  })

  test('copies the time zone, whatever it is a link to', () => {
    expect(entry('etc/localtime')).toMatchObject({ kind: 'file', content: Buffer.from('content of etc/zoneinfo') })
  })

  test('has users of its own', () => {
    expect(entry('etc/passwd')).toMatchObject({ content: expect.stringContaining('sandbox:x:1000:1000:') })
    expect(entry('etc/group')).toMatchObject({ content: expect.stringContaining('sandbox:x:1000:') })
  })

  test('has five devices and nothing else of /dev', () => {
    const devices = plan.filter(({ kind }) => kind === 'device').map(({ target }) => target)
    expect(devices).toEqual(['dev/null', 'dev/zero', 'dev/full', 'dev/random', 'dev/urandom'])
  })

  test('has places for what is mounted in each container', () => {
    for (const target of ['proc', 'tmp', 'work', 'dev/shm', 'dev/mqueue', 'run']) {
      expect(entry(target)).toMatchObject({ kind: 'directory' })
    }
    expect(entry('tmp')).toMatchObject({ mode: 0o1777 })
  })

  test('names every target once, below the root, after its parent', () => {
    const targets = plan.filter(({ kind }) => kind !== 'ownInodes').map(({ target }) => target)
    expect(new Set(targets).size).toBe(targets.length)
    for (const [index, target] of targets.entries()) {
      expect(target).toMatch(/^[^/.][^/]*(?:\/[^/.][^/]*)*$/)
      expect(['.', ...targets.slice(0, index)]).toContain(dirname(target))
    }
  })
})

describe('a directory of /etc that is too large to copy', () => {
  let host: string
  let plan: readonly RootEntry[]

  beforeAll(async () => {
    host = await mkdtemp(join(tmpdir(), 'tree-'))
    await mkdir(join(host, 'etc/perl/lib'), { recursive: true })
    await mkdir(join(host, 'etc/fonts'), { recursive: true })
    await writeFile(join(host, 'etc/perl/lib/large'), new Uint8Array(5 * 1024 * 1024))
    for (let i = 0; i < 2_001; i++) await symlink('x', join(host, 'etc/fonts', `${i}`))
    plan = await planHostRoot(new HostTree(host))
  })
  afterAll(async () => rm(host, { recursive: true }))

  test.each(['etc/perl', 'etc/fonts'])('is mounted: %s', (target) => {
    expect(plan.filter((found) => found.target.startsWith(target))).toEqual([
      { kind: 'bind', target, source: join(host, target) },
    ])
  })
})
