import { readdirSync, readFileSync, statSync } from 'node:fs'
import { expect, test } from 'vitest'
import { isAlive, makerOf, parentOf, supervisorsOf } from '../../../../../fixtures/host-processes.ts'
import { findSupervisor } from '../../../src/supervisor/binary.ts'
import { commandsNamed, countCommands, fixtureFiles } from '../support/commands.ts'
import { until } from '../support/until.ts'
import { useSandbox } from '../support/use-sandbox.ts'
import { startHolder, startSleeper } from './support/beside.ts'
import { needsRoot, runWhere } from './support/circumstances.ts'
import { procOwner, statusField } from './support/host-view.ts'

const sandbox = useSandbox()

const privateGroup = 12_345

test('18: neither supervisor nor maker nor init is dumpable', async (context) => {
  needsRoot(context)
  const { signal } = context
  const node = await startHolder({ gid: privateGroup })
  try {
    await until(signal, () => countCommands('sleeper', node.pid) === 1)
    const [command = 0] = commandsNamed('sleeper', node.pid)
    const [supervisor = 0] = supervisorsOf(node.pid ?? 0)
    expect(statusField(supervisor, 'Gid').split('\t')[0]).toBe(`${privateGroup}`)
    expect(procOwner(supervisor)).toEqual({ user: 0, group: 0 })
    expect(procOwner(makerOf(supervisor))).toEqual({ user: 0, group: 0 })
    expect(statusField(parentOf(command), 'Uid').split('\t')[0]).not.toBe('0')
    expect(procOwner(parentOf(command))).toEqual({ user: 0, group: 0 })
  } finally {
    node.kill('SIGKILL')
  }
  await until(signal, () => countCommands('sleeper') === 0) // the next test looks for its own
})

test('18: the command runs under another id than its init', async ({ signal }) => {
  const waiting = await startSleeper(sandbox(), signal)
  const [command, init] = [statusField(waiting.pid, 'Uid'), statusField(parentOf(waiting.pid), 'Uid')]
  await waiting.stop()
  expect(new Set([...command.split('\t'), ...init.split('\t')]).size).toBe(2)
})

test('16: the command has no capability that the host sees either', async ({ signal }) => {
  const waiting = await startSleeper(sandbox(), signal)
  const sets = ['CapInh', 'CapPrm', 'CapEff', 'CapBnd', 'CapAmb'].map((name) => statusField(waiting.pid, name))
  await waiting.stop()
  expect(new Set(sets)).toEqual(new Set(['0000000000000000']))
})

test('17: no_new_privs is on, and a filter with it', async ({ signal }) => {
  const waiting = await startSleeper(sandbox(), signal)
  const seen = ['NoNewPrivs', 'Seccomp'].map((name) => statusField(waiting.pid, name))
  await waiting.stop()
  expect(seen).toEqual(['1', '2'])
})

const everything = [
  'umask',
  'nice',
  'ionice | cut -d: -f1',
  'grep -E "^(SigBlk|SigIgn|SigCgt)" /proc/self/status | cut -f2',
  'cat /proc/self/oom_score_adj /proc/self/personality 2>/dev/null',
  'ulimit -c',
].join('; ')

test('19: nothing strange that Node was started with reaches the command', async () => {
  const strange = [
    "trap '' HUP INT QUIT PIPE USR1",
    'umask 077',
    'echo 500 > /proc/self/oom_score_adj',
    'exec nice -n 5 ionice -c 2 -n 7 setarch -R taskset -c 0 "$@"',
  ].join('\n')
  const seen = await runWhere(strange, ['/bin/bash', '-c', everything])
  const usual = await runWhere('exec "$@"', ['/bin/bash', '-c', everything])
  expect(seen).toEqual(usual)
  expect(seen.stdout?.split('\n').slice(0, 2)).toEqual(['0022', '0'])
})

test('19: the command may use every processor, whichever Node was bound to', async () => {
  const count = readFileSync('/proc/self/status', 'utf8').match(/^Cpus_allowed_list:\s*(.*)$/m)?.[1]
  const printed = await runWhere('exec taskset -c 0 "$@"', [
    '/bin/sh',
    '-c',
    'grep Cpus_allowed_list /proc/self/status',
  ])
  expect(printed.stdout).toBe(`Cpus_allowed_list:\t${count}\n`)
})

test('20: an init that is stopped dies with its supervisor all the same', async ({ signal }) => {
  const node = await startHolder()
  try {
    await until(signal, () => countCommands('sleeper', node.pid) === 1)
    const [command = 0] = commandsNamed('sleeper', node.pid)
    const [supervisor = 0] = supervisorsOf(node.pid ?? 0)
    const init = parentOf(command)
    process.kill(init, 'SIGSTOP')
    await until(signal, () => statusField(init, 'State').startsWith('T'))
    process.kill(supervisor, 'SIGKILL')
    await until(signal, () => !isAlive(init) && !isAlive(command))
    expect(isAlive(init)).toBe(false)
  } finally {
    node.kill('SIGKILL')
  }
})

test('20: a supervisor ends with its Node, at the end of its socket', async ({ signal }) => {
  const node = await startHolder()
  await until(signal, () => countCommands('sleeper', node.pid) === 1)
  const [supervisor = 0] = supervisorsOf(node.pid ?? 0)
  node.kill('SIGKILL')
  await until(signal, () => !isAlive(supervisor))
  expect(isAlive(supervisor)).toBe(false)
})

test('21: the supervisor is no setuid program, nor is anything beside it', () => {
  const folder = findSupervisor().replace(/[^/]*$/, '')
  const modes = readdirSync(folder).map((name) => statSync(`${folder}${name}`).mode & 0o6000)
  expect(modes.length).toBeGreaterThan(0)
  expect(modes.filter((mode) => mode !== 0)).toEqual([])
})

test('21: no mount inside heeds a setuid bit', async ({ signal }) => {
  const waiting = await startSleeper(sandbox(), signal)
  const mounts = readFileSync(`/proc/${waiting.pid}/mountinfo`, 'utf8').split('\n').filter(Boolean)
  await waiting.stop()
  expect(mounts.length).toBeGreaterThan(5)
  expect(mounts.filter((line) => !(line.split(' ')[5] ?? '').split(',').includes('nosuid'))).toEqual([])
})

test('21: a setuid program gains nothing inside', async () => {
  const files = await fixtureFiles('hostile', 'setuid')
  const result = await sandbox().run({ argv: ['./setuid'], files })
  expect(String(result.stdout)).not.toContain('WENT THROUGH')
  expect(result).toMatchObject({ status: 'exited', exitCode: 1 })
})
