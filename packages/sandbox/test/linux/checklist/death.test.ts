import { once } from 'node:events'
import { createSandbox } from '@mayfly/sandbox'
import { expect, test } from 'vitest'
import { isAlive, makerOf, parentOf, supervisorsOf } from '../../../../../fixtures/host-processes.ts'
import { readHostState } from '../../../../../fixtures/host-state.ts'
import { commandsNamed, countCommands, fixtureFiles, sh } from '../support/commands.ts'
import { failureOf } from '../support/failure.ts'
import { startProgram } from '../support/programs.ts'
import { until } from '../support/until.ts'
import { needsSandboxes } from '../support/use-sandbox.ts'

needsSandboxes()

const endless = { wallTimeMs: 600_000, idleTimeMs: 600_000 }

function newestSupervisor(earlier: readonly number[]): number {
  const found = supervisorsOf(process.pid).filter((pid) => !earlier.includes(pid))
  expect(found.length).toBe(1)
  return found[0] ?? 0
}

test('49: when the supervisor dies its runs reject with SUPERVISOR_DIED and the next run works', async ({ signal }) => {
  const earlier = supervisorsOf(process.pid)
  const sandbox = await createSandbox()
  try {
    const supervisor = newestSupervisor(earlier)
    const files = await fixtureFiles('hostile', 'sleeper')
    const failure = failureOf(sandbox.run({ argv: ['./sleeper'], files }, endless))
    await until(signal, () => countCommands('sleeper') === 1)
    process.kill(supervisor, 'SIGKILL')
    expect(await failure).toMatchObject({ name: 'SandboxError', code: 'SUPERVISOR_DIED' })
    expect(await sandbox.run(['/bin/true'])).toMatchObject({ status: 'exited', exitCode: 0 })
    expect(supervisorsOf(process.pid)).not.toContain(supervisor)
  } finally {
    await sandbox.close()
  }
})

test('49: when the supervisor dies, what it left is gone once the sandbox is closed', async ({ signal }) => {
  await (await createSandbox()).close() // what Node opens once and keeps
  const before = readHostState()
  const sandbox = await createSandbox()
  const supervisor = newestSupervisor([])
  const files = await fixtureFiles('hostile', 'outlives-its-parent')
  const failure = failureOf(
    sandbox.run({ argv: ['/bin/sh', '-c', './outlives-its-parent; sleep 1000'], files }, endless),
  )
  await until(signal, () => countCommands('outlives-its-pa') === 1) // comm holds 15 bytes
  process.kill(supervisor, 'SIGKILL')
  expect(await failure).toMatchObject({ code: 'SUPERVISOR_DIED' })
  await sandbox.run(['/bin/true'])
  await sandbox.close()
  expect(readHostState()).toEqual(before)
})

test('49: when the maker dies so does its supervisor, nothing of both is left, and the next run works', async ({
  signal,
}) => {
  await (await createSandbox()).close()
  const before = readHostState()
  const sandbox = await createSandbox()
  try {
    const supervisor = newestSupervisor([])
    const files = await fixtureFiles('hostile', 'sleeper')
    const failure = failureOf(sandbox.run({ argv: ['./sleeper'], files }, endless))
    await until(signal, () => countCommands('sleeper') === 1)
    process.kill(makerOf(supervisor), 'SIGKILL')
    expect(await failure).toMatchObject({ code: 'SUPERVISOR_DIED' })
    await until(signal, () => !isAlive(supervisor))
    expect(countCommands('sleeper')).toBe(0)
    expect(await sandbox.run(['/bin/true'])).toMatchObject({ status: 'exited', exitCode: 0 })
  } finally {
    await sandbox.close()
  }
  expect(readHostState()).toEqual(before)
})

test('49: when the supervisor dies while its maker is stopped, nothing of both is left', async ({ signal }) => {
  await (await createSandbox()).close()
  const before = readHostState()
  const sandbox = await createSandbox({ concurrency: 1, warm: { min: 1, max: 1 } })
  const supervisor = newestSupervisor([])
  const maker = makerOf(supervisor)
  process.kill(maker, 'SIGSTOP')
  // the second run waits for a container that is not made
  expect(await sandbox.run(['/bin/true'])).toMatchObject({ status: 'exited' })
  const failure = failureOf(sandbox.run(['/bin/true']))
  process.kill(supervisor, 'SIGKILL')
  expect(await failure).toMatchObject({ code: 'SUPERVISOR_DIED' })
  await until(signal, () => !isAlive(maker))
  await sandbox.run(['/bin/true'])
  await sandbox.close()
  expect(readHostState()).toEqual(before)
})

test('49: when an init dies its run rejects, and the sandbox goes on', async ({ signal }) => {
  const before = readHostState()
  const sandbox = await createSandbox()
  try {
    const files = await fixtureFiles('hostile', 'sleeper')
    const failure = failureOf(sandbox.run({ argv: ['./sleeper'], files }, endless))
    await until(signal, () => countCommands('sleeper') === 1)
    const [sleeper = 0] = commandsNamed('sleeper')
    process.kill(parentOf(sleeper), 'SIGKILL')
    expect(await failure).toMatchObject({ name: 'SandboxError', code: 'CONTAINER_FAILED' })
    expect(countCommands('sleeper')).toBe(0)
    expect(await sandbox.run(['/bin/true'])).toMatchObject({ status: 'exited', exitCode: 0 })
  } finally {
    await sandbox.close()
  }
  expect(readHostState()).toEqual(before)
})

test('49: when the command is killed from outside the run is signaled', async ({ signal }) => {
  const sandbox = await createSandbox()
  try {
    const files = await fixtureFiles('hostile', 'sleeper')
    const result = sandbox.run({ argv: ['./sleeper'], files }, endless)
    await until(signal, () => countCommands('sleeper') === 1)
    process.kill(commandsNamed('sleeper')[0] ?? 0, 'SIGKILL')
    expect(await result).toMatchObject({ status: 'signaled', signal: 'SIGKILL' })
  } finally {
    await sandbox.close()
  }
})

test('49: when Node is killed nothing of its sandbox is left', async ({ signal }) => {
  await (await createSandbox()).close()
  const before = readHostState()
  const child = startProgram('hold-sandbox.ts')
  const pid = child.pid ?? 0
  await until(signal, () => countCommands('sleeper', pid) === 1)
  const [supervisor] = supervisorsOf(pid)
  const exited = once(child, 'exit')
  child.kill('SIGKILL')
  await exited
  await until(signal, () => !isAlive(supervisor ?? 0))
  expect(readHostState()).toEqual(before)
})

test('an idle sandbox does not keep Node alive, and leaves nothing', async ({ signal }) => {
  const before = readHostState()
  const child = startProgram('idle-sandbox.ts')
  const output: string[] = []
  child.stdout?.setEncoding('utf8').on('data', (text: string) => output.push(text))
  const [exitCode] = await once(child, 'close')
  expect(output.join('')).toBe('exited\n')
  expect(exitCode).toBe(0)
  await until(signal, () => readHostState().processes.length === before.processes.length)
  expect(readHostState()).toEqual(before)
})

test('31: at the end of a run no process, cgroup or mount of it is left', async () => {
  await (await createSandbox()).close()
  const before = readHostState()
  const own = await createSandbox({ concurrency: 1 })
  try {
    const script = 'for i in 1 2 3 4 5; do setsid sleep 1000 & (sleep 1000 &) ; done; trap "" TERM HUP; exit 3'
    expect(await own.run(sh(script))).toMatchObject({ status: 'exited', exitCode: 3 })
    expect(countCommands('sleep')).toBe(0)
  } finally {
    await own.close()
  }
  expect(readHostState()).toEqual(before)
})

test('31: the cgroup of a run is removed when the run is over, and not only with the sandbox', async ({ signal }) => {
  const own = await createSandbox({ concurrency: 1, warm: { min: 1, max: 1 } })
  const containers = (): ReadonlySet<string> => {
    return new Set(readHostState().cgroups.flatMap((path) => /\/(c\d+)$/.exec(path)?.slice(1) ?? []))
  }
  try {
    for (let run = 0; run < 10; run++) await own.run(['/bin/true'])
    await until(signal, () => containers().size <= 1)
    expect(containers().size).toBeLessThanOrEqual(1)
  } finally {
    await own.close()
  }
})
