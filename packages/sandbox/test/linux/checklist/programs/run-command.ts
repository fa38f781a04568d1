import { createSandbox, SandboxError } from '@mayfly/sandbox'

/**
 * Runs its arguments as a command and prints how that went, as JSON: for a Node process in unusual circumstances.
 * Anything but a result or a SandboxError is a crash.
 */
async function run(): Promise<object> {
  try {
    const sandbox = await createSandbox({ concurrency: 1 })
    try {
      const { status, stdout } = await sandbox.run(process.argv.slice(2))
      return { status, stdout: String(stdout) }
    } finally {
      await sandbox.close()
    }
  } catch (error) {
    if (!(error instanceof SandboxError)) throw error
    return { code: error.code, message: error.message }
  }
}

process.stdout.write(JSON.stringify(await run()))
