import { execFile } from 'node:child_process'
import { chmodSync, copyFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { Argv, Command, Limits, RunReport, SandboxOptions } from '@mayfly/sandbox'
import { needs } from '@mayfly/test-support'
import { beforeAll, beforeEach } from 'vitest'
import { findSupervisor } from '../../../src/supervisor/binary.ts'

/** Has no subordinate ids, and no processes of its own. */
export const nobody = 65_534

/** For runs of an ordinary user, who has no control group. */
export const withoutGroups: SandboxOptions = { allowMissing: ['cgroup'] }

/** What a run of another user came to, or how it failed. */
type Told = Partial<Omit<RunReport, 'stdout'>> & {
  readonly status?: string
  readonly evidence?: unknown
  readonly stdout?: string
  readonly code?: string
  readonly message?: string
}

interface Asked {
  readonly options?: SandboxOptions
  readonly limits?: Partial<Limits>
  /** A script of root's that starts Node, which is `"$@"`. Default: `exec "$@"`. */
  readonly script?: string
  /** Default: nobody. */
  readonly as?: number
}

export interface OtherUsers {
  /** Where the supervisor stands that every user may execute. */
  readonly supervisor: () => string
  /** Runs the command in a sandbox of a Node process that has become another user. */
  readonly run: (command: Argv | Command, asked?: Asked) => Promise<Told>
}

const program = fileURLToPath(new URL('../programs/as-user.ts', import.meta.url))

async function runAsUser(supervisor: string, command: Argv | Command, asked: Asked): Promise<Told> {
  const { options = {}, limits = {}, script = 'exec "$@"', as = nobody } = asked
  const words = [String(as), ...[options, command, limits].map((value) => JSON.stringify(value))]
  const node = [process.execPath, '--conditions=mayfly-source', program, ...words]
  const { stdout } = await promisify(execFile)('/bin/sh', ['-c', script, 'sh', ...node], {
    env: { ...process.env, MAYFLY_SUPERVISOR: supervisor },
  })
  return JSON.parse(stdout) as Told
}

/** Lets the tests of a file act as other users; they are skipped where the tests are not root's. */
export function useOtherUsers(): OtherUsers {
  let directory = ''
  const supervisor = (): string => join(directory, 'supervisor')
  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'rootless-'))
    chmodSync(directory, 0o755)
    copyFileSync(findSupervisor(), supervisor())
    return () => rmSync(directory, { recursive: true })
  })
  beforeEach((context) => needs(context, process.getuid?.() === 0, 'only root may become another user'))
  return { supervisor, run: async (command, asked = {}) => runAsUser(supervisor(), command, asked) }
}
