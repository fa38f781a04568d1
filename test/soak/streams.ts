import { createSandbox, GiB, MiB } from '@mayfly/sandbox'
import { supervisorsOf } from '../../fixtures/host-processes.ts'
import { streamProblems, streamThrough } from './stream-memory.ts'

/** `npm run soak:streams`: 1 GiB through a container and back; exit status 1 if the memory of either side grew with it. */

const sandbox = await createSandbox({ concurrency: 1 })
try {
  const [supervisor = 0] = supervisorsOf(process.pid)
  const started = performance.now()
  const memory = await streamThrough(sandbox, supervisor, GiB)
  const seconds = (performance.now() - started) / 1000
  console.log(`${memory.bytes / MiB} MiB in ${seconds.toFixed(1)} s`)
  console.log(`supervisor: at most ${(memory.supervisorGrowthBytes / MiB).toFixed(1)} MiB more`)
  console.log(`Node: at most ${(memory.nodeGrowthBytes / MiB).toFixed(1)} MiB more`)
  const problems = streamProblems(memory)
  for (const problem of problems) console.log(`grew: ${problem}`)
  if (problems.length > 0) process.exitCode = 1
} finally {
  await sandbox.close()
}
