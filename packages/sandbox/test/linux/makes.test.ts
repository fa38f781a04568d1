import { createSandbox, defaultPolicy, definePolicy, type Mount, type RunOptions, type Sandbox } from '@mayfly/sandbox'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { isAlive, supervisorsOf } from '../../../../fixtures/host-processes.ts'
import { readHostState } from '../../../../fixtures/host-state.ts'
import { countCommands, fixtureFiles, sh } from './support/commands.ts'
import { failureOf } from './support/failure.ts'
import { until } from './support/until.ts'
import { needsSandboxes } from './support/use-sandbox.ts'

needsSandboxes()

const endless = { wallTimeMs: 600_000, idleTimeMs: 600_000 }

let earlier: readonly number[] = []

beforeEach(() => {
  earlier = supervisorsOf(process.pid)
})
afterEach(() => {
  vi.useRealTimers()
})

function newSupervisors(): readonly number[] {
  return supervisorsOf(process.pid).filter((pid) => !earlier.includes(pid))
}

/** Of another make; throws where there is none, since 0 would stand for our own process group. */
function newSupervisorBeside(own: readonly number[]): number {
  const other = newSupervisors().find((pid) => !own.includes(pid))
  if (other === undefined) throw new Error('the run has no supervisor of its own')
  return other
}

const symlink = [
  'python3',
  '-c',
  'import os\ntry: os.symlink("a", "b"); print("made")\nexcept OSError as e: print(e.errno)',
]

/** A policy that differs from all others of this file, and from the default. */
function denying(...calls: readonly string[]): typeof defaultPolicy {
  return definePolicy({ extends: defaultPolicy, deny: calls })
}

/** What a command sees of its make. */
async function makeOf(sandbox: Sandbox, options: Parameters<Sandbox['run']>[2]): Promise<string> {
  const script = 'ls /proc | grep -c "^[a-r]"; grep -c 127.0.0.1 /proc/self/net/fib_trie'
  return String((await sandbox.run(sh(script), {}, options)).stdout)
}

describe('a run in place of the sandbox’s', () => {
  test('has its own policy, and the next one has the sandbox’s', async () => {
    await using sandbox = await createSandbox({ concurrency: 1 })
    const policy = denying('symlink', 'symlinkat')
    const refused = await sandbox.run(symlink, {}, { policy })
    expect(String(refused.stdout)).toBe('1\n')
    expect(refused.violations).toMatchObject([{ detail: 'a b' }])
    expect(String((await sandbox.run(symlink)).stdout)).toBe('made\n')
  })

  test('has its own where it is spawned too', async () => {
    await using sandbox = await createSandbox({ concurrency: 1 })
    await using running = await sandbox.spawn(symlink, {}, { policy: denying('symlink', 'symlinkat') })
    let output = ''
    for await (const bytes of running.stdout) output += String(Buffer.from(bytes))
    expect(output).toBe('1\n')
    expect(await running.result).toMatchObject({ exitCode: 0 })
  })

  test('shares a supervisor with those of the same make, however it is written, and needs none for the sandbox’s own', async () => {
    await using sandbox = await createSandbox({ concurrency: 2 })
    expect(newSupervisors()).toHaveLength(1)
    await sandbox.run(['true'], {}, { network: 'none', proc: 'pid', policy: structuredClone(defaultPolicy) })
    expect(newSupervisors()).toHaveLength(1)
    for (let round = 0; round < 2; round++) await sandbox.run(['true'], {}, { policy: denying('symlink') })
    expect(newSupervisors()).toHaveLength(2)
    await sandbox.run(['true'], {}, { proc: 'full' })
    expect(newSupervisors()).toHaveLength(3)
  })

  test('waits for its turn like any other, and `stats` counts it', async ({ signal }) => {
    await using sandbox = await createSandbox({ concurrency: 1 })
    const files = await fixtureFiles('hostile', 'sleeper')
    const controller = new AbortController()
    const options = { network: 'loopback', signal: controller.signal } as const
    const first = failureOf(sandbox.run({ argv: ['./sleeper'], files }, endless, options))
    await until(signal, () => countCommands('sleeper') === 1)
    const second = sandbox.run(['true'])
    expect(sandbox.stats()).toMatchObject({ running: 1, queued: 1 })
    controller.abort()
    await first
    await second
    await sandbox.run(['true'], {}, { network: 'loopback' })
    // the sandbox's own has containers ready, the others none before they are asked for
    expect(sandbox.stats().coldStartCount).toBeGreaterThan(0)
  })

  test('is made anew for different makes at once, each as it asked', async () => {
    await using sandbox = await createSandbox({ concurrency: 4 })
    const makes = await Promise.all(
      Array.from({ length: 12 }, async (_, index) =>
        makeOf(sandbox, { proc: index % 2 === 0 ? 'full' : 'pid', network: index % 3 === 0 ? 'loopback' : 'none' }),
      ),
    )
    for (const [index, seen] of makes.entries()) {
      const [ofMachine, ofLoopback] = seen.split('\n').map(Number)
      expect(Number(ofMachine) > 0, `proc of run ${index}`).toBe(index % 2 === 0)
      expect(Number(ofLoopback) > 0, `network of run ${index}`).toBe(index % 3 === 0)
    }
  })
})

describe('the supervisor of another make', () => {
  test('goes when it was idle for a while, and the next run has a new one', async ({ signal }) => {
    await using sandbox = await createSandbox({ concurrency: 1 })
    const own = newSupervisors()
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    await sandbox.run(['true'], {}, { proc: 'full' })
    const other = newSupervisorBeside(own)
    expect(isAlive(other)).toBe(true)
    vi.advanceTimersByTime(9000)
    await sandbox.run(['true'], {}, { proc: 'full' })
    vi.advanceTimersByTime(9000) // not idle for long: it was used meanwhile
    expect(isAlive(other)).toBe(true)
    vi.advanceTimersByTime(2000)
    vi.useRealTimers()
    await until(signal, () => newSupervisors().length === 1)
    expect(newSupervisors()).toEqual(own)
    expect(await sandbox.run(['true'], {}, { proc: 'full' })).toMatchObject({ exitCode: 0 })
  })

  test('goes when others are more recent, and no more than four stay', async ({ signal }) => {
    await using sandbox = await createSandbox({ concurrency: 1 })
    const calls = ['symlink', 'link', 'mkdir', 'rmdir', 'rename', 'truncate']
    for (const call of calls) {
      expect(await sandbox.run(['true'], {}, { policy: denying(call) })).toMatchObject({ exitCode: 0 })
    }
    await until(signal, () => newSupervisors().length === 5)
    const kept = newSupervisors()
    for (const call of calls.slice(2)) await sandbox.run(['true'], {}, { policy: denying(call) })
    expect(newSupervisors()).toEqual(kept)
  })

  const wanted: Record<string, { readonly options: RunOptions; readonly mounts: readonly Mount[] }> = {
    network: { options: { network: 'loopback' }, mounts: [] },
    mounts: { options: {}, mounts: [{ source: '/usr/share', target: '/shared' }] },
  }
  test.for(Object.keys(wanted))(
    'of other %s may die: its runs reject, those of others go on, and the next has a new one',
    async (name, { signal }) => {
      const { options = {}, mounts = [] } = wanted[name] ?? {}
      await using sandbox = await createSandbox({ concurrency: 1 })
      const own = newSupervisors()
      const files = await fixtureFiles('hostile', 'sleeper')
      const running = failureOf(sandbox.run({ argv: ['./sleeper'], files, mounts }, endless, options))
      await until(signal, () => countCommands('sleeper') === 1)
      const waiting = failureOf(sandbox.run({ argv: ['true'], mounts }, {}, options))
      const plain = sandbox.run(['true'])
      const other = newSupervisorBeside(own)
      process.kill(other, 'SIGKILL')
      expect(await running).toMatchObject({ code: 'SUPERVISOR_DIED' })
      expect(await waiting).toMatchObject({ code: 'SUPERVISOR_DIED' })
      expect(await plain).toMatchObject({ exitCode: 0 })
      expect(await sandbox.run({ argv: ['true'], mounts }, {}, options)).toMatchObject({ exitCode: 0 })
    },
  )

  test('is closed with the sandbox, whatever it does, and leaves nothing', async ({ signal }) => {
    await (await createSandbox()).close() // what Node opens once and keeps
    const before = readHostState()
    const sandbox = await createSandbox({ concurrency: 3 })
    const files = await fixtureFiles('hostile', 'sleeper')
    const asleep = failureOf(sandbox.run({ argv: ['./sleeper'], files }, endless, { network: 'loopback' }))
    await until(signal, () => countCommands('sleeper') === 1)
    await sandbox.run(['true'], {}, { proc: 'full' })
    const starting = failureOf(sandbox.run(['true'], {}, { policy: denying('symlink') }))
    await sandbox.close()
    expect(await asleep).toMatchObject({ code: 'SANDBOX_CLOSED' })
    expect(await starting).toMatchObject({ code: 'SANDBOX_CLOSED' })
    expect(readHostState()).toEqual(before)
    expect(await failureOf(sandbox.run(['true'], {}, { proc: 'full' }))).toMatchObject({ code: 'SANDBOX_CLOSED' })
  })
})
