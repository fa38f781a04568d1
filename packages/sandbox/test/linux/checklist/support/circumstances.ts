import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { needs } from '@mayfly/test-support'
import type { TestContext } from 'vitest'

const run = promisify(execFile)

/** What `programs/run-command.ts` prints. */
export interface Printed {
  readonly status?: string
  readonly stdout?: string
  readonly code?: string
  readonly message?: string
}

const program = fileURLToPath(new URL('../programs/run-command.ts', import.meta.url))

/**
 * Runs a command in a sandbox of a Node process of its own, which a shell script starts with `"$@"` once it has
 * brought about the circumstances.
 */
export async function runWhere(
  script: string,
  argv: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Printed> {
  const node = [process.execPath, '--conditions=mayfly-source', program, ...argv]
  const { stdout } = await run('/bin/sh', ['-c', script, 'sh', ...node], { env: { ...process.env, ...env } })
  return JSON.parse(stdout) as Printed
}

/** For circumstances that only root can bring about. */
export function needsRoot(context: TestContext): void {
  needs(context, process.getuid?.() === 0, 'only root can bring about the circumstances')
}
