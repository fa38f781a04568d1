// Judges 1,000 short Python submissions, and starts the same interpreter on the same programs by hand, turn about:
// `node --conditions=mayfly-source bench/grading.ts [count]`. Prints both rates, the verdicts and the memory: all of the
// process, in which the starts by hand are too, and what of the heap is still in use after a collection.
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

import { createGrader, type Grader, type Problem, type ProgramSource, readFolder } from '@mayfly/grader'
import { createSandbox } from '@mayfly/sandbox'

const interpreter = '/usr/bin/python3'
const chunk = 50
const count = Number(process.argv[2] ?? 1000)
const lanes = availableParallelism()

/** Every tenth is wrong. */
function submissionOf(index: number): ProgramSource {
  const answer = index % 10 === 9 ? 'a - b' : 'a + b'
  const text = `a, b = map(int, input().split())\nprint(${answer})  # ${index}\n`
  return { name: `${index}.py`, files: { 'main.py': Buffer.from(text) } }
}

/** Does the work of a chunk on as many lanes as there are cores. */
async function onLanes(indices: readonly number[], work: (index: number) => Promise<void>): Promise<number> {
  const left = [...indices]
  const start = performance.now()
  const lane = async (): Promise<void> => {
    for (let index = left.shift(); index !== undefined; index = left.shift()) await work(index)
  }
  await Promise.all(Array.from({ length: lanes }, lane))
  return performance.now() - start
}

async function bare(folder: string, index: number): Promise<void> {
  const path = join(folder, `${index}.py`)
  writeFileSync(path, submissionOf(index).files['main.py'] ?? '')
  const child = spawn(interpreter, [path], { stdio: ['pipe', 'pipe', 'pipe'] })
  let output = ''
  child.stdout.on('data', (part: Buffer) => (output += part.toString()))
  child.stderr.resume()
  child.stdin.end('20 22\n')
  const code = await new Promise((resolve) => child.on('close', resolve))
  const isRight = output.trim() === '42'
  if (code !== 0 || isRight === (index % 10 === 9)) throw new Error(`${index}: ended with ${String(code)}, ${output}`)
}

async function judged(grader: Grader, problem: Problem, index: number): Promise<void> {
  const { verdict } = await grader.grade(problem, submissionOf(index))
  if (verdict !== (index % 10 === 9 ? 'WA' : 'AC')) throw new Error(`${index}: ${verdict}`)
}

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

const folder = mkdtempSync(join(tmpdir(), 'bench-grading-'))
const sandbox = await createSandbox({ concurrency: lanes })
const grader = createGrader({ sandbox })
try {
  writeFileSync(join(folder, '1.in'), '20 22\n')
  writeFileSync(join(folder, '1.ans'), '42\n')
  const problem = await readFolder(folder)
  const python = { ...problem, languages: ['python3'] }
  for (let index = 0; index < 10; index++) await judged(grader, python, index)
  let [bareMs, judgedMs] = [0, 0]
  const [memory, heap]: [number[], number[]] = [[], []]
  const ratios: number[] = []
  for (let at = 0; at < count; at += chunk) {
    const indices = Array.from({ length: Math.min(chunk, count - at) }, (_, index) => at + index)
    const bareNow = await onLanes(indices, async (index) => bare(folder, index))
    const judgedNow = await onLanes(indices, async (index) => judged(grader, python, index))
    ;[bareMs, judgedMs] = [bareMs + bareNow, judgedMs + judgedNow]
    ratios.push(bareNow / judgedNow)
    memory.push(process.memoryUsage.rss() / 2 ** 20)
    collect()
    heap.push(process.memoryUsage().heapUsed / 2 ** 20)
  }
  const rate = (ms: number): string => (count / (ms / 1000)).toFixed(1)
  const sorted = [...ratios].sort((one, other) => one - other)
  const median = sorted[Math.floor(sorted.length / 2)] ?? 0
  console.log(`bare spawn: ${rate(bareMs)} per second; judged: ${rate(judgedMs)} per second`)
  console.log(
    `judged in parts of bare: ${(bareMs / judgedMs).toFixed(3)} in all, median of ${ratios.length} turns ${median.toFixed(3)}`,
  )
  console.log(`memory (MiB) after each turn: ${memory.map((mebibytes) => mebibytes.toFixed(0)).join(' ')}`)
  console.log(`heap in use (MiB) after each turn: ${heap.map((mebibytes) => mebibytes.toFixed(1)).join(' ')}`)
} finally {
  await grader.close()
  await sandbox.close()
  rmSync(folder, { recursive: true })
}
