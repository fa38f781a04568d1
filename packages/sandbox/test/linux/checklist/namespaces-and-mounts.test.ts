import { readFileSync, readlinkSync } from 'node:fs'
import { hostname } from 'node:os'
import { expect, test } from 'vitest'
import { fixtureFiles, sh } from '../support/commands.ts'
import { useSandbox } from '../support/use-sandbox.ts'

const sandbox = useSandbox({ concurrency: 2 })

async function* after(done: Promise<void>): AsyncGenerator<Uint8Array> {
  await done
  yield Buffer.alloc(0)
}

async function outputOf(script: string): Promise<string> {
  return String((await sandbox().run(sh(script))).stdout)
}

interface MountLine {
  readonly mountPoint: string
  readonly options: readonly string[]
  readonly type: string
}

/** proc_pid_mountinfo(5) */
function parseMounts(text: string): readonly MountLine[] {
  return text
    .split('\n')
    .filter(Boolean)
    .map((line) => {
      const fields = line.split(' ')
      const type = fields[fields.indexOf('-') + 1] ?? ''
      return { mountPoint: fields[4] ?? '', options: (fields[5] ?? '').split(','), type }
    })
}

async function mounts(): Promise<readonly MountLine[]> {
  return parseMounts(await outputOf('cat /proc/self/mountinfo'))
}

/** What a command may write to; everything else must be read-only. */
const privateMounts: ReadonlySet<string> = new Set(['/work', '/tmp', '/dev/shm', '/dev/mqueue', '/proc'])

for (const name of ['user', 'mnt', 'pid', 'net', 'ipc', 'uts', 'cgroup']) {
  test(`6: the ${name} namespace is not the host's, and another in each container`, async () => {
    const read = `readlink /proc/self/ns/${name}`
    let resolve = (): void => undefined
    const done = new Promise<void>((settle) => (resolve = settle))
    // both at once: the number of one that is gone is given to the next
    const first = sandbox().run({ argv: sh(`${read}; cat`), stdin: after(done) })
    const second = await outputOf(read)
    resolve()
    const seen = [String((await first).stdout), second, `${readlinkSync(`/proc/self/ns/${name}`)}\n`]
    expect(seen[0]).toMatch(new RegExp(String.raw`^${name}:\[\d+\]\n$`))
    expect(new Set(seen).size).toBe(3)
  })
}

test('7: no id of the container is that of the root of the host, and setgroups is denied', async () => {
  const [inside, outside, count] = (await outputOf('cat /proc/self/uid_map')).trim().split(/\s+/).map(Number)
  expect(inside).toBe(0)
  expect(outside).toBeGreaterThanOrEqual(65_536)
  expect(count).toBeGreaterThanOrEqual(1001)
  expect(await outputOf('cat /proc/self/setgroups')).toBe('deny\n')
})

test('14: the host name is a fixed one that is not the host’s', async () => {
  const [first, second] = [await outputOf('uname -n'), await outputOf('uname -n')]
  expect(first).toBe(second)
  expect(first.trim()).not.toBe('')
  expect(first.trim()).not.toBe(hostname())
})

test('46: no network device is up', async () => {
  const script = [
    'import fcntl, socket, struct',
    'names = [line.split(":")[0].strip() for line in open("/proc/self/net/dev").readlines()[2:]]',
    'request = struct.pack("16sH14s", b"lo", 0, b"")',
    'flags = struct.unpack("16sH14s", fcntl.ioctl(socket.socket(), 0x8913, request))[1]', // SIOCGIFFLAGS
    'print(names, flags & 1)', // IFF_UP
  ].join('\n')
  expect(String((await sandbox().run(['python3', '-c', script])).stdout)).toBe("['lo'] 0\n")
})

test('14: commands do not see the boot id or the machine id of the host', async () => {
  const seen = await outputOf('cat /proc/sys/kernel/random/boot_id /etc/machine-id 2>/dev/null; true')
  expect(seen).not.toContain(readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim())
  expect(seen).toBe('')
})

test('10: /proc shows no process but the command', async () => {
  expect(await outputOf('cd /proc; echo [0-9]*; echo $$')).toMatch(/^(\d+)\n\1\n$/)
})

test('10: /proc shows no file of the kernel beside the processes', async () => {
  expect(await outputOf('cd /proc; ls | grep -v "^[0-9]"')).toBe('self\nthread-self\n')
})

test('11: /proc shows / as the cgroup of every hierarchy', async () => {
  const lines = (await outputOf('cat /proc/self/cgroup')).split('\n').filter(Boolean)
  expect(lines.length).toBeGreaterThan(0)
  for (const line of lines) expect(line).toMatch(/^\d+:[^:]*:\/$/)
})

test('9: the mounts are read-only but for the private ones', async () => {
  const writable = (await mounts()).filter(({ options }) => !options.includes('ro'))
  const shared = writable.filter(({ mountPoint, type }) => !privateMounts.has(mountPoint) && type !== 'devtmpfs')
  expect(shared.filter(({ mountPoint }) => !mountPoint.startsWith('/dev/'))).toEqual([])
})

test('9: the mounts heed no setuid bit, and no device outside /dev', async () => {
  const all = await mounts()
  expect(all.filter(({ options }) => !options.includes('nosuid'))).toEqual([])
  const elsewhere = all.filter(({ mountPoint }) => !mountPoint.startsWith('/dev'))
  expect(elsewhere.filter(({ options }) => !options.includes('nodev'))).toEqual([])
})

test('6: the mounts do not pass mounts to or from those of the host', async () => {
  expect(await outputOf('grep -E "shared:|master:|propagate_from:" /proc/self/mountinfo; true')).toBe('')
})

test('11: the mounts hold no cgroup file system and no sysfs', async () => {
  const types = (await mounts()).map(({ type }) => type)
  for (const type of ['cgroup', 'cgroup2', 'sysfs', 'debugfs']) expect(types).not.toContain(type)
})

test('12: the mounts show of the host’s /dev no more than single devices', async () => {
  const shown = (await mounts()).filter(({ type }) => type === 'devtmpfs').map(({ mountPoint }) => mountPoint)
  const allowed = ['full', 'null', 'random', 'urandom', 'zero'].map((name) => `/dev/${name}`)
  expect(shown.filter((mountPoint) => !allowed.includes(mountPoint))).toEqual([])
})

test('8: the mounts do not name the directories of the host that they come from', async () => {
  expect(await outputOf('grep mayfly /proc/self/mountinfo; true')).toBe('')
})

test('12: /dev has the harmless devices and nothing else', async () => {
  const names = (await outputOf('ls /dev')).split('\n').filter(Boolean)
  const links = new Set(['fd', 'ptmx', 'stderr', 'stdin', 'stdout'])
  expect(names.filter((name) => !links.has(name))).toEqual([
    'full',
    'mqueue',
    'null',
    'pts', // empty, unless the command has a terminal
    'random',
    'shm',
    'urandom',
    'zero',
  ])
})

test('12: /dev has devices that work', async () => {
  const script =
    'head -c 4 /dev/urandom | wc -c; head -c 3 /dev/zero | wc -c; echo x > /dev/null && cat /etc/hosts > /dev/full'
  const result = await sandbox().run(sh(script))
  expect(String(result.stdout)).toBe('4\n3\n')
  expect(String(result.stderr)).toContain('No space left on device')
})

test('3: the descriptors of a command are exactly 0, 1 and 2', async () => {
  const files = await fixtureFiles('honest', 'list-descriptors')
  expect(String((await sandbox().run({ argv: ['./list-descriptors'], files })).stdout)).toBe('0 1 2\n')
})

test('3: the descriptors are exactly 0, 1 and 2 when input is given too', async () => {
  const files = await fixtureFiles('honest', 'list-descriptors')
  const result = await sandbox().run({ argv: ['./list-descriptors'], files, stdin: 'input' })
  expect(String(result.stdout)).toBe('0 1 2\n')
})

test('4: the descriptors are pipes of its own, which can be opened again by name', async () => {
  const result = await sandbox().run({ argv: sh('cat /dev/stdin > /dev/stdout; echo e > /dev/stderr'), stdin: 'i' })
  expect([String(result.stdout), String(result.stderr)]).toEqual(['i', 'e\n'])
})
