import { type ChildProcess, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** A program of `test/linux/programs/` in a Node process of its own, on the sources as the tests are. */
export function startProgram(name: string): ChildProcess {
  const path = fileURLToPath(new URL(`../programs/${name}`, import.meta.url))
  return spawn(process.execPath, ['--conditions=mayfly-source', path], { stdio: ['ignore', 'pipe', 'inherit'] })
}
