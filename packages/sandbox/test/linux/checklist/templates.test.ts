import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises'
import { readFileSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { createSandbox } from '@mayfly/sandbox'
import { expect, test } from 'vitest'
import { supervisorsOf } from '../../../../../fixtures/host-processes.ts'
import { failureOf } from '../support/failure.ts'
import { useSandbox } from '../support/use-sandbox.ts'
import { needsRoot, runWhere } from './support/circumstances.ts'
import { startRawSupervisor } from './support/raw-supervisor.ts'

/** How the root of the containers is put together, once, by the supervisor. */
const sandbox = useSandbox()

function mountPoints(mountinfo: string): readonly string[] {
  return mountinfo
    .split('\n')
    .filter(Boolean)
    .map((line) => line.split(' ')[4] ?? '')
}

function supervisor(): number {
  const [pid = 0] = supervisorsOf(process.pid)
  return pid
}

test('6: where the host’s mounts are shared, none passes between it and a container', async (context) => {
  needsRoot(context)
  const script = [
    'before=$(wc -l < /proc/self/mountinfo)',
    '"$@"',
    'test "$(wc -l < /proc/self/mountinfo)" = "$before" || echo "and left mounts"',
  ].join('\n')
  const seen = ['/bin/grep', '-cE', 'shared:|master:|propagate_from:', '/proc/self/mountinfo']
  const shared = `exec unshare --mount --propagation shared /bin/sh -c '${script}' sh "$@"`
  expect(await runWhere(shared, seen)).toEqual({ status: 'exited', stdout: '0\n' })
})

test('6: while a sandbox is open the host has no mount more', async () => {
  const before = readFileSync('/proc/self/mountinfo', 'utf8')
  await using other = await createSandbox({ concurrency: 1 })
  await other.run(['true'])
  expect(readFileSync('/proc/self/mountinfo', 'utf8')).toBe(before)
})

test('8: the supervisor has a root of its own, is in it, and keeps no mount of the host’s', async () => {
  await sandbox().run(['true'])
  const [own, host] = [statSync(`/proc/${supervisor()}/root/`), statSync('/')]
  expect([own.dev, own.ino]).not.toEqual([host.dev, host.ino])
  const here = statSync(`/proc/${supervisor()}/cwd/`)
  expect([here.dev, here.ino]).toEqual([own.dev, own.ino])
  const points = mountPoints(readFileSync(`/proc/${supervisor()}/mountinfo`, 'utf8'))
  expect(points[0]).toBe('/')
  expect(points.filter((point) => point === '/').length).toBe(1)
  expect(points.filter((point) => !/^\/(?:usr|bin|sbin|lib\w*|etc|dev|proc)(?:\/|$)/.test(point))).toEqual(['/'])
})

test('8: a container’s / is its root, and .. leads nowhere else', async () => {
  const result = await sandbox().run(['/bin/sh', '-c', 'cd /../../..; ls -a | tr "\\n" " "; stat -c %i . ..'])
  const [names = '', ...inodes] = String(result.stdout)
    .trim()
    .split(/\n| (?=\d)/)
  expect(names.split(' ')).toContain('work')
  expect(names.split(' ')).not.toContain('root')
  expect(new Set(inodes).size).toBe(1)
})

const escapes = [
  'import ctypes, os',
  'libc = ctypes.CDLL(None, use_errno=True)',
  'def attempt(name, result): print(name, "WENT THROUGH" if result == 0 else os.strerror(ctypes.get_errno()))',
  'RDONLY, REMOUNT, BIND = 1, 32, 4096',
  'NEWUSER, NEWNS = 0x10000000, 0x20000',
  'print("namespaces", libc.unshare(NEWUSER | NEWNS))',
  'attempt("usr", libc.mount(None, b"/usr", None, REMOUNT | BIND, None))',
  'attempt("root", libc.mount(None, b"/", None, REMOUNT | BIND, None))',
  'attempt("nosuid", libc.mount(None, b"/work", None, REMOUNT | BIND | 4, None))',
  'attempt("umount", libc.umount2(b"/proc", 2))',
  'attempt("umount-usr", libc.umount2(b"/usr", 2))',
  'print("write", os.access("/usr", os.W_OK))',
].join('\n')

test('9: mount flags are locked: not even with the filter off and a namespace of its own does a command lift them', async () => {
  await using raw = await startRawSupervisor([])
  const report = await raw.run(['/usr/bin/python3', '-c', escapes])
  const lines = Buffer.from(report.stdout).toString().trim().split('\n')
  expect(lines[0]).toMatch(/^namespaces -?[01]$/)
  expect(lines.length).toBe(7)
  expect(lines.filter((line) => line.includes('WENT THROUGH') || line === 'write True')).toEqual([])
})

test('10: proc: an option that does not exist yet is refused, and nothing of the rest of /proc opens', async () => {
  const failure = await failureOf(createSandbox({ proc: 'everything' as 'pid' }))
  expect(failure).toMatchObject({ code: 'INVALID_OPTION' })
  const script =
    'for f in kcore keys timer_list sysrq-trigger kallsyms cpuinfo sys acpi scsi bus irq fs; do test -e /proc/$f && echo $f; done; true'
  expect(String((await sandbox().run(['/bin/sh', '-c', script])).stdout)).toBe('')
})

test('12: no terminal is opened for a command that did not ask for one, and the option is refused', async () => {
  const failure = await failureOf(
    sandbox().run({ argv: ['tty'], terminal: { columns: 80, rows: 25 } } as { argv: string[] }),
  )
  expect(failure).toMatchObject({ code: 'INVALID_OPTION' })
  const script = 'ls -A /dev/pts; ls /dev/tty /dev/console 2>/dev/null; test -e /dev/ptmx && echo opened; true'
  const seen = await sandbox().run(['/bin/sh', '-c', script])
  expect(String(seen.stdout)).toBe('')
})

test('15: an entry of a hostile root file system that links out of it is not followed', async () => {
  const outside = await mkdtemp(join(tmpdir(), 'outside-'))
  await mkdir(join(outside, 'inner'))
  try {
    for (const entry of [
      { kind: 'file', target: 'evil/inner/file', mode: 0o644, content: 'planted' },
      { kind: 'directory', target: 'evil/inner/folder', mode: 0o755 },
      { kind: 'symlink', target: 'evil/inner/link', source: '/' },
      { kind: 'bind', target: 'evil/inner/bound', source: '/usr' },
      { kind: 'file', target: 'evil/file', mode: 0o644, content: 'planted' },
      { kind: 'file', target: 'evil', mode: 0o644, content: 'planted' },
    ] as const) {
      const root = startRawSupervisor([{ kind: 'symlink', target: 'evil', source: outside }, entry])
      expect(String(await failureOf(root))).toMatch(/ELOOP|ENOTDIR|EEXIST/)
    }
    expect(await readdir(outside, { recursive: true })).toEqual(['inner'])
  } finally {
    await rm(outside, { recursive: true })
  }
})

test('15: a link of a root file system that climbs with .. is not followed either', async () => {
  const outside = await mkdtemp(join(tmpdir(), 'outside-'))
  const climbing = `../../../../../../..${dirname(outside)}`
  const target = `climb/${basename(outside)}/file`
  try {
    const root = startRawSupervisor([
      { kind: 'symlink', target: 'climb', source: climbing },
      { kind: 'file', target, mode: 0o644, content: 'planted' },
    ])
    expect(String(await failureOf(root))).toContain('ELOOP')
    expect(await readdir(outside)).toEqual([])
  } finally {
    await rm(outside, { recursive: true })
  }
})
