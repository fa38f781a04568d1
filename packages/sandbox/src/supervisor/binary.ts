import { accessSync, constants } from 'node:fs'
import { createRequire } from 'node:module'
import { isAbsolute } from 'node:path'
import { arch, platform } from 'node:os'
import { invalidOption, SandboxError } from '../errors.ts'

/** Names another supervisor than the installed one: an absolute path. */
const override = 'MAYFLY_SUPERVISOR'

/** The path of the supervisor for this machine. Throws `UNSUPPORTED_HOST` where none is installed. */
export function findSupervisor(environment: NodeJS.ProcessEnv = process.env): string {
  const path = environment[override] ?? installed()
  if (!isAbsolute(path)) throw invalidOption(override, 'be an absolute path', path)
  try {
    accessSync(path, constants.X_OK)
    return path
  } catch (cause) {
    throw unavailable(`the supervisor ${path} cannot be executed`, cause)
  }
}

function installed(): string {
  const name = packageName()
  try {
    return createRequire(import.meta.url).resolve(`${name}/bin/mayfly-supervisor`)
  } catch (cause) {
    throw unavailable(`the package ${name}, which holds the supervisor, is not installed`, cause)
  }
}

function packageName(): string {
  return `@mayfly/sandbox-${platform()}-${arch()}`
}

function unavailable(what: string, cause: unknown): SandboxError {
  const fix = `install it with \`npm install ${packageName()}\`, or in a checkout build it with \`npm run build\``
  return new SandboxError('UNSUPPORTED_HOST', `${what}; ${fix}`, { cause })
}
