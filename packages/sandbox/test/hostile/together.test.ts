import { createSandbox, type Sandbox } from '@mayfly/sandbox'
import { expect, test } from 'vitest'
import { buildFixtures } from '../../../../fixtures/build.ts'
import { readHostState } from '../../../../fixtures/host-state.ts'
import { hostilePrograms } from '../../../../fixtures/hostile/expected.ts'
import { problemsOf, runHostile } from '../../../../fixtures/hostile/run.ts'
import { needsSandboxes } from '../linux/support/use-sandbox.ts'

needsSandboxes()

/** Programs whose limits are not those of time, so that sharing the processors does not change their end. */
const untimed = hostilePrograms.filter(({ expected }) => {
  return expected.status !== 'limited' || !['cpuTime', 'wallTime', 'idleTime'].includes(expected.limit)
})

async function honestRuns(sandbox: Sandbox, count: number): Promise<readonly string[]> {
  const outputs: string[] = []
  for (let i = 0; i < count; i++) outputs.push(String((await sandbox.run(['echo', `${i}`])).stdout))
  return outputs
}

/** Twice as many as run at once, so that some always wait; all of them together would need a descriptor each. */
async function problemsOfAll(sandbox: Sandbox): Promise<readonly string[]> {
  const waiting = [...untimed]
  const problems: string[] = []
  const work = async (): Promise<void> => {
    for (let program = waiting.shift(); program !== undefined; program = waiting.shift())
      problems.push(...problemsOf(program, await runHostile(sandbox, program)))
  }
  await Promise.all(Array.from({ length: 8 }, work))
  return problems
}

test('hostile programs at once end as they do alone, and an honest one beside them is not disturbed', async () => {
  await buildFixtures('hostile')
  const before = readHostState()
  const sandbox = await createSandbox({ concurrency: 4 })
  try {
    const [problems, honest] = await Promise.all([problemsOfAll(sandbox), honestRuns(sandbox, 20)])
    expect(problems).toEqual([])
    expect(honest).toEqual(Array.from({ length: 20 }, (_, i) => `${i}\n`))
  } finally {
    await sandbox.close()
  }
  expect(readHostState()).toEqual(before)
})

test('a run finds nothing of the hostile one before it', async () => {
  const before = readHostState()
  const sandbox = await createSandbox({ concurrency: 1 })
  try {
    for (const program of untimed) {
      await runHostile(sandbox, program)
      const seen = await sandbox.run(['/bin/sh', '-c', 'ls -A /work /tmp /dev/shm; cd /proc; echo [0-9]*; echo $$'])
      expect(`${program.title}\n${seen.stdout}`).toMatch(/\n\/dev\/shm:\n\n\/tmp:\n\n\/work:\n(\d+)\n\1\n$/)
    }
  } finally {
    await sandbox.close()
  }
  expect(readHostState()).toEqual(before)
})
