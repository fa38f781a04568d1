import { createSandbox, MiB } from '@mayfly/sandbox'

const sandbox = await createSandbox()
try {
  const result = await sandbox.run(['python3', '-c', 'print(6 * 7)'], { cpuTimeMs: 2_000, memoryBytes: 256 * MiB })
  if (result.status === 'limited') console.log(`limited by ${result.limit}`)
  else if (result.status === 'exited') console.log(`exit ${result.exitCode}: ${result.stdout}`)
} finally {
  await sandbox.close()
}
