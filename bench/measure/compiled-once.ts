import { execFileSync, spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Sandbox } from '@mayfly/sandbox'
import { type Distribution, distribution } from '../statistics.ts'

/**
 * A C++ program, compiled once and run on 100 inputs, so many at once: each in a fresh container on the layer that the
 * compiler left, and by spawn. Times are for the whole loop.
 */
export interface CompiledOnce {
  readonly concurrency: number
  readonly runCount: number
  readonly layeredMs: Distribution
  readonly bareMs: Distribution
}

type RunOne = (input: string) => Promise<string>

const source = [
  '#include <iostream>',
  'int main() { long n, s = 0; while (std::cin >> n) s += n * n; std::cout << s << "\\n"; }',
].join('\n')

const inputs = Array.from({ length: 100 }, (_, i) => Array.from({ length: 50 }, (__, j) => i * j).join(' '))

/** All inputs, so many at once; the time it took, and what came out. */
async function loop(runOne: RunOne, concurrency: number): Promise<{ readonly ms: number; readonly output: string }> {
  const start = performance.now()
  const outputs: string[] = []
  const waiting = inputs.entries()
  const worker = async (): Promise<void> => {
    for (const [index, input] of waiting) outputs[index] = await runOne(input)
  }
  await Promise.all(Array.from({ length: concurrency }, worker))
  return { ms: performance.now() - start, output: outputs.join('') }
}

async function spawnBare(program: string, input: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, [])
    let output = ''
    child.stdout.on('data', (bytes: Buffer) => {
      output += bytes.toString()
    })
    child.on('error', reject)
    child.on('close', () => resolve(output))
    child.stdin.end(input)
  })
}

async function compare(bare: RunOne, layered: RunOne, concurrency: number, rounds: number): Promise<CompiledOnce> {
  const samples: { bare: number[]; layered: number[] } = { bare: [], layered: [] }
  for (let round = 0; round < rounds; round++) {
    const one = await loop(bare, concurrency)
    const other = await loop(layered, concurrency)
    if (one.output !== other.output) throw new Error('the two loops did not print the same')
    samples.bare.push(one.ms)
    samples.layered.push(other.ms)
  }
  const [layeredMs, bareMs] = [distribution(samples.layered), distribution(samples.bare)]
  return { concurrency, runCount: inputs.length, layeredMs, bareMs }
}

/** Compiles outside of any container. */
async function withBareProgram<Result>(use: (program: string) => Promise<Result>): Promise<Result> {
  const directory = await mkdtemp(join(tmpdir(), 'mayfly-bench-'))
  try {
    const program = join(directory, 'sums')
    await writeFile(`${program}.cpp`, source)
    execFileSync('g++', ['-O2', '-o', program, `${program}.cpp`])
    return await use(program)
  } finally {
    await rm(directory, { recursive: true })
  }
}

/** Needs g++. */
export async function measureCompiledOnce(sandbox: Sandbox, rounds: number): Promise<readonly CompiledOnce[]> {
  const compiler = { argv: ['g++', '-O2', '-o', 'sums', 'sums.cpp'], files: { 'sums.cpp': source } }
  const { status, stderr, layer } = await sandbox.run(compiler, {}, { freeze: true })
  if (status !== 'exited' || layer === undefined) throw new Error(`the compiler ended otherwise: ${stderr}`)
  const layered: RunOne = async (stdin) => String((await sandbox.run({ argv: ['./sums'], stdin, base: layer })).stdout)
  return withBareProgram(async (program) => {
    const bare: RunOne = async (input) => spawnBare(program, input)
    return [await compare(bare, layered, 1, rounds), await compare(bare, layered, 2, rounds)]
  })
}
