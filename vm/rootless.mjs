// What an ordinary user's own program gets: every protection that root's does, or the reason why not. The arguments are
// the protections that it must do without here, which no others may be.
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { createSandbox, MiB } from '@mayfly/sandbox'
import { assertEnded, check, finish } from './check.mjs'
import { checkKeptOpen } from './kept-open.mjs'

const lacking = process.argv.slice(2)
const hasCgroup = !lacking.includes('cgroup')
const slow = { wallTimeMs: 60_000, cpuTimeMs: 60_000 }

function ownCgroup() {
  return `/sys/fs/cgroup${/^0::(.*)$/m.exec(readFileSync('/proc/self/cgroup', 'utf8'))[1]}`
}

/** What stands there without a sandbox; one that closes leaves no more. */
function cgroupsBelow(directory) {
  return readdirSync(directory, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
}

function processesNamed(comm) {
  return readdirSync('/proc').filter((name) => {
    try {
      return /^\d+$/.test(name) && readFileSync(`/proc/${name}/comm`, 'utf8') === `${comm}\n`
    } catch {
      return false
    }
  })
}

function statusField(pid, name) {
  return new RegExp(`^${name}:\\s*(.*)$`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]
}

assert.notEqual(process.getuid(), 0)
const directory = ownCgroup()
const before = cgroupsBelow(directory)
const required = lacking.filter((feature) => feature === 'cgroup')

if (!hasCgroup) {
  await check('without a delegated cgroup a sandbox is refused, and told what helps', async () => {
    const error = await createSandbox().then(
      (sandbox) => sandbox.close(),
      (reason) => reason,
    )
    assert.equal(error?.code, 'UNSUPPORTED_HOST', error?.message)
    assert.match(error.message, /systemd-run --user --scope --property=Delegate=yes COMMAND/)
    assert.match(error.message, /allowMissing: \['cgroup'\]/)
  })
}

const sandbox = await createSandbox({ concurrency: 2, allowMissing: required })

await check('the shell, Python and Node run, and every result tells what is missing', async () => {
  const languages = [
    ['sh', '-c', 'echo $((6 * 7))'],
    ['/usr/bin/python3', '-c', 'print(6 * 7)'],
    ['node', '-p', '6 * 7'],
  ]
  for (const argv of languages) {
    const result = await sandbox.run(argv, slow)
    assertEnded(result, 'exited', 0)
    assert.equal(String(result.stdout), '42\n')
    assert.deepEqual(result.missing.toSorted(), lacking.toSorted())
  }
})

await check(
  'the command is user 1000 without a capability, under a filter, before a root that is read-only',
  async () => {
    const script = 'id -u; id -g; grep -E "^(Cap|NoNewPrivs|Seccomp:)" /proc/self/status; touch /usr/x /x /etc/x'
    const result = await sandbox.run(['sh', '-c', script])
    const [user, group, ...rights] = String(result.stdout).trim().split('\n')
    assert.deepEqual([user, group], ['1000', '1000'])
    const sets = ['CapInh', 'CapPrm', 'CapEff', 'CapBnd', 'CapAmb'].map((name) => `${name}:\t0000000000000000`)
    assert.deepEqual(rights, [...sets, 'NoNewPrivs:\t1', 'Seccomp:\t2'])
    assert.equal(
      String(result.stderr).match(/Read-only file system|Permission denied/g)?.length,
      3,
      String(result.stderr),
    )
    assert.equal(result.exitCode, 1)
  },
)

await check('what it tried and was refused has a name', async () => {
  const script = [
    'import socket',
    'for attempt in (lambda: socket.socket().connect(("93.184.216.34", 443)), lambda: socket.socket(17, 3)):',
    '    try: attempt()',
    '    except OSError as error: print(error.errno)',
  ]
  const result = await sandbox.run(['/usr/bin/python3', '-c', script.join('\n')], slow)
  assert.equal(String(result.stdout), '101\n1\n')
  const told = result.violations.map(({ call, detail }) => `${call} ${detail}`)
  assert.deepEqual(told, ['connect inet 93.184.216.34:443', 'socket packet'])
})

await check('memory has its limit', async () => {
  const hog = 'x = bytearray(64 << 20)\nx[::4096] = b"x" * len(x[::4096])\nimport time\ntime.sleep(1000)'
  const result = await sandbox.run(['/usr/bin/python3', '-c', hog], { ...slow, memoryBytes: 32 * MiB })
  assertEnded(result, 'limited', 'memory')
  assert.equal(result.evidence.source, hasCgroup ? 'oom_kill' : 'sample', JSON.stringify(result.evidence))
})

await check('processes have their number', async () => {
  const script = 'i=0; while [ $i -lt 40 ]; do sleep 1000 & i=$((i + 1)); done; wait'
  const result = await sandbox.run(['sh', '-c', script], { ...slow, processCount: 16 })
  if (hasCgroup) {
    assertEnded(result, 'limited', 'processes')
    assert.equal(result.evidence.source, 'pids.events')
  } else assert.match(String(result.stderr), /Cannot fork/)
  assert.ok(result.usage.processPeakCount <= 16 + 2, `${result.usage.processPeakCount} processes`)
})

await check('CPU time has its limit, grandchildren included', async () => {
  const script = '(while :; do :; done) & while :; do :; done'
  const result = await sandbox.run(['sh', '-c', script], { wallTimeMs: 60_000, cpuTimeMs: 500 })
  assertEnded(result, 'limited', 'cpuTime')
  assert.ok(result.usage.cpuTimeMs >= 500, `used ${result.usage.cpuTimeMs} ms`)
})

await check('wall time has its limit, and nothing outlives the run', async () => {
  const result = await sandbox.run(['sh', '-c', 'setsid sleep 4242 & sleep 4242'], { wallTimeMs: 1500 })
  assertEnded(result, 'limited', 'wallTime')
  assert.deepEqual(processesNamed('sleep'), [])
})

await check('the ids on the host are those that were given to the user, or are its own', async () => {
  const controller = new AbortController()
  const aborted = sandbox.run(['sleep', '4242'], slow, { signal: controller.signal }).catch(() => undefined)
  while (processesNamed('sleep').length === 0) await new Promise((resolve) => setTimeout(resolve, 20))
  const [pid] = processesNamed('sleep')
  const users = statusField(pid, 'Uid').split('\t').map(Number)
  controller.abort()
  await aborted
  const isOwn = lacking.includes('userIds')
  assert.ok(
    users.every((user) => (isOwn ? user === process.getuid() : user >= 100_000)),
    users.join(),
  )
})

await checkKeptOpen(sandbox, hasCgroup)

await sandbox.close()

await check('a sandbox that is closed leaves neither process nor cgroup', async () => {
  assert.deepEqual(processesNamed('mayfly'), [])
  if (hasCgroup) assert.deepEqual(cgroupsBelow(directory), before)
})

finish()
