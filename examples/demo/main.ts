import { createSandbox, SandboxError } from '@mayfly/sandbox'
import { buildFixtures } from '../../fixtures/build.ts'
import { type HostState, readHostState } from '../../fixtures/host-state.ts'
import type { Finished } from './finished.ts'
import { runHonest } from './honest.ts'
import { runHostilePrograms } from './hostile.ts'
import { formatTable } from './table.ts'

/** The main job: honest and hostile programs, one table, and a look at what the host still has of them. */

async function runAll(): Promise<readonly Finished[]> {
  await using sandbox = await createSandbox()
  return [...(await runHonest(sandbox)), ...(await runHostilePrograms(sandbox))]
}

/** What is there after and was not before. */
function leftBehind(kind: keyof HostState, before: HostState, after: HostState): readonly string[] {
  return after[kind].filter((item) => !before[kind].includes(item)).map((item) => `left behind in ${kind}: ${item}`)
}

async function demonstrate(): Promise<void> {
  await buildFixtures('hostile')
  const before = readHostState()
  const start = performance.now()
  const finished = await runAll()
  const seconds = (performance.now() - start) / 1000
  const after = readHostState()

  const left = (['processes', 'mounts', 'cgroups', 'files'] as const).flatMap((kind) => leftBehind(kind, before, after))
  const problems = [...finished.flatMap((run) => run.problems), ...left]

  console.log(`\n${formatTable(finished.map(({ row }) => row))}\n`)
  console.log('Those that ask for something forbidden exit with 1 if every attempt was refused, with 2 otherwise.')
  console.log(`${finished.length} programs in ${seconds.toFixed(1)} s, each in a container of its own.`)
  if (left.length === 0) console.log('The host has no process, mount, cgroup or file left of them.')
  for (const problem of problems) console.error(`WRONG: ${problem}`)
  process.exitCode = problems.length === 0 ? 0 : 1
}

try {
  await demonstrate()
} catch (error) {
  // A host that cannot do it is told what to change, without a stack trace.
  if (!(error instanceof SandboxError) || error.code !== 'UNSUPPORTED_HOST') throw error
  console.error(`demo: ${error.message}`)
  process.exitCode = 1
}
