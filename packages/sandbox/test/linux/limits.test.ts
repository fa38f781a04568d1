import { KiB, MiB, type RunResult } from '@mayfly/sandbox'
import { describe, expect, test } from 'vitest'
import { fixtureFiles, sh } from './support/commands.ts'
import { useSandbox } from './support/use-sandbox.ts'

const sandbox = useSandbox()

function evidenceOf(result: RunResult): { readonly limit: number; readonly measured: number } {
  if (result.status !== 'limited') throw new Error(`expected a limited run, it ${result.status}`)
  return result.evidence
}

async function* silentAfterOneByte(): AsyncGenerator<Uint8Array> {
  yield Buffer.from('x')
  await new Promise<void>(() => undefined)
}

describe('cpuTimeMs', () => {
  test('ends a busy loop with at least so much CPU time', async () => {
    const files = await fixtureFiles('hostile', 'busy-loop')
    const result = await sandbox().run({ argv: ['./busy-loop'], files }, { cpuTimeMs: 500 })
    expect(result).toMatchObject({ status: 'limited', limit: 'cpuTime', evidence: { source: 'cpu', limit: 500 } })
    expect(evidenceOf(result).measured).toBeGreaterThanOrEqual(500)
    expect(result.usage.cpuTimeMs).toBeGreaterThanOrEqual(500)
  })

  test('counts children that ended and were never waited for', async () => {
    const files = await fixtureFiles('honest', 'unreaped-cpu-time')
    const result = await sandbox().run({ argv: ['./unreaped-cpu-time', '400'], files }, { cpuTimeMs: 300 })
    expect(result).toMatchObject({ status: 'limited', limit: 'cpuTime', evidence: { source: 'cpu', limit: 300 } })
  })

  test('that was passed counts however the command ended', async () => {
    const files = await fixtureFiles('honest', 'unreaped-cpu-time')
    const script = 'trap "" XCPU; ./unreaped-cpu-time 400'
    const result = await sandbox().run({ argv: sh(script), files }, { cpuTimeMs: 399 })
    expect(result).toMatchObject({ status: 'limited', limit: 'cpuTime' })
  })

  test('leaves a command alone that stays within it', async () => {
    const files = await fixtureFiles('honest', 'unreaped-cpu-time')
    const result = await sandbox().run({ argv: ['./unreaped-cpu-time', '200'], files }, { cpuTimeMs: 2000 })
    expect(result).toMatchObject({ status: 'exited', exitCode: 0 })
  })
})

describe('wallTimeMs', () => {
  test('ends a sleeper', async () => {
    const result = await sandbox().run(['sleep', '1000'], { wallTimeMs: 300 })
    expect(result).toMatchObject({ status: 'limited', limit: 'wallTime', evidence: { source: 'timer', limit: 300 } })
    expect(evidenceOf(result).measured).toBeGreaterThanOrEqual(300)
  })

  test('ends a command that waits for input which never comes', async () => {
    const result = await sandbox().run({ argv: ['cat'], stdin: silentAfterOneByte() }, { wallTimeMs: 300 })
    expect(result).toMatchObject({ status: 'limited', limit: 'wallTime' })
    expect(String(result.stdout)).toBe('x')
  })
})

describe('idleTimeMs', () => {
  test('ends a command that uses no CPU, long before its wall time', async () => {
    const result = await sandbox().run(['sleep', '1000'], { idleTimeMs: 300, wallTimeMs: 60_000 })
    expect(result).toMatchObject({ status: 'limited', limit: 'idleTime', evidence: { source: 'timer', limit: 300 } })
    expect(evidenceOf(result).measured).toBeGreaterThanOrEqual(300)
  })

  test('does not end a command that is at work for longer', async () => {
    const files = await fixtureFiles('honest', 'unreaped-cpu-time')
    const result = await sandbox().run({ argv: ['./unreaped-cpu-time', '900'], files }, { idleTimeMs: 300 })
    expect(result).toMatchObject({ status: 'exited', exitCode: 0 })
  })
})

describe('memoryBytes', () => {
  test('ends a hog, on the word of the kernel', async () => {
    const files = await fixtureFiles('hostile', 'memory-hog')
    const result = await sandbox().run({ argv: ['./memory-hog'], files }, { memoryBytes: 32 * MiB })
    expect(result).toMatchObject({
      status: 'limited',
      limit: 'memory',
      evidence: { source: 'oom_kill', limit: 32 * MiB },
    })
    expect(result.usage.memoryPeakBytes).toBeLessThanOrEqual(32 * MiB)
    expect(result.usage.memoryPeakBytes).toBeGreaterThan(24 * MiB)
  })

  test('counts the memory of the whole tree', async () => {
    const files = await fixtureFiles('hostile', 'memory-hog')
    const result = await sandbox().run({ argv: sh('(./memory-hog &) ; sleep 1000'), files }, { memoryBytes: 32 * MiB })
    expect(result).toMatchObject({ status: 'limited', limit: 'memory', evidence: { source: 'oom_kill' } })
  })

  test('leaves a command alone that stays within it', async () => {
    const files = await fixtureFiles('honest', 'touch-memory')
    const result = await sandbox().run({ argv: ['./touch-memory', '24'], files }, { memoryBytes: 48 * MiB })
    expect(result).toMatchObject({ status: 'exited', exitCode: 0 })
  })

  test('counts the files that the command writes', async () => {
    const result = await sandbox().run(sh('head -c 60000000 /dev/zero > file'), {
      memoryBytes: 32 * MiB,
      diskBytes: 256 * MiB,
    })
    expect(result).toMatchObject({ status: 'limited', limit: 'memory', evidence: { source: 'oom_kill' } })
  })
})

describe('processCount', () => {
  test('of exactly the number needed suffices', async () => {
    const files = await fixtureFiles('honest', 'process-count')
    const result = await sandbox().run({ argv: ['./process-count', '8'], files }, { processCount: 8 })
    expect(result).toMatchObject({ status: 'exited', exitCode: 0 })
  })

  test('of one less refuses the fork, and is the outcome of a command that then fails', async () => {
    const files = await fixtureFiles('honest', 'process-count')
    const result = await sandbox().run({ argv: ['./process-count', '9'], files }, { processCount: 8 })
    expect(result).toMatchObject({
      status: 'limited',
      limit: 'processes',
      evidence: { source: 'pids.events', limit: 8, ending: { status: 'exited', exitCode: 1 } },
    })
    expect(result.usage.processPeakCount).toBeLessThanOrEqual(8)
  })

  test('that was met is no outcome for a command that exits with 0 all the same', async () => {
    const files = await fixtureFiles('honest', 'process-count')
    const result = await sandbox().run({ argv: sh('./process-count 20; exit 0'), files }, { processCount: 8 })
    expect(result).toMatchObject({ status: 'exited', exitCode: 0 })
  })

  test('counts threads', async () => {
    const script =
      'import threading, time\nfor _ in range(20): threading.Thread(target=time.sleep, args=(1000,)).start()'
    const result = await sandbox().run(['python3', '-c', script], { processCount: 8, wallTimeMs: 1000 })
    expect(result).toMatchObject({ status: 'limited', limit: 'processes', evidence: { source: 'pids.events' } })
  })
})

describe('diskBytes, inodeCount and fileBytes', () => {
  test('end in ENOSPC, and are the outcome of a command that then fails', async () => {
    const result = await sandbox().run(sh('head -c 20000000 /dev/zero > file'), { diskBytes: 8 * MiB })
    expect(result).toMatchObject({ status: 'limited', limit: 'disk', evidence: { source: 'full', limit: 8 * MiB } })
    expect(String(result.stderr)).toContain('No space left on device')
  })

  test('are no outcome for a command that exits with 0 all the same', async () => {
    const result = await sandbox().run(sh('head -c 20000000 /dev/zero > file; exit 0'), { diskBytes: 8 * MiB })
    expect(result).toMatchObject({ status: 'exited', exitCode: 0 })
  })

  test('hold for /work, /tmp and /dev/shm together', async () => {
    const script = 'for d in /work /tmp /dev/shm; do head -c 4000000 /dev/zero > $d/file || exit 1; done'
    const result = await sandbox().run(sh(script), { diskBytes: 8 * MiB })
    expect(result).toMatchObject({ status: 'limited', limit: 'disk' })
  })

  test('count the placed files', async () => {
    const command = { argv: sh('head -c 3000000 /dev/zero > file'), files: { placed: new Uint8Array(6 * MiB) } }
    expect(await sandbox().run(command, { diskBytes: 8 * MiB })).toMatchObject({ status: 'limited', limit: 'disk' })
  })

  test('bound the number of files', async () => {
    const script = 'for i in $(seq 1 200); do : > f$i || exit 1; done'
    const result = await sandbox().run(sh(script), { inodeCount: 100 })
    expect(result).toMatchObject({ status: 'limited', limit: 'disk', evidence: { source: 'full', limit: 100 } })
  })

  test('bound one file by SIGXFSZ', async () => {
    const result = await sandbox().run(['head', '-c', '100000', '/dev/zero'], { fileBytes: 1 * KiB })
    expect(result).toMatchObject({ status: 'exited', exitCode: 0 }) // a pipe is no file
    const written = await sandbox().run(['dd', 'if=/dev/zero', 'of=file', 'bs=1k', 'count=8'], { fileBytes: 4 * KiB })
    expect(written).toMatchObject({ status: 'limited', limit: 'disk', evidence: { source: 'SIGXFSZ', limit: 4 * KiB } })
  })
})

describe('when several limits were crossed', () => {
  test('output comes before the time that a flood takes', async () => {
    const files = await fixtureFiles('hostile', 'output-flood')
    const limits = { outputBytes: 1 * KiB, cpuTimeMs: 1, wallTimeMs: 60_000 }
    const result = await sandbox().run({ argv: ['./output-flood', 'stdout'], files }, limits)
    expect(result).toMatchObject({ status: 'limited', limit: 'output' })
  })

  test('processes come before the CPU time of a fork bomb', async () => {
    const files = await fixtureFiles('hostile', 'fork-bomb')
    const result = await sandbox().run({ argv: ['./fork-bomb'], files }, { processCount: 8, cpuTimeMs: 200 })
    expect(result).toMatchObject({ status: 'limited', limit: 'processes' })
  })
})
