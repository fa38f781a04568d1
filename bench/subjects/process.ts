import { spawn } from 'node:child_process'
import { closeNothing, type Subject } from './subject.ts'

/** Starts a program with piped output and reads all of it; throws unless it exits with 0. */
export async function runProcess(program: string, programArguments: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, programArguments, { stdio: ['ignore', 'pipe', 'pipe'] })
    const output: Buffer[] = []
    child.stdout.on('data', (bytes: Buffer) => output.push(bytes))
    child.stderr.on('data', (bytes: Buffer) => output.push(bytes))
    child.on('error', reject)
    child.on('close', (exitCode) => {
      const text = Buffer.concat(output).toString()
      if (exitCode === 0) resolve(text)
      else reject(new Error(`${program} ended with ${exitCode}: ${text.trim()}`))
    })
  })
}

/** A subject that is a program, started once for each run with these words before the command's. */
export function programSubject(
  description: Omit<Subject, 'open'>,
  program: string,
  options: readonly string[],
): Subject {
  return {
    ...description,
    async open({ argv }) {
      const words = [...options, ...argv]
      const run = async (): Promise<void> => {
        await runProcess(program, words)
      }
      await run()
      return { run, close: closeNothing }
    },
  }
}
