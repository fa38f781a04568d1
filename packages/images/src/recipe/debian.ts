import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { open } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import { SandboxError } from '@mayfly/sandbox'
import type { Recipe } from './recipe.ts'

/** Any time will do, so that no file tells when it was built: files that scripts make get this one (reproducible-builds.org). */
const epochSeconds = 1_700_000_000

const toldLineCount = 8

/** What a program that makes something says while it does. */
export interface Building {
  readonly signal?: AbortSignal | undefined
  /** Where packages come from. Default: Debian's own mirrors, security fixes included. */
  readonly mirror?: string | undefined
  readonly onLine?: ((line: string) => void) | undefined
}

/** Writes the root file system of a recipe to `path`, as a tar archive, by mmdebstrap(1); no rights needed but user namespaces. */
export async function installPackages(recipe: Recipe, path: string, building: Building): Promise<void> {
  const variant = recipe.kind === 'programs' ? 'extract' : 'essential'
  const mode = process.getuid?.() === 0 ? 'root' : 'unshare'
  const words = [
    ...[`--mode=${mode}`, `--variant=${variant}`, '--format=tar', `--include=${recipe.packages.join(',')}`],
    ...['--aptopt=Acquire::Languages "none"', '--aptopt=APT::Install-Recommends "false"'],
    ...[recipe.suite, '-', ...(building.mirror === undefined ? [] : [building.mirror])],
  ]
  await using output = await open(path, 'wx', 0o600)
  await runProgram('mmdebstrap', words, {
    ...building,
    stdout: output.fd,
    environment: { SOURCE_DATE_EPOCH: String(epochSeconds) },
  })
}

interface Running extends Building {
  readonly stdout: number | 'ignore'
  readonly environment: NodeJS.ProcessEnv
}

/** Runs a program to its end. Rejects with `UNSUPPORTED_HOST` where it is not installed, and tells its last lines where it fails. */
export async function runProgram(program: string, words: readonly string[], running: Running): Promise<void> {
  const { signal, stdout, environment, onLine } = running
  const child = spawn(program, words, {
    stdio: ['ignore', stdout, 'pipe'],
    env: { ...process.env, LC_ALL: 'C.UTF-8', ...environment },
    ...(signal === undefined ? {} : { signal }),
  })
  const lines: string[] = []
  if (child.stderr !== null) {
    createInterface(child.stderr).on('line', (line) => {
      lines.push(line)
      lines.splice(0, lines.length - toldLineCount)
      onLine?.(line)
    })
  }
  const [status, ended] = (await once(child, 'close').catch((cause: NodeJS.ErrnoException) => {
    signal?.throwIfAborted()
    if (cause.code !== 'ENOENT') throw cause
    const message = `${program} is not installed; to install it on Debian or Ubuntu: apt-get install ${program}`
    throw new SandboxError('UNSUPPORTED_HOST', message, { errno: 'ENOENT', cause })
  })) as [number | null, NodeJS.Signals | null]
  if (status === 0) return
  const how = status === null ? `was ended by ${ended}` : `ended with status ${status}`
  throw new SandboxError('CONTAINER_FAILED', `${program} ${how}; its last lines:\n${lines.join('\n')}`)
}
