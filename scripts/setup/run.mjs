import { spawnSync } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { root } from './say.mjs'

/** Runs a command at the root, its output shown; true if it exited with 0. */
export function runShown(command, args, env = {}) {
  return spawn(command, args, env, ['ignore', 'inherit', 'inherit']).status === 0
}

/** Runs a command at the root, its output kept: shown only if the command failed. True if it exited with 0. */
export function runQuietly(command, args, env = {}) {
  const { status, stdout, stderr, error } = spawn(command, args, env, ['ignore', 'pipe', 'pipe'])
  if (status === 0) return true
  process.stderr.write(error === undefined ? `${stdout}${stderr}` : `${command}: ${error.message}\n`)
  return false
}

/** What a command printed on standard output, trimmed; empty if it failed. */
export function outputOf(command, args) {
  const { status, stdout } = spawn(command, args, {}, ['ignore', 'pipe', 'ignore'])
  return status === 0 ? stdout.trim() : ''
}

/** Whether a program of this name is on the PATH. */
export function isOnPath(name) {
  return (process.env.PATH ?? '').split(delimiter).some((directory) => isExecutable(join(directory, name)))
}

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

function spawn(command, args, env, stdio) {
  return spawnSync(command, args, {
    cwd: fileURLToPath(root),
    env: { ...process.env, ...env },
    stdio,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  })
}
