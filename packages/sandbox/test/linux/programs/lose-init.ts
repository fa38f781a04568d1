// Gives up root for the user of the first argument, loses a ready container's init, and prints what came of it.
import { createSandbox } from '@mayfly/sandbox'
import { loseInit } from '../checklist/support/init-death.ts'

// Everything is loaded while it can be read: a checkout may stand where other users may not look.
await (await createSandbox({ concurrency: 1 })).close()
process.setgroups?.([])
process.setgid?.(Number(process.argv[2]))
process.setuid?.(Number(process.argv[2]))
console.log(JSON.stringify(await loseInit({ allowMissing: ['cgroup'] }, {}, AbortSignal.timeout(20_000))))
