import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { describeMachine, measureBusyness } from './machine.ts'
import { printBusyness, printMachine } from './print/results.ts'
import { percentile, ratioOfMedians } from './statistics.ts'

/**
 * `npm run bench:vitest`: whole runs of Vitest with each test file in a worker of its own, under `threads`, `forks` and the
 * plugin, in turn; on a project of many small files and one of a few heavy ones. `--quick` is to see that it works.
 */

const pools = ['threads', 'forks', 'sandbox'] as const
type Pool = (typeof pools)[number]

interface Subject {
  readonly name: string
  readonly fileCount: number
  readonly files: Readonly<Record<string, string>>
}

function numbered(count: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => index)
}

/** Each with a module of its own and three tests. */
function smallFiles(fileCount: number): Subject {
  const files = numbered(fileCount).flatMap((i) => [
    [`src/${i}.ts`, `export const add${i} = (a: number): number => a + ${i}\n`],
    [
      `test/${i}.test.ts`,
      `import { expect, test } from 'vitest'
import { add${i} } from '../src/${i}'
test.each([1, 2, 3])('adds to %i', (n) => { expect(add${i}(n)).toBe(n + ${i}) })\n`,
    ],
  ])
  return { name: `${fileCount} small files`, fileCount, files: Object.fromEntries(files) as Subject['files'] }
}

const moduleCount = 100

/** Each loads the same hundred modules, and computes for a while. */
function heavyFiles(fileCount: number): Subject {
  const modules = numbered(moduleCount).map((i) => [`src/${i}.ts`, `export const value${i}: number = ${i}\n`])
  const index = numbered(moduleCount).map((i) => `export * from './${i}'`)
  const files = numbered(fileCount).map((i) => [
    `test/${i}.test.ts`,
    `import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import * as all from '../src/index'
test('has all modules', () => { expect(Object.keys(all)).toHaveLength(${moduleCount}) })
test('computes', () => {
  let digest = Buffer.from('${i}')
  for (let round = 0; round < 200_000; round++) digest = createHash('sha256').update(digest).digest()
  expect(digest).toHaveLength(32)
})\n`,
  ])
  const all = [...modules, ['src/index.ts', index.join('\n')], ...files]
  return { name: `${fileCount} heavy files`, fileCount, files: Object.fromEntries(all) as Subject['files'] }
}

const require = createRequire(import.meta.url)
const vitest = realpathSync(dirname(require.resolve('vitest/package.json')))
const plugin = realpathSync(fileURLToPath(new URL('../packages/vitest-plugin', import.meta.url)))

function write(directory: string, { files }: Subject): void {
  const configs = pools.map((pool) => {
    const plugins = pool === 'sandbox' ? 'sandbox({ report: { top: 0 } })' : ''
    const text = `import { sandbox } from '@mayfly/vitest-plugin'
export default { plugins: [${plugins}], test: { pool: '${pool === 'sandbox' ? 'forks' : pool}', testTimeout: 60_000 } }\n`
    return [`${pool}.config.mjs`, text] as const
  })
  const manifest = ['package.json', '{ "type": "module", "private": true }'] as const
  for (const [name, content] of [manifest, ...configs, ...Object.entries(files)]) {
    mkdirSync(dirname(join(directory, name)), { recursive: true })
    writeFileSync(join(directory, name), content)
  }
  mkdirSync(join(directory, 'node_modules', '@mayfly'), { recursive: true })
  symlinkSync(vitest, join(directory, 'node_modules', 'vitest'))
  symlinkSync(plugin, join(directory, 'node_modules', '@mayfly', 'vitest-plugin'))
}

/** What a whole run takes, from the start of Vitest to its end. */
interface Taken {
  readonly wallSeconds: number
  /** Of Vitest, its workers, their containers and whatever makes these; less sensitive to who else runs. */
  readonly cpuSeconds: number
}

/** Processor time of children that were waited for, and of theirs: proc_pid_stat(5), in hundredths of a second. */
function childrenCpuSeconds(): number {
  const fields = readFileSync('/proc/self/stat', 'utf8').split(') ').at(-1)?.split(' ') ?? []
  return (Number(fields[13]) + Number(fields[14])) / 100
}

async function run(directory: string, pool: Pool, fileCount: number): Promise<Taken> {
  const { NODE_OPTIONS: _, VITEST: _v, ...env } = process.env
  const [started, cpuBefore] = [performance.now(), childrenCpuSeconds()]
  const child = spawn(process.execPath, [join(vitest, 'vitest.mjs'), 'run', '--config', `${pool}.config.mjs`], {
    ...{ cwd: directory, stdio: ['ignore', 'pipe', 'inherit'] },
    env: { ...env, NO_COLOR: '1', CI: '1' },
  })
  const chunks: Buffer[] = []
  child.stdout?.on('data', (chunk: Buffer) => chunks.push(chunk))
  await once(child, 'close')
  const output = Buffer.concat(chunks).toString('utf8')
  if (!new RegExp(`Test Files +${fileCount} passed`).test(output)) throw new Error(`${pool} did not pass:\n${output}`)
  return { wallSeconds: (performance.now() - started) / 1000, cpuSeconds: childrenCpuSeconds() - cpuBefore }
}

async function measure(subject: Subject, rounds: number): Promise<void> {
  const directory = realpathSync(mkdtempSync(join(tmpdir(), 'mayfly-bench-vitest-')))
  try {
    write(directory, subject)
    const samples = new Map<Pool, Taken[]>(pools.map((pool) => [pool, []]))
    // The first of each fills Vite's cache and the system's, and counts for none.
    for (const pool of pools) await run(directory, pool, subject.fileCount)
    for (let round = 0; round < rounds; round++)
      for (const pool of pools) samples.get(pool)?.push(await run(directory, pool, subject.fileCount))
    print(subject, samples)
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

function print({ name, fileCount }: Subject, samples: ReadonlyMap<Pool, readonly Taken[]>): void {
  const forks = samples.get('forks') ?? []
  console.log(`\n${name}, ${forks.length} runs of each`)
  for (const [pool, all] of samples) {
    const wall = percentile(
      all.map(({ wallSeconds }) => wallSeconds),
      0.5,
    )
    const columns = [
      compared(all, forks, ({ wallSeconds }) => wallSeconds),
      `processor ${compared(all, forks, ({ cpuSeconds }) => cpuSeconds)}`,
    ]
    console.log(`  ${pool.padEnd(8)}${(fileCount / wall).toFixed(1).padStart(6)} files/s  ${columns.join('; ')}`)
  }
}

/** The median with the middle four fifths, and its ratio to that of `forks` with the interval. */
function compared(all: readonly Taken[], forks: readonly Taken[], of: (taken: Taken) => number): string {
  const samples = all.map(of)
  const [low, middle, high] = [0.1, 0.5, 0.9].map((part) => percentile(samples, part).toFixed(2))
  const { value, low: from, high: to } = ratioOfMedians(samples, forks.map(of))
  return `${middle} s (${low} to ${high}), ${value.toFixed(2)} of forks (${from.toFixed(2)} to ${to.toFixed(2)})`
}

const { values } = parseArgs({ options: { quick: { type: 'boolean', default: false }, rounds: { type: 'string' } } })
const [small, heavy, standard] = values.quick ? [20, 4, 2] : [200, 20, 7]
const rounds = Number(values.rounds ?? standard)
if (!Number.isSafeInteger(rounds) || rounds < 1)
  throw new Error(`--rounds must be a positive integer, got ${values.rounds}`)
printMachine({ machine: describeMachine(), before: await measureBusyness(), missing: {} })
for (const subject of [smallFiles(small), heavyFiles(heavy)]) await measure(subject, rounds)
printBusyness('\nAt the end', await measureBusyness())
