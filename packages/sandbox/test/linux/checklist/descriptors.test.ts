import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { buildFixture } from '../../../../../fixtures/build.ts'
import {
  descendsFrom,
  isSupervisorOrInit,
  makerOf,
  parentOf,
  readProcesses,
  supervisorsOf,
} from '../../../../../fixtures/host-processes.ts'
import { findSupervisor } from '../../../src/supervisor/binary.ts'
import { fixtureFiles, sh } from '../support/commands.ts'
import { until } from '../support/until.ts'
import { useSandbox } from '../support/use-sandbox.ts'
import { startSleeper } from './support/beside.ts'
import { runWhere } from './support/circumstances.ts'
import { descriptorsOf } from './support/host-view.ts'

const sandbox = useSandbox({ concurrency: 2 })

/** The supervisor, its maker, the inits and the stubs of this process. */
function ours(): readonly number[] {
  const all = readProcesses()
  return [...all.values()]
    .filter((one) => isSupervisorOrInit(one) && descendsFrom(all, one.pid, process.pid))
    .map(({ pid }) => pid)
}

test('3: a command sees the descriptors 0, 1 and 2 and no other', async () => {
  const files = await fixtureFiles('honest', 'list-descriptors')
  for (const stdin of [undefined, 'input']) {
    const result = await sandbox().run({
      argv: ['./list-descriptors'],
      files,
      ...(stdin === undefined ? {} : { stdin }),
    })
    expect(String(result.stdout)).toBe('0 1 2\n')
  }
})

test('3: every descriptor of supervisor, maker, inits and stubs above 2 closes at exec', async ({ signal }) => {
  const waiting = await startSleeper(sandbox(), signal)
  const open = ours().flatMap((pid) => descriptorsOf(pid))
  await waiting.stop()
  expect(open.length).toBeGreaterThan(10)
  expect(open.filter(({ number, closesOnExec }) => number > 2 && !closesOnExec)).toEqual([])
})

/** What one process inside holds of the supervisor's: descriptors, or the memberships of more than one container. */
function heldOfTheSupervisors(pid: number): readonly string[] {
  const targets = descriptorsOf(pid).map(({ target }) => target)
  // what a container's processes join is written to through these, and is their own cgroup's
  const memberships = targets.filter((target) => /\/(tasks|cgroup\.procs)$/.test(target))
  const containers = new Set(memberships.map((target) => /\/(c\d+)\/(tasks|cgroup\.procs)$/.exec(target)?.[1]))
  const others = targets.filter((target) => !memberships.includes(target))
  return [
    ...others.filter((target) => /eventpoll|timerfd|pidfd|cgroup|mayfly|^\/sys/.test(target)),
    ...(containers.size > 1 ? memberships : []),
  ]
}

test('3: an init and the stub that waits hold nothing of the supervisor’s', async ({ signal }) => {
  const waiting = await startSleeper(sandbox(), signal)
  const supervisors = supervisorsOf(process.pid)
  const beside = supervisors.concat(supervisors.map(makerOf))
  let inside: readonly number[] = []
  let held: readonly string[] = []
  // an init that is just being made has yet to close what it was cloned with
  await until(signal, () => {
    inside = ours().filter((pid) => !beside.includes(pid))
    held = inside.flatMap(heldOfTheSupervisors)
    return inside.length >= 2 && held.length === 0
  })
  await waiting.stop()
  expect(inside.length).toBeGreaterThanOrEqual(2)
  expect(held).toEqual([])
})

test('3: the maker holds nothing of a container but while it makes it, and nothing that Node is waited for by', async ({
  signal,
}) => {
  const waiting = await startSleeper(sandbox(), signal)
  const open = (): readonly string[] =>
    supervisorsOf(process.pid).flatMap((pid) => descriptorsOf(makerOf(pid)).map(({ target }) => target))
  const isExpected = (target: string): boolean =>
    /^\/dev\/null$|^socket:/.test(target) || /\/mayfly-[\d-]+$/.test(target)
  let held: readonly string[] = []
  let sockets = 0
  // standard error is Node's, as the supervisor's is; the other leads to the supervisor
  await until(signal, () => {
    held = open()
    sockets = held.filter((target) => target.startsWith('socket:')).length
    return held.every(isExpected) && sockets === 2
  })
  await waiting.stop()
  expect([held.every(isExpected), sockets]).toEqual([true, 2])
})

/** Stubs are children of inits, and the sleeper's was one before it became the command. */
function waitingStubs(): readonly number[] {
  const supervisors = supervisorsOf(process.pid)
  return ours().filter((pid) => !supervisors.includes(pid) && !supervisors.includes(parentOf(pid)))
}

test('3: the stub that waits holds its 0, 1 and 2 and the socket that its request comes by', async ({ signal }) => {
  await sandbox().run(['true'])
  const onlyThose = JSON.stringify([
    [0, 1, 2, 3],
    [0, 1, 2, 3],
  ])
  let seen = ''
  await until(signal, () => {
    seen = JSON.stringify(waitingStubs().map((pid) => descriptorsOf(pid).map(({ number }) => number)))
    return seen === onlyThose
  })
  expect(seen).toBe(onlyThose)
})

test('3: an init holds as many descriptors as it has things to watch', async ({ signal }) => {
  const waiting = await startSleeper(sandbox(), signal)
  const open = descriptorsOf(parentOf(waiting.pid))
  await waiting.stop()
  const sockets = open.filter(({ target }) => target.startsWith('socket'))
  expect(sockets.length).toBe(1)
  expect(open.filter(({ target }) => target.startsWith('pipe'))).toEqual([])
})

test('4: 0, 1 and 2 are open where no input is given, and at its end', async () => {
  const result = await sandbox().run(sh('cat; echo out; echo err >&2'))
  expect([String(result.stdout), String(result.stderr)]).toEqual(['out\n', 'err\n'])
})

test('4: 0, 1 and 2 are open in the command where a supervisor is started without them', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'bare-supervisor-'))
  const wrapper = join(folder, 'supervisor')
  try {
    await writeFile(wrapper, `#!/bin/sh\nexec ${findSupervisor()} <&- >&- 2>&-\n`)
    await chmod(wrapper, 0o755)
    const argv = ['/bin/sh', '-c', 'cat; echo out; test -e /proc/self/fd/2 && ls /proc/self/fd | wc -l']
    const printed = await runWhere('exec "$@"', argv, { MAYFLY_SUPERVISOR: wrapper })
    expect(printed).toEqual({ status: 'exited', stdout: 'out\n4\n' }) // ls has its directory open
  } finally {
    await rm(folder, { recursive: true })
  }
})

test('5: /proc/self/exe is the command’s own program', async () => {
  expect(String((await sandbox().run(['/usr/bin/readlink', '/proc/self/exe'])).stdout)).toBe('/usr/bin/readlink\n')
})

test('5: no process inside shows the program of another, and none of them can be opened for writing', async () => {
  await buildFixture('hostile', 'program-files')
  const files = await fixtureFiles('hostile', 'program-files')
  const result = await sandbox().run({ argv: ['./program-files'], files })
  expect(`${result.stdout}${JSON.stringify(result.status)}`).not.toContain('WENT THROUGH')
  expect(result).toMatchObject({ status: 'exited', exitCode: 1 })
})
