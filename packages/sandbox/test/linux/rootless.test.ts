import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { needs } from '@mayfly/test-support'
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { readHostState } from '../../../../fixtures/host-state.ts'
import { nobody, useOtherUsers, withoutGroups } from './support/as-user.ts'
import { sh } from './support/commands.ts'
import { needsSandboxes } from './support/use-sandbox.ts'

needsSandboxes()
const { run: runAsUser } = useOtherUsers()

/** A directory with a file in it, both of this user and for nobody else. */
function ownedDirectory(owner: number): string {
  const directory = mkdtempSync(join(tmpdir(), 'rootless-mount-'))
  writeFileSync(join(directory, 'file'), 'text')
  for (const path of [directory, join(directory, 'file')]) chownSync(path, owner, owner)
  return directory
}

describe('an ordinary user without a control group of its own', () => {
  test('is refused, and told how to get one or to go without', async () => {
    const { code, message } = await runAsUser(['true'])
    expect(code).toBe('UNSUPPORTED_HOST')
    expect(message).toContain('systemd-run --user --scope --property=Delegate=yes')
    expect(message).toContain("allowMissing: ['cgroup']")
  })

  test('runs commands where that is allowed, and every result says what was missing', async () => {
    const result = await runAsUser(sh('id -u; echo out; exit 3'), { options: withoutGroups })
    expect(result).toMatchObject({ status: 'exited', exitCode: 3, stdout: '1000\nout\n' })
    expect(result.missing).toEqual(expect.arrayContaining(['cgroup', 'userIds']))
    expect(result.missing).not.toContain('refusalNames')
  })

  test('has everything else: no capabilities, no network, nothing to write, no other processes', async () => {
    const script =
      'grep CapEff /proc/self/status; ls /proc | grep -c "^[0-9]"; (echo x > /etc/x) 2>/dev/null || echo no'
    const result = await runAsUser(sh(script), { options: withoutGroups })
    const [capabilities, processes, written] = (result.stdout ?? '').trim().split('\n')
    expect(capabilities).toMatch(/CapEff:\s+0000000000000000$/)
    expect(Number(processes)).toBeLessThan(8)
    expect(written).toBe('no')
  })

  test('sees what was refused by name', async () => {
    const script = 'import ctypes\nctypes.CDLL(None).chroot(b"/tmp")'
    const result = await runAsUser(['/usr/bin/python3', '-c', script], { options: withoutGroups })
    expect(result.violations).toMatchObject([{ call: 'chroot', detail: '/tmp', count: 1 }])
  })

  test('is limited in memory and CPU time by samples', async () => {
    const hog = 'x = b"a" * 300_000_000\nimport time\ntime.sleep(20)'
    const memory = await runAsUser(['/usr/bin/python3', '-c', hog], {
      options: withoutGroups,
      limits: { memoryBytes: 100_000_000 },
    })
    expect(memory).toMatchObject({
      status: 'limited',
      limit: 'memory',
      evidence: { source: 'sample', limit: 100_000_000 },
    })
    const cpu = await runAsUser(sh('while :; do :; done'), { options: withoutGroups, limits: { cpuTimeMs: 300 } })
    expect(cpu).toMatchObject({ status: 'limited', limit: 'cpuTime', evidence: { source: 'sample', limit: 300 } })
  })

  test('is limited in processes by the kernel', async () => {
    const script = `
import os, time
count = 0
try:
    while count < 100:
        if os.fork() == 0: time.sleep(30)
        count += 1
except OSError as error: print(error.errno, flush=True)
print(count, flush=True)
time.sleep(0.5)
os._exit(1)`
    const result = await runAsUser(['/usr/bin/python3', '-c', script], {
      options: withoutGroups,
      limits: { processCount: 20 },
    })
    expect(result).toMatchObject({ status: 'limited', limit: 'processes', evidence: { source: 'sample', limit: 20 } })
    const [errno, count] = (result.stdout ?? '').trim().split('\n').map(Number)
    expect(errno).toBe(11)
    expect(count).toBeGreaterThanOrEqual(19)
    expect(count).toBeLessThanOrEqual(22)
  })

  test('has a loopback and a full /proc where it asks for them', async () => {
    const options = { ...withoutGroups, network: 'loopback', proc: 'full' } as const
    const script =
      'grep -c 127.0.0.1 /proc/net/fib_trie; grep -c ^cpu0 /proc/stat; cat /proc/keys /proc/kcore 2>/dev/null'
    const { stdout } = await runAsUser(sh(script), { options })
    expect(stdout).toMatch(/^[1-9]\d*\n1\n$/)
  })

  test('mounts what is the user’s own, and what is written there is the user’s', async () => {
    const source = ownedDirectory(nobody)
    const script = 'cat /data/file; echo changed > /data/file; echo new > /data/new'
    try {
      const readOnly = await runAsUser(
        { argv: sh(script), mounts: [{ source, target: '/data' }] },
        { options: withoutGroups },
      )
      expect(readOnly.stdout).toBe('text')
      expect(readdirSync(source)).toEqual(['file'])
      const mounts = [{ source, target: '/data', writable: true }]
      expect(await runAsUser({ argv: sh(script), mounts }, { options: withoutGroups })).toMatchObject({ exitCode: 0 })
      expect(readFileSync(join(source, 'file'), 'utf8')).toBe('changed\n')
      expect(statSync(join(source, 'new')).uid).toBe(nobody)
    } finally {
      rmSync(source, { recursive: true })
    }
  })

  test('leaves nothing behind', async () => {
    const before = readHostState()
    await runAsUser(sh('(setsid sleep 30 &) ; true'), { options: withoutGroups })
    expect(readHostState()).toEqual(before)
  })
})

/** Where v2's hierarchy is, with the controllers that matter: in the hybrid layout it has none of them. */
function unifiedHierarchy(): string | undefined {
  return ['/sys/fs/cgroup', '/sys/fs/cgroup/unified'].find((path) => {
    const controllers = join(path, 'cgroup.controllers')
    return existsSync(controllers) && /\bmemory\b/.test(readFileSync(controllers, 'utf8'))
  })
}

/** Makes a group that belongs to the user, as systemd does with Delegate=yes. */
function handOver(hierarchy: string): string {
  const group = join(hierarchy, `rootless-test-${process.pid}`)
  writeFileSync(join(hierarchy, 'cgroup.subtree_control'), '+memory +pids +cpu')
  mkdirSync(group)
  for (const file of ['', 'cgroup.procs', 'cgroup.subtree_control', 'cgroup.threads']) {
    chownSync(join(group, file), nobody, nobody)
  }
  return group
}

function enter(group: string): string {
  return `echo $$ > ${group}/cgroup.procs && exec "$@"`
}

describe('an ordinary user with a control group that was handed over', () => {
  const hierarchy = unifiedHierarchy()
  let group = ''

  beforeAll(() => {
    if (hierarchy === undefined) return
    group = handOver(hierarchy)
    return () => rmdirSync(group)
  })
  beforeEach((context) => needs(context, hierarchy !== undefined, 'only cgroup v2 hands groups over to users'))

  test('has every required protection', async () => {
    const result = await runAsUser(sh('echo out'), { script: enter(group) })
    expect(result).toMatchObject({ status: 'exited', stdout: 'out\n' })
    expect(result.missing).not.toContain('cgroup')
  })

  test('is limited by them', async () => {
    const hog = 'x = b"a" * 300_000_000\nimport time\ntime.sleep(20)'
    const memory = await runAsUser(['/usr/bin/python3', '-c', hog], {
      script: enter(group),
      limits: { memoryBytes: 100_000_000 },
    })
    expect(memory).toMatchObject({ status: 'limited', limit: 'memory', evidence: { source: 'oom_kill' } })
  })
})

/** In a mount namespace of its own, where that program always fails. */
const withoutNewgidmap =
  'exec unshare --mount sh -c \'mount --bind /bin/false /usr/bin/newgidmap && exec "$@"\' sh "$@"'

describe('an ordinary user with subordinate ids', () => {
  const name = `mayfly-test-${process.pid}`
  const hasHelpers = existsSync('/usr/bin/newuidmap') && existsSync('/usr/sbin/useradd')
  let as = 0

  beforeAll(() => {
    if (!hasHelpers) return
    execFileSync('/usr/sbin/useradd', ['--no-create-home', '--user-group', name])
    as = Number(execFileSync('id', ['-u', name], { encoding: 'utf8' }))
    return () => execFileSync('/usr/sbin/userdel', [name], { stdio: 'ignore' })
  })
  beforeEach((context) => needs(context, hasHelpers, 'newuidmap or useradd is not installed'))

  test('gives each container ids that are not the caller’s', async () => {
    const script = 'id -u; cat /proc/self/uid_map; stat -c %u /work'
    const result = await runAsUser(sh(script), { as, options: withoutGroups })
    expect(result.missing).not.toContain('userIds')
    const [user = '', root = '', command = '', home = ''] = (result.stdout ?? '').trim().split('\n')
    expect([user, home]).toEqual(['1000', '1000'])
    expect(root.trim()).toMatch(/^0 +[1-9]\d* +1$/)
    expect(command.trim()).toMatch(/^1000 +[1-9]\d* +1$/)
  })

  test('mounts read-only what everybody may read, and nothing writable: the ids are not the caller’s', async () => {
    const source = ownedDirectory(as)
    chmodSync(source, 0o755)
    const mounts = [{ source, target: '/data' }]
    try {
      const shown = await runAsUser({ argv: sh('cat /data/file'), mounts }, { as, options: withoutGroups })
      expect(shown.stdout).toBe('text')
      const writable = [{ source, target: '/data', writable: true }]
      const refused = await runAsUser({ argv: sh('true'), mounts: writable }, { as, options: withoutGroups })
      expect(refused.code).toBe('UNSUPPORTED_HOST')
      expect(refused.message).toMatch(/right to write to a mount \(\/data\).*mount it read-only; or run it as root/)
    } finally {
      rmSync(source, { recursive: true })
    }
  })

  test('goes on as the caller where only its group ids cannot be mapped', async () => {
    const result = await runAsUser(sh('id -u; id -g'), {
      as,
      options: withoutGroups,
      script: withoutNewgidmap,
    })
    expect(result).toMatchObject({ status: 'exited', stdout: '1000\n1000\n' })
    expect(result.missing).toContain('userIds')
  })

  test('is limited in processes by the kernel, to the number that was asked for', async () => {
    const script =
      'import os, time\ntry:\n  for n in range(50):\n    if os.fork() == 0: time.sleep(30)\nexcept OSError: print(n, flush=True)\nos._exit(1)'
    const result = await runAsUser(['/usr/bin/python3', '-c', script], {
      as,
      options: withoutGroups,
      limits: { processCount: 10 },
    })
    expect(result.stdout).toBe('9\n')
  })
})
