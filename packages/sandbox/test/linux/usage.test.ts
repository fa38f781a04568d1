import { MiB, type RunResult } from '@mayfly/sandbox'
import { describe, expect, test } from 'vitest'
import { fixtureFiles, sh } from './support/commands.ts'
import { useSandbox } from './support/use-sandbox.ts'

const sandbox = useSandbox()

function expectExitedWithZero(result: RunResult): void {
  expect(result).toMatchObject({ status: 'exited', exitCode: 0 })
}

describe('the usage of /bin/true', () => {
  test('is less than 1 MiB of memory', async () => {
    const result = await sandbox().run(['/bin/true'])
    expectExitedWithZero(result)
    expect(result.usage.memoryPeakBytes).toBeLessThan(1 * MiB)
    expect(result.usage.memoryPeakBytes).toBeGreaterThan(0)
  })

  test('is one process that wrote nothing', async () => {
    const { usage } = await sandbox().run(['/bin/true'])
    expect(usage).toMatchObject({ processPeakCount: 1, writtenBytes: 0 })
  })

  test('is less than that of a shell which starts it', async () => {
    const direct = await sandbox().run(['/bin/true'])
    const indirect = await sandbox().run(sh('/bin/true; /bin/true; /bin/true'))
    expect(indirect.usage.minorFaultCount).toBeGreaterThan(direct.usage.minorFaultCount)
    expect(indirect.usage.processPeakCount).toBe(2)
  })
})

describe('time', () => {
  test('of the CPU is that of the whole tree, unreaped grandchildren included', async () => {
    const files = await fixtureFiles('honest', 'unreaped-cpu-time')
    const { usage, ...result } = await sandbox().run({ argv: ['./unreaped-cpu-time', '200'], files })
    expect(result).toMatchObject({ status: 'exited', exitCode: 0 })
    expect(usage.cpuTimeMs).toBeGreaterThanOrEqual(200)
    expect(usage.wallTimeMs).toBeGreaterThanOrEqual(200)
  })

  test('of the CPU is made up of user and system time', async () => {
    const { usage } = await sandbox().run(sh('i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done'))
    expect(usage.userTimeMs + usage.systemTimeMs).toBeCloseTo(usage.cpuTimeMs, 0)
    expect(usage.userTimeMs).toBeGreaterThan(usage.systemTimeMs)
  })

  test('of the wall passes in sleep, that of the CPU does not', async () => {
    const { usage } = await sandbox().run(['sleep', '0.3'])
    expect(usage.wallTimeMs).toBeGreaterThanOrEqual(300)
    expect(usage.cpuTimeMs).toBeLessThan(100)
  })

  test('in which the quota was used up is throttledMs', async () => {
    const files = await fixtureFiles('honest', 'unreaped-cpu-time')
    const command = { argv: ['./unreaped-cpu-time', '200'], files }
    const throttled = await sandbox().run(command, { cpus: 0.2 })
    expectExitedWithZero(throttled)
    expect(throttled.usage.throttledMs).toBeGreaterThan(0)
    expect(throttled.usage.wallTimeMs).toBeGreaterThan(throttled.usage.cpuTimeMs * 2)
  })

  test('of an earlier run is not that of a later one', async () => {
    const files = await fixtureFiles('honest', 'unreaped-cpu-time')
    await sandbox().run({ argv: ['./unreaped-cpu-time', '300'], files })
    const { usage } = await sandbox().run(['/bin/true'])
    expect(usage.cpuTimeMs).toBeLessThan(100)
  })
})

describe('memory', () => {
  test('is at least what the command touched, and not much more', async () => {
    const files = await fixtureFiles('honest', 'touch-memory')
    const result = await sandbox().run({ argv: ['./touch-memory', '32'], files })
    expectExitedWithZero(result)
    const { memoryPeakBytes, residentPeakBytes } = result.usage
    expect(memoryPeakBytes).toBeGreaterThanOrEqual(32 * MiB)
    expect(memoryPeakBytes).toBeLessThan(40 * MiB)
    // The kernel counts resident pages for each processor, and adds them up in batches (proc_pid_status(5), VmHWM).
    expect(residentPeakBytes).toBeGreaterThanOrEqual(31 * MiB)
    expect(residentPeakBytes).toBeLessThan(40 * MiB)
  })

  test('of the group is that of all processes, residentPeakBytes that of the largest', async () => {
    const files = await fixtureFiles('honest', 'touch-memory')
    const script = './touch-memory 16; ./touch-memory 24; sleep 0'
    const { usage } = await sandbox().run({ argv: sh(script), files })
    expect(usage.residentPeakBytes).toBeGreaterThanOrEqual(23 * MiB)
    expect(usage.residentPeakBytes).toBeLessThan(32 * MiB)
  })

  test('of an earlier run is not that of a later one', async () => {
    const files = await fixtureFiles('honest', 'touch-memory')
    await sandbox().run({ argv: ['./touch-memory', '64'], files })
    const { usage } = await sandbox().run(['/bin/true'])
    expect(usage.memoryPeakBytes).toBeLessThan(1 * MiB)
    expect(usage.residentPeakBytes).toBeLessThan(8 * MiB)
  })

  test('includes the private files', async () => {
    const { usage } = await sandbox().run(sh('head -c 16777216 /dev/zero > file'))
    expect(usage.memoryPeakBytes).toBeGreaterThanOrEqual(16 * MiB)
  })
})

describe('counts', () => {
  test('of processes at once are those of the peak', async () => {
    const files = await fixtureFiles('honest', 'process-count')
    const { usage } = await sandbox().run({ argv: ['./process-count', '9'], files })
    expect(usage.processPeakCount).toBe(9)
  })

  test('of bytes written are those of every process, whatever the file', async () => {
    const script =
      'head -c 3000000 /dev/zero > file; head -c 500000 /dev/zero > /dev/null; sh -c "head -c 250000 /dev/zero"'
    const { usage } = await sandbox().run(sh(script))
    expect(usage.writtenBytes).toBeGreaterThanOrEqual(3_750_000)
    expect(usage.writtenBytes).toBeLessThan(4_000_000)
  })

  test('of bytes read are those of every process', async () => {
    const { usage } = await sandbox().run({
      argv: sh('cat > file; cat file > /dev/null'),
      stdin: new Uint8Array(1_000_000),
    })
    expect(usage.readBytes).toBeGreaterThanOrEqual(2_000_000)
    expect(usage.readBytes).toBeLessThan(2_500_000)
  })

  test('of page faults grow with the pages that are touched', async () => {
    const files = await fixtureFiles('honest', 'touch-memory')
    const small = await sandbox().run({ argv: ['./touch-memory', '1'], files })
    const large = await sandbox().run({ argv: ['./touch-memory', '16'], files })
    expect(large.usage.minorFaultCount).toBeGreaterThan(small.usage.minorFaultCount)
  })

  test('of switches grow with the times that a command waits', async () => {
    const script = 'for i in 1 2 3 4 5 6 7 8 9 10; do sleep 0.001; done'
    const { usage } = await sandbox().run(sh(script))
    expect(usage.voluntarySwitchCount).toBeGreaterThanOrEqual(10)
  })

  test('are finite numbers and not negative', async () => {
    const { usage } = await sandbox().run(sh('true'))
    const wrong = Object.entries(usage).filter(([, value]) => !(Number.isFinite(value) && value >= 0))
    expect(wrong).toEqual([])
    expect(Object.keys(usage).length).toBe(14)
  })
})
