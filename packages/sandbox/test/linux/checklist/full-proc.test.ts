import { existsSync, readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { needs } from '@mayfly/test-support'
import { expect, test } from 'vitest'
import { sh } from '../support/commands.ts'
import { useSandbox } from '../support/use-sandbox.ts'

const sandbox = useSandbox({ proc: 'full' })

async function outputOf(script: string): Promise<string> {
  return String((await sandbox().run(sh(script))).stdout)
}

/** What of the machine is shown; whatever else is in /proc is covered. */
const shown = ['cgroups', 'cpuinfo', 'filesystems', 'loadavg', 'meminfo', 'stat', 'swaps', 'sys', 'uptime', 'version']

test('10: a full /proc has what programs read of the machine, and it is not empty', async () => {
  const script = shown
    .filter((name) => name !== 'sys')
    .map((name) => `test -s /proc/${name} || [ -n "$(cat /proc/${name})" ] && echo ${name}`)
    .join('; ')
  expect((await outputOf(script)).trim().split('\n')).toEqual(shown.filter((name) => name !== 'sys'))
})

test('10: a full /proc lets Node count the processors', async (context) => {
  const node = '/usr/bin/node'
  needs(context, existsSync(node), 'node is not installed')
  const result = await sandbox().run([node, '-p', 'os.cpus().length'])
  expect(Number(String(result.stdout))).toBeGreaterThanOrEqual(availableParallelism())
})

test('10: a full /proc shows nothing else of the machine: the rest is covered, by an empty file or directory', async () => {
  const script = [
    'import os, stat',
    `shown = set(${JSON.stringify(shown)})`,
    'found = []',
    'for name in sorted(os.listdir("/proc")):',
    '    path = "/proc/" + name',
    '    if name.isdigit() or name in shown or os.path.islink(path): continue',
    '    found.append(name)',
    '    if os.path.isdir(path):',
    '        if os.listdir(path): print(name, "is not empty")',
    '    elif not stat.S_ISCHR(os.stat(path).st_mode) or open(path, "rb").read() != b"": print(name, "says something")',
    'print(" ".join(found))',
  ].join('\n')
  const lines = String((await sandbox().run(['python3', '-c', script])).stdout)
    .trimEnd()
    .split('\n')
  expect(lines).toHaveLength(1)
  // those of the checklist that this kernel has, of which there are always some
  const covered = lines[0]?.split(' ') ?? []
  expect(covered).toEqual(
    expect.arrayContaining(
      ['interrupts', 'iomem', 'irq', 'kcore', 'sysrq-trigger', 'timer_list'].filter((name) =>
        existsSync(`/proc/${name}`),
      ),
    ),
  )
  expect(covered.length).toBeGreaterThan(10)
})

test('10: a full /proc has links to what is the process’s own, and to nothing else', async () => {
  const script =
    'cd /proc; for name in *; do [ -L $name ] && echo "$name $(readlink $name | sed s/$$/PID/g)"; done; true'
  expect((await outputOf(script)).trim().split('\n').sort()).toEqual([
    'mounts self/mounts',
    'net self/net',
    expect.stringMatching(/^self \d+$/),
    expect.stringMatching(/^thread-self \d+\/task\/\d+$/),
  ])
})

test('10: in a full /proc, sys is read-only', async () => {
  const names = [
    'kernel/core_pattern',
    'kernel/hostname',
    'vm/overcommit_memory',
    'net/ipv4/ping_group_range',
    'fs/pipe-max-size',
  ]
  const script = names
    .map((name) => `(echo x > /proc/sys/${name}) 2>&1; test -r /proc/sys/${name} || echo unread`)
    .join('; ')
  const lines = (await outputOf(script)).trim().split('\n')
  expect(lines).toHaveLength(names.length)
  for (const line of lines) expect(line).toMatch(/Read-only file system|Permission denied/)
  expect(await outputOf('grep " /proc/sys " /proc/self/mountinfo | cut -d" " -f6')).toMatch(/^ro,/)
})

test('14: a full /proc does not tell the boot id of the host', async () => {
  const bootId = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
  const result = await sandbox().run(sh('cat /proc/sys/kernel/random/boot_id && grep -r -s -h . /proc/sys/kernel'))
  expect(String(result.stdout)).not.toContain(bootId)
  expect(String(result.stdout)).toContain('mayfly') // the host name: it did read
})

test('10: a full /proc shows no process but the command', async () => {
  expect(await outputOf('cd /proc; echo [0-9]*; echo $$')).toMatch(/^(\d+)\n\1\n$/)
})

test('10: the covers of a full /proc stay: a command can neither lift them nor write through them', async () => {
  const script = [
    'import ctypes, errno',
    'libc = ctypes.CDLL(None, use_errno=True)',
    'for path in (b"/proc/kcore", b"/proc/sys", b"/proc"):',
    '    print(libc.umount2(path, 2), errno.errorcode[ctypes.get_errno()])', // MNT_DETACH
    'print(libc.mount(b"none", b"/proc/sys", b"", 32, b""), errno.errorcode[ctypes.get_errno()])', // MS_REMOUNT
  ].join('\n')
  expect(String((await sandbox().run(['python3', '-c', script])).stdout)).toBe('-1 EPERM\n'.repeat(4))
})

test('10: a run has a full /proc where it asks for one, and the sandbox’s other runs have not', async () => {
  expect(await outputOf('test -s /proc/cpuinfo || cat /proc/cpuinfo | head -c 1')).not.toBe('')
  const result = await sandbox().run(sh('ls /proc | grep -v "^[0-9]"'), {}, { proc: 'pid' })
  expect(String(result.stdout)).toBe('self\nthread-self\n')
})
