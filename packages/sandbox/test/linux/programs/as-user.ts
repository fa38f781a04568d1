// Gives up root for the user of the first argument, runs a command in a sandbox as that user, and prints what came of
// it: node as-user.ts USER OPTIONS COMMAND LIMITS, the last three as JSON.
import { createSandbox, type Argv, type Command, type Limits, type SandboxOptions } from '@mayfly/sandbox'

const [user = '', options = '{}', command = '[]', limits = '{}'] = process.argv.slice(2)

// Everything is loaded while it can be read: a checkout may stand where other users may not look.
await (await createSandbox({ concurrency: 1 })).close()
process.setgroups?.([])
process.setgid?.(Number(user))
process.setuid?.(Number(user))

try {
  const sandbox = await createSandbox({ concurrency: 1, ...(JSON.parse(options) as SandboxOptions) })
  const result = await sandbox.run(JSON.parse(command) as Argv | Command, JSON.parse(limits) as Partial<Limits>)
  await sandbox.close()
  console.log(JSON.stringify({ ...result, stdout: String(result.stdout), stderr: String(result.stderr) }))
} catch (error) {
  const { code, message } = error as { readonly code?: string; readonly message: string }
  console.log(JSON.stringify({ code, message }))
}
