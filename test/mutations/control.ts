import { createSandbox } from '@mayfly/sandbox'

/** Exits with 0 if a container can be made at all and an ordinary command works in it. */
const sandbox = await createSandbox({ concurrency: 1 })
const { status, stdout } = await sandbox.run(['/bin/echo', 'works'])
await sandbox.close()
process.exitCode = status === 'exited' && String(stdout) === 'works\n' ? 0 : 1
