// A few programs through the built package, as a user's own program would run them.
import assert from 'node:assert/strict'
import { createSandbox, MiB } from '@mayfly/sandbox'
import { assertEnded, check, finish } from './check.mjs'
import { checkKeptOpen } from './kept-open.mjs'

const sandbox = await createSandbox({ concurrency: 2 })

await check('a shell prints and exits with its status', async () => {
  const result = await sandbox.run(['sh', '-c', 'echo out; echo err >&2; exit 3'])
  assertEnded(result, 'exited', 3)
  assert.equal(String(result.stdout), 'out\n')
  assert.equal(String(result.stderr), 'err\n')
})

await check('standard input, environment and files arrive', async () => {
  const argv = ['sh', '-c', 'cat; cat note; echo "$GREETING"']
  const result = await sandbox.run({ argv, stdin: 'in ', files: { note: 'note ' }, env: { GREETING: 'hello' } })
  assertEnded(result, 'exited', 0)
  assert.equal(String(result.stdout), 'in note hello\n')
})

await check('Node runs', async () => {
  const result = await sandbox.run(['node', '-p', '6 * 7'], { wallTimeMs: 60_000, cpuTimeMs: 60_000 })
  assertEnded(result, 'exited', 0)
  assert.equal(String(result.stdout), '42\n')
})

await check('a busy loop ends by its CPU time, counted by cgroup v2', async () => {
  const result = await sandbox.run(['sh', '-c', 'while :; do :; done'], { cpuTimeMs: 500 })
  assertEnded(result, 'limited', 'cpuTime')
  assert.ok(result.usage.cpuTimeMs >= 500, `used ${result.usage.cpuTimeMs} ms`)
})

await check('a hog ends by memory, on the evidence of memory.events', async () => {
  const argv = ['sh', '-c', 'x=0123456789abcdef; while :; do x=$x$x; done']
  const result = await sandbox.run(argv, { memoryBytes: 32 * MiB, wallTimeMs: 60_000, cpuTimeMs: 60_000 })
  assertEnded(result, 'limited', 'memory')
  assert.equal(result.evidence.source, 'oom_kill')
  assert.ok(result.usage.memoryPeakBytes <= 32 * MiB, `peak ${result.usage.memoryPeakBytes}`)
})

await check('a program that does nothing uses next to nothing', async () => {
  const result = await sandbox.run(['/bin/true'])
  assertEnded(result, 'exited', 0)
  assert.ok(result.usage.memoryPeakBytes < 1 * MiB, `peak ${result.usage.memoryPeakBytes}`)
})

await check('runs side by side do not meet', async () => {
  const words = ['one', 'two', 'three', 'four']
  const results = await Promise.all(
    words.map((word) => sandbox.run(['sh', '-c', `echo ${word} >/tmp/word; cat /tmp/*`])),
  )
  assert.deepEqual(
    results.map((result) => String(result.stdout)),
    words.map((word) => `${word}\n`),
  )
})

await checkKeptOpen(sandbox, true)

await sandbox.close()
finish()
