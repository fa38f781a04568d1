import { createSandbox } from '@mayfly/sandbox'
import { expect, test } from 'vitest'
import { parentOf, readProcesses } from '../../../../../fixtures/host-processes.ts'
import { fixtureFiles } from '../support/commands.ts'
import { useSandbox } from '../support/use-sandbox.ts'
import { startSleeper } from './support/beside.ts'
import { cgroupFile, statusField } from './support/host-view.ts'
import { problemsWith } from './support/hostile.ts'

const sandbox = useSandbox()

test('30: a process that outlives its parent does not outlive the command', async () => {
  expect(await problemsWith(sandbox(), 'a process that outlives its parent')).toEqual([])
  expect([...readProcesses().values()].filter(({ name }) => name === 'outlives-its-pa')).toEqual([])
})

test('30: init reaps orphans: a hundred of them fit into four places', async () => {
  const script = [
    'import os',
    'for _ in range(100):',
    '    pid = os.fork()',
    '    if pid == 0: os._exit(0 if os.fork() >= 0 else 1)',
    '    os.waitpid(pid, 0)',
    '    while [name for name in os.listdir("/proc") if name.isdigit()] != [str(os.getpid())]: pass',
  ].join('\n')
  const result = await sandbox().run(['/usr/bin/python3', '-c', script], { processCount: 4 })
  expect(`${result.stderr}`).toBe('')
  expect(result).toMatchObject({ status: 'exited', exitCode: 0 })
})

test('30: the command cannot stop, kill, trace or slow down init', async () => {
  expect(await problemsWith(sandbox(), 'a kill of init')).toEqual([])
})

test('30: init is another process of another id than the command, and neither’s parent is the host’s', async ({
  signal,
}) => {
  const waiting = await startSleeper(sandbox(), signal)
  const init = parentOf(waiting.pid)
  const [inside, initInside] = [statusField(waiting.pid, 'NSpid'), statusField(init, 'NSpid')]
  const [user, initUser] = [statusField(waiting.pid, 'Uid'), statusField(init, 'Uid')]
  await waiting.stop()
  expect(user).not.toBe(initUser)
  expect(initInside.split('\t').at(-1)).toBe('1')
  expect(inside.split('\t').length).toBe(initInside.split('\t').length)
})

test('32: pids.max is the limit of the run, in the kernel', async ({ signal }) => {
  const waiting = await startSleeper(sandbox(), signal, { processCount: 7 })
  const written = cgroupFile(waiting.pid, 'pids', ['pids.max'])
  await waiting.stop()
  expect(written).toBe('7')
})

for (const title of ['a fork bomb', 'a thread bomb']) {
  test(`32: ${title} stays within its number, and the host is usable meanwhile`, async () => {
    const own = await createSandbox({ concurrency: 2 })
    try {
      const bomb = problemsWith(own, title)
      expect(await own.run(['/bin/true'])).toMatchObject({ status: 'exited', exitCode: 0 })
      expect(await bomb).toEqual([])
    } finally {
      await own.close()
    }
  })
}

test('32: exactly the processes that were asked for suffice, and not one more', async () => {
  const files = await fixtureFiles('honest', 'process-count')
  const enough = await sandbox().run({ argv: ['./process-count', '8'], files }, { processCount: 8 })
  expect(enough).toMatchObject({ status: 'exited', exitCode: 0 })
  const tooMany = await sandbox().run({ argv: ['./process-count', '9'], files }, { processCount: 8 })
  expect(tooMany).toMatchObject({ status: 'limited', limit: 'processes', evidence: { source: 'pids.events' } })
})
