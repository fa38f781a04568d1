import { spawn, type ChildProcess, type SpawnOptions } from 'node:child_process'
import { once } from 'node:events'
import { buffer, text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'

/** What `node` is given to run the program as it stands in the source. */
export const program = ['--conditions=mayfly-source', fileURLToPath(new URL('../../src/main.ts', import.meta.url))]

/** What is left of a finished `mayfly`. */
export interface Finished {
  readonly status: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: Buffer
  readonly stderr: string
}

/** Starts the program, with pipes for its three streams. */
export function start(words: readonly string[], options: SpawnOptions = {}): ChildProcess {
  return spawn(process.execPath, [...program, ...words], { ...options, stdio: 'pipe' })
}

/** Waits for the end of a started program. */
export async function finish({ stdout, stderr, ...child }: ChildProcess, ended: Promise<unknown[]>): Promise<Finished> {
  if (stdout === null || stderr === null) throw new Error(`pid ${child.pid}: its streams must be pipes`)
  const [out, err, [status, signal]] = await Promise.all([buffer(stdout), text(stderr), ended])
  return { status: status as number | null, signal: signal as NodeJS.Signals | null, stdout: out, stderr: err }
}

/** Runs the program to its end, with `input` on its standard input. */
export function mayfly(words: readonly string[], input: string | Uint8Array = ''): Promise<Finished> {
  const child = start(words)
  // The command may end without reading: that is not what such a test is about.
  child.stdin?.on('error', () => {}).end(input)
  return finish(child, once(child, 'close'))
}
