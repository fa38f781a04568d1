import { createSandbox, GiB, MiB, type Sandbox } from '@mayfly/sandbox'
import { summarize, type Summary } from './statistics.ts'

/**
 * `npm run bench:streams`: what a flood of output costs the runs beside it and the memory of Node, and what it costs two
 * commands to be connected by way of a relay.
 */

const hour = 3_600_000
const endless = { wallTimeMs: hour, cpuTimeMs: hour, idleTimeMs: hour, outputBytes: 2 ** 50, cpus: 1 }
const runsOfEach = 200
const answers = 20_000

function line(name: string, value: string): void {
  console.log(`${name.padEnd(52)}${value.padStart(28)}`)
}

function shown({ p10, p50, p90 }: Summary): string {
  return `${p50.toFixed(2)} ms (${p10.toFixed(2)} to ${p90.toFixed(2)})`
}

async function timesOfRuns(sandbox: Sandbox): Promise<Summary> {
  const times: number[] = []
  for (let i = 0; i < runsOfEach; i++) {
    const start = performance.now()
    await sandbox.run(['/bin/true'])
    times.push(performance.now() - start)
  }
  return summarize(times)
}

function nodeBytes(): number {
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

/** Beside one that only computes too, since whoever shares a processor is slowed down by that alone. */
async function measureFlood(sandbox: Sandbox): Promise<void> {
  line(`${runsOfEach} runs of true, alone`, shown(await timesOfRuns(sandbox)))
  for (const [name, argv] of [
    ['beside a loop', ['/bin/sh', '-c', 'while :; do :; done']],
    ['beside a flood', ['/usr/bin/yes']],
  ] as const) {
    const controller = new AbortController()
    const other = sandbox.run(argv, endless, { signal: controller.signal }).catch(() => undefined)
    const before = nodeBytes()
    line(`${runsOfEach} runs of true, ${name}`, shown(await timesOfRuns(sandbox)))
    line(`  Node's memory meanwhile`, `${((nodeBytes() - before) / MiB).toFixed(1)} MiB more`)
    controller.abort()
    await other
  }
}

const asks = `i=0; while [ $i -lt ${answers} ]; do echo $i; read -r answer; i=$((i+1)); done`
const answersAll = 'while read -r line; do echo "$line"; done'

async function wallOf(work: () => Promise<{ readonly wallTimeMs: number }>): Promise<number> {
  const times: number[] = []
  for (let i = 0; i < 3; i++) times.push((await work()).wallTimeMs)
  return Math.min(...times)
}

async function measureConnected(sandbox: Sandbox): Promise<void> {
  const direct = `mkfifo a b; (${answersAll}) < a > b & exec > a < b; ${asks}`
  const fifos = await wallOf(async () => (await sandbox.run(['/bin/sh', '-c', direct], endless)).usage)
  const pair = await wallOf(async () => {
    const [left, right] = [asks, answersAll].map((script) => ({ command: ['/bin/sh', '-c', script], limits: endless }))
    if (left === undefined || right === undefined) throw new Error('two')
    return (await sandbox.connect(left, right)).left.usage
  })
  line(`a question and its answer, by FIFOs of one container`, `${((fifos * 1000) / answers).toFixed(1)} µs`)
  line(`a question and its answer, connected`, `${((pair * 1000) / answers).toFixed(1)} µs`)
  const sends = { command: ['/usr/bin/head', '-c', String(GiB), '/dev/zero'], limits: endless }
  const takes = { command: ['/bin/sh', '-c', 'cat > /dev/null'], limits: endless }
  const before = nodeBytes()
  const through = await wallOf(async () => (await sandbox.connect(sends, takes)).right.usage)
  line(`1 GiB from the one to the other`, `${(1024 / (through / 1000)).toFixed(0)} MiB/s`)
  line(`  Node's memory meanwhile`, `${((nodeBytes() - before) / MiB).toFixed(1)} MiB more`)
}

const sandbox = await createSandbox({ concurrency: 2 })
try {
  await timesOfRuns(sandbox)
  await measureFlood(sandbox)
  await measureConnected(sandbox)
} finally {
  await sandbox.close()
}
