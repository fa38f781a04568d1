import { createSandbox, MiB, type FileSource, type Sandbox } from '@mayfly/sandbox'

/**
 * `npm run bench:store`: what it costs a hundred runs to read an input of 10 MiB, where each is handed the bytes and where
 * they are stored once, and how fast much is stored.
 */

const runs = 100
const inputBytes = 10 * MiB
const largeBytes = 1024 * MiB

function line(name: string, value: string): void {
  console.log(`${name.padEnd(58)}${value.padStart(24)}`)
}

async function timeOf(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now()
  await work()
  return performance.now() - start
}

/** Of that many runs, one after another, that read the input or leave it. */
async function timeOfRuns(sandbox: Sandbox, argv: readonly string[], input?: FileSource): Promise<number> {
  return timeOf(async () => {
    for (let i = 0; i < runs; i++) {
      const result = await sandbox.run(input === undefined ? argv : { argv, files: { input } })
      if (result.status !== 'exited' || result.exitCode !== 0) throw new Error(`a run failed: ${String(result.stderr)}`)
    }
  })
}

function shown(ms: number): string {
  return `${ms.toFixed(0)} ms, ${(ms / runs).toFixed(2)} a run`
}

async function measureShared(sandbox: Sandbox): Promise<void> {
  const input = Buffer.alloc(inputBytes, 'input')
  const reads = ['/usr/bin/cmp', 'input', 'input'] // the same file twice: cmp reads nothing
  const cats = ['/bin/sh', '-c', 'cat input > /dev/null']
  let blob = await sandbox.store('')
  const storing = await timeOf(async () => {
    blob = await sandbox.store(input)
  })
  await timeOfRuns(sandbox, ['/bin/true'])
  line(`${runs} runs without an input`, shown(await timeOfRuns(sandbox, ['/bin/true'])))
  line('storing 10 MiB, once', `${storing.toFixed(1)} ms`)
  for (const [name, argv] of [
    ['that look at it', reads],
    ['that read it whole', cats],
  ] as const) {
    line(`${runs} runs ${name}, handed the bytes`, shown(await timeOfRuns(sandbox, argv, input)))
    line(`${runs} runs ${name}, stored once`, shown(await timeOfRuns(sandbox, argv, blob)))
  }
}

async function* much(): AsyncGenerator<Uint8Array> {
  const chunk = Buffer.alloc(MiB, 'much')
  for (let bytes = 0; bytes < largeBytes; bytes += chunk.length) yield chunk
}

async function measureMuch(sandbox: Sandbox): Promise<void> {
  const before = process.memoryUsage().rss
  const ms = await timeOf(async () => (await sandbox.store(much())).close())
  line('1 GiB stored from a stream', `${(largeBytes / MiB / (ms / 1000)).toFixed(0)} MiB/s`)
  line("  Node's memory after it", `${((process.memoryUsage().rss - before) / MiB).toFixed(0)} MiB more`)
}

const sandbox = await createSandbox({ concurrency: 2 })
try {
  await measureShared(sandbox)
  await measureMuch(sandbox)
} finally {
  await sandbox.close()
}
