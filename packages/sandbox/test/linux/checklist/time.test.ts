import { createSandbox, type Usage } from '@mayfly/sandbox'
import { expect, test } from 'vitest'
import { supervisorsOf } from '../../../../../fixtures/host-processes.ts'
import { judge } from '../../../src/container/outcome.ts'
import type { Report } from '../../../src/supervisor/report.ts'
import { testLimits } from '../../unit/container/limits.ts'
import { plainReport } from '../../unit/container/report.ts'
import { countCommands, fixtureFiles, sh } from '../support/commands.ts'
import { until } from '../support/until.ts'
import { useSandbox } from '../support/use-sandbox.ts'
import { problemsWith } from './support/hostile.ts'

const sandbox = useSandbox()

test('33: CPU time is that of the whole tree, grandchildren included that nobody waits for', async () => {
  expect(await problemsWith(sandbox(), 'CPU time burnt by grandchildren that nobody waits for')).toEqual([])
})

test('33: CPU time is enforced when it is used up, and not at some later tick', async () => {
  const files = await fixtureFiles('hostile', 'busy-loop')
  const result = await sandbox().run({ argv: ['./busy-loop'], files }, { cpuTimeMs: 300, wallTimeMs: 20_000 })
  expect(result).toMatchObject({ status: 'limited', limit: 'cpuTime', evidence: { source: 'cpu', limit: 300 } })
  expect(result.usage.cpuTimeMs).toBeGreaterThanOrEqual(300)
  expect(result.usage.cpuTimeMs).toBeLessThan(600)
})

for (const title of ['a sleeper', 'a program that stops itself']) {
  test(`34: ${title} meets its wall time`, async () => {
    expect(await problemsWith(sandbox(), title)).toEqual([])
  })
}

test('34: a command that waits on a pipe meets its wall time', async () => {
  const result = await sandbox().run(sh('mkfifo f; cat < f'), { wallTimeMs: 300 })
  expect(result).toMatchObject({ status: 'limited', limit: 'wallTime', evidence: { source: 'timer', limit: 300 } })
  expect(result.usage.wallTimeMs).toBeGreaterThanOrEqual(300)
})

test('34: wall time starts at exec: what comes before it does not count', async () => {
  const files = { large: new Uint8Array(40 * 1024 * 1024) }
  const started = performance.now()
  const result = await sandbox().run({ argv: ['true'], files }, { wallTimeMs: 60_000 })
  const all = performance.now() - started
  expect(result).toMatchObject({ status: 'exited', exitCode: 0 })
  expect(result.usage.wallTimeMs).toBeLessThan(all / 2)
})

test('35: a run that used more CPU time than its limit counts as past it, although it exited with 0', async () => {
  const files = await fixtureFiles('honest', 'unreaped-cpu-time')
  const result = await sandbox().run({ argv: sh('./unreaped-cpu-time 400; exit 0'), files }, { cpuTimeMs: 399 })
  expect(result).toMatchObject({ status: 'limited', limit: 'cpuTime' })
})

test('35: a run that ended while its supervisor could not look counts as past its wall time', async ({ signal }) => {
  const earlier = supervisorsOf(process.pid)
  const own = await createSandbox({ concurrency: 1 })
  const supervisor = supervisorsOf(process.pid).find((pid) => !earlier.includes(pid)) ?? 0
  try {
    const run = own.run(['/bin/sleep', '2.5'], { wallTimeMs: 2000 })
    await until(signal, () => countCommands('sleep') === 1)
    process.kill(supervisor, 'SIGSTOP')
    await until(signal, () => countCommands('sleep') === 0)
    process.kill(supervisor, 'SIGCONT')
    expect(await run).toMatchObject({
      status: 'limited',
      limit: 'wallTime',
      evidence: { source: 'timer', limit: 2000 },
    })
  } finally {
    process.kill(supervisor, 'SIGCONT')
    await own.close()
  }
})

test('35: what was used decides, whoever noticed it', () => {
  const used = (usage: Partial<Usage>): Report => ({ ...plainReport, usage: { ...plainReport.usage, ...usage } })
  const { cpuTimeMs, wallTimeMs } = testLimits
  expect(judge(used({ cpuTimeMs }), testLimits)).toMatchObject({ status: 'limited', limit: 'cpuTime' })
  expect(judge(used({ wallTimeMs }), testLimits)).toMatchObject({ status: 'limited', limit: 'wallTime' })
  expect(judge(used({}), testLimits)).toEqual({ status: 'exited', exitCode: 0 })
})
