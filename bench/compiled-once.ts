import { execFileSync, spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createSandbox, type Layer } from '@mayfly/sandbox'
import { summarize } from './statistics.ts'

/**
 * `node bench/compiled-once.ts`: a C++ program compiled once and run on 100 inputs, each in a fresh container on the
 * layer that the compiler left, beside the same loop over bare `child_process.spawn`. In turn, so that what else the
 * machine does falls on both; milliseconds for the whole loop.
 */

const rounds = 15
const source = [
  '#include <iostream>',
  'int main() { long n, s = 0; while (std::cin >> n) s += n * n; std::cout << s << "\\n"; }',
].join('\n')
const inputs = Array.from({ length: 100 }, (_, i) => Array.from({ length: 50 }, (__, j) => i * j).join(' '))

type RunOne = (input: string) => Promise<string>

/** All inputs, so many at once; the time it took, and what came out. */
async function loop(runOne: RunOne, concurrency: number): Promise<{ readonly ms: number; readonly output: string }> {
  const start = performance.now()
  const outputs: string[] = []
  const waiting = inputs.entries()
  const worker = async (): Promise<void> => {
    for (const [index, input] of waiting) outputs[index] = await runOne(input)
  }
  await Promise.all(Array.from({ length: concurrency }, () => worker()))
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

async function compare(bare: RunOne, layered: RunOne, concurrency: number): Promise<void> {
  const samples: { bare: number[]; layered: number[] } = { bare: [], layered: [] }
  for (let round = 0; round < rounds; round++) {
    const one = await loop(bare, concurrency)
    const other = await loop(layered, concurrency)
    if (one.output !== other.output) throw new Error('the two loops did not print the same')
    samples.bare.push(one.ms)
    samples.layered.push(other.ms)
  }
  const [plain, fresh] = [summarize(samples.bare), summarize(samples.layered)]
  const line = (name: string, { p50, p90 }: typeof plain): string =>
    `${name.padEnd(28)} p50 ${p50.toFixed(0).padStart(5)}  p90 ${p90.toFixed(0).padStart(5)}`
  console.log(`100 inputs, ${concurrency} at once, ${rounds} rounds, ms for all`)
  console.log(line('child_process.spawn', plain))
  console.log(line('fresh containers on a layer', fresh))
  console.log(`ratio of the medians ${(fresh.p50 / plain.p50).toFixed(2)}`)
}

const directory = await mkdtemp(join(tmpdir(), 'mayfly-bench-'))
try {
  await writeFile(join(directory, 'sums.cpp'), source)
  const program = join(directory, 'sums')
  execFileSync('g++', ['-O2', '-o', program, `${program}.cpp`])
  const sandbox = await createSandbox({ concurrency: 2 })
  try {
    const compiler = { argv: ['g++', '-O2', '-o', 'sums', 'sums.cpp'], files: { 'sums.cpp': source } }
    const { status, stderr, layer } = await sandbox.run(compiler, {}, { freeze: true })
    if (status !== 'exited' || layer === undefined) throw new Error(`the compiler ended otherwise: ${stderr}`)
    const base: Layer = layer
    const layered: RunOne = async (stdin) => String((await sandbox.run({ argv: ['./sums'], stdin, base })).stdout)
    for (const concurrency of [1, 2]) await compare(async (input) => spawnBare(program, input), layered, concurrency)
  } finally {
    await sandbox.close()
  }
} finally {
  await rm(directory, { recursive: true })
}
