import { readFile } from 'node:fs/promises'
import type { Argv, RunResult, Sandbox } from '@mayfly/sandbox'
import { type Finished, finish } from './finished.ts'

const numbers = '1\n20\n300\n'
const total = '321\n'

async function source(file: string): Promise<string> {
  return readFile(new URL(`../../fixtures/honest/${file}`, import.meta.url), 'utf8')
}

function problemsOf(result: RunResult, output: string): readonly string[] {
  const ended = result.status === 'exited' && result.exitCode === 0
  if (ended && String(result.stdout) === output) return []
  return [`expected exit code 0 and the output ${JSON.stringify(output)}:\n${result.stdout}${result.stderr}`]
}

/** gcc in one container; the program that it leaves, in a second. */
async function compileAndRun(sandbox: Sandbox): Promise<readonly Finished[]> {
  const compiled = await sandbox.run({
    argv: ['gcc', '-O2', '-o', 'sum', 'sum.c'],
    files: { 'sum.c': await source('sum.c') },
    collect: ['sum'],
  })
  const content = compiled.files.get('sum') ?? new Uint8Array()
  const gcc = finish('gcc, compiling sum.c', compiled, problemsOf(compiled, ''))
  if (gcc.problems.length > 0) return [gcc]
  const result = await sandbox.run({ argv: ['./sum'], stdin: numbers, files: { sum: { content, mode: 0o755 } } })
  return [gcc, finish('its result, in a second container', result, problemsOf(result, total))]
}

async function interpret(sandbox: Sandbox, name: string, argv: Argv, file: string): Promise<Finished> {
  const result = await sandbox.run({ argv, stdin: numbers, files: { [file]: await source(file) } })
  return finish(name, result, problemsOf(result, total))
}

/** Ordinary programs, each of which adds up the numbers on its standard input. */
export async function runHonest(sandbox: Sandbox): Promise<readonly Finished[]> {
  return [
    ...(await compileAndRun(sandbox)),
    await interpret(sandbox, 'Python', ['python3', 'sum.py'], 'sum.py'),
    await interpret(sandbox, 'Node', ['node', 'sum.mjs'], 'sum.mjs'),
    await interpret(sandbox, 'shell', ['sh', 'sum.sh'], 'sum.sh'),
  ]
}
