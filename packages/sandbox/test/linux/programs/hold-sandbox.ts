import { createSandbox } from '@mayfly/sandbox'
import { buildFixture } from '../../../../../fixtures/build.ts'

/** Runs a sleeper that does not end by itself; whoever started this program kills it. */
const sandbox = await createSandbox({ concurrency: 2 })
const hostPath = await buildFixture('hostile', 'sleeper')
await sandbox.run(
  { argv: ['./sleeper'], files: { sleeper: { hostPath, mode: 0o755 } } },
  { wallTimeMs: 600_000, idleTimeMs: 600_000 },
)
