import { describe, expect, test } from 'vitest'
import { judge, judgeWhole } from '../../../src/container/outcome.ts'
import { endedBy, reportFlag } from '../../../src/supervisor/protocol-report.ts'
import type { Report, ReportedUsage } from '../../../src/supervisor/report.ts'
import { MiB } from '../../../src/units.ts'
import { testLimits } from './limits.ts'
import { plainReport } from './report.ts'

type Change = Partial<Omit<Report, 'usage'>> & { readonly usage?: Partial<ReportedUsage> }

function outcome(change: Change): ReturnType<typeof judge> {
  return judge({ ...plainReport, ...change, usage: { ...plainReport.usage, ...change.usage } }, testLimits)
}

const exit = (code: number): number => code << 8
const exited = (exitCode: number): object => ({ status: 'exited', exitCode })
const signaled = (signal: string): object => ({ status: 'signaled', signal })
const killed = { waitStatus: 9 }

describe('a command that kept its limits', () => {
  test.each([0, 1, 7, 127, 255])('ends as it exited, with %i', (code) => {
    expect(outcome({ waitStatus: exit(code) })).toEqual(exited(code))
  })

  test.each([
    [1, 'SIGHUP'],
    [6, 'SIGABRT'],
    [9, 'SIGKILL'],
    [11, 'SIGSEGV'],
    [15, 'SIGTERM'],
    [31, 'SIGSYS'],
    [34, 'SIGRT34'],
    [64, 'SIGRT64'],
  ])('ends signaled by signal %i, named %s', (number, signal) => {
    expect(outcome({ waitStatus: number })).toEqual(signaled(signal))
  })

  test('is signaled by the same signal if it would have left a core', () => {
    expect(outcome({ waitStatus: 0x80 | 11 })).toEqual(signaled('SIGSEGV'))
  })

  test('is not limited by a limit it reached but did not pass', () => {
    expect(outcome({ stdoutTotalBytes: 4096, stderrTotalBytes: 4096 })).toEqual(exited(0))
    expect(outcome({ usage: { memoryPeakBytes: 64 * MiB, processPeakCount: 20 } })).toEqual(exited(0))
  })
})

describe('output', () => {
  const expected = (measured: number): object => ({
    limit: 'output',
    evidence: { source: 'bytes', limit: 4096, measured },
  })

  test('limits when the supervisor killed the run for it', () => {
    expect(outcome({ endedBy: endedBy.OUTPUT, ...killed, stdoutTotalBytes: 9000 })).toMatchObject(expected(9000))
  })

  test.each(['stdoutTotalBytes', 'stderrTotalBytes'])(
    'limits when %s passed it, however the command ended',
    (stream) => {
      expect(outcome({ [stream]: 4097 })).toMatchObject(expected(4097))
    },
  )
})

describe('memory', () => {
  const evidence = { source: 'oom_kill', limit: 64 * MiB, measured: 60 * MiB }
  const usage = { memoryPeakBytes: 60 * MiB }

  test('limits when the kernel killed a process for it, even if the command went on to succeed', () => {
    const ending = exited(0)
    expect(outcome({ oomKillCount: 1, usage })).toEqual({
      status: 'limited',
      limit: 'memory',
      evidence: { ...evidence, ending },
    })
  })

  test('limits when the supervisor killed the run for it, with no word of how the command would have ended', () => {
    expect(outcome({ endedBy: endedBy.MEMORY, ...killed, usage })).toEqual({
      status: 'limited',
      limit: 'memory',
      evidence,
    })
  })

  test('limits when it took init with it', () => {
    expect(outcome({ endedBy: endedBy.LOST, oomKillCount: 2, usage })).toMatchObject({ limit: 'memory', evidence })
  })
})

describe('processes', () => {
  const limited = { limit: 'processes', evidence: { source: 'pids.events', limit: 20, measured: 20 } }
  const change = { processMaxCount: 5, usage: { processPeakCount: 20 } }

  test('limit when forks were refused and the command failed', () => {
    expect(outcome({ ...change, waitStatus: exit(2) })).toMatchObject(limited)
    expect(outcome({ ...change, waitStatus: 6 })).toMatchObject(limited)
  })

  test('limit when forks were refused and time ran out', () => {
    expect(outcome({ ...change, endedBy: endedBy.WALL_TIME, ...killed })).toMatchObject(limited)
  })

  test('do not limit a command that met the refusal and succeeded', () => {
    expect(outcome(change)).toEqual(exited(0))
  })
})

describe('disk', () => {
  test('limits when the file system is full and the command failed', () => {
    const ending = exited(1)
    expect(outcome({ diskFreeBytes: 0, waitStatus: exit(1) })).toEqual({
      status: 'limited',
      limit: 'disk',
      evidence: { source: 'full', limit: 8 * MiB, measured: 8 * MiB, ending },
    })
  })

  test('limits when there is no room for another file and the command failed', () => {
    const evidence = { source: 'full', limit: 100, measured: 100 }
    expect(outcome({ diskFreeInodes: 0, waitStatus: exit(1) })).toMatchObject({ limit: 'disk', evidence })
  })

  test('does not limit a command that filled it and succeeded', () => {
    expect(outcome({ diskFreeBytes: 0, diskFreeInodes: 0 })).toEqual(exited(0))
  })

  test('limits by SIGXFSZ, with room left', () => {
    const evidence = { source: 'SIGXFSZ', limit: 5 * MiB, measured: 5 * MiB, ending: signaled('SIGXFSZ') }
    expect(outcome({ waitStatus: 25 })).toEqual({ status: 'limited', limit: 'disk', evidence })
  })

  test('is not concluded from the zeros of a lost run', () => {
    expect(outcome({ endedBy: endedBy.LOST, diskFreeBytes: 0, diskFreeInodes: 0 })).toBeUndefined()
  })
})

describe('CPU time', () => {
  test('limits when the supervisor killed the run for it', () => {
    const evidence = { source: 'cpu', limit: 500, measured: 507 }
    const change = { endedBy: endedBy.CPU_TIME, ...killed, usage: { cpuTimeMs: 507 } }
    expect(outcome(change)).toEqual({ status: 'limited', limit: 'cpuTime', evidence })
  })

  test.each([500, 500.1, 900])('limits a command that succeeded with %d ms of it', (cpuTimeMs) => {
    const evidence = { source: 'cpu', limit: 500, measured: cpuTimeMs, ending: exited(0) }
    expect(outcome({ usage: { cpuTimeMs } })).toEqual({ status: 'limited', limit: 'cpuTime', evidence })
  })

  test('does not limit a command that ended just below it', () => {
    expect(outcome({ usage: { cpuTimeMs: 499.999 } })).toEqual(exited(0))
  })
})

describe('idle time', () => {
  test('limits when the supervisor killed the run for it', () => {
    const evidence = { source: 'timer', limit: 300, measured: 301 }
    expect(outcome({ endedBy: endedBy.IDLE_TIME, ...killed, idleTimeMs: 301 })).toEqual({
      status: 'limited',
      limit: 'idleTime',
      evidence,
    })
  })

  test('is wall time where its limit is not below the wall’s', () => {
    const report = { ...plainReport, endedBy: endedBy.IDLE_TIME, ...killed }
    const limits = { ...testLimits, idleTimeMs: 1000 }
    expect(judge(report, limits)).toMatchObject({ limit: 'wallTime', evidence: { source: 'timer', limit: 1000 } })
  })
})

describe('wall time', () => {
  test('limits when the supervisor killed the run for it', () => {
    const evidence = { source: 'timer', limit: 1000, measured: 1000.2 }
    const change = { endedBy: endedBy.WALL_TIME, ...killed, usage: { wallTimeMs: 1000.2 } }
    expect(outcome(change)).toEqual({ status: 'limited', limit: 'wallTime', evidence })
  })

  test('limits a command that ended just past it', () => {
    const evidence = { source: 'timer', limit: 1000, measured: 1000, ending: exited(3) }
    const change = { waitStatus: exit(3), usage: { wallTimeMs: 1000 } }
    expect(outcome(change)).toEqual({ status: 'limited', limit: 'wallTime', evidence })
  })
})

describe('of several limits', () => {
  const everything: Change = {
    endedBy: endedBy.WALL_TIME,
    ...killed,
    stdoutTotalBytes: 5000,
    oomKillCount: 1,
    processMaxCount: 1,
    diskFreeBytes: 0,
    usage: { cpuTimeMs: 600, wallTimeMs: 1200 },
  }

  test.each([
    ['output', {}],
    ['memory', { stdoutTotalBytes: 0 }],
    ['processes', { stdoutTotalBytes: 0, oomKillCount: 0 }],
    ['disk', { stdoutTotalBytes: 0, oomKillCount: 0, processMaxCount: 0 }],
    ['cpuTime', { stdoutTotalBytes: 0, oomKillCount: 0, processMaxCount: 0, diskFreeBytes: 1 }],
    [
      'wallTime',
      { stdoutTotalBytes: 0, oomKillCount: 0, processMaxCount: 0, diskFreeBytes: 1, usage: { wallTimeMs: 1200 } },
    ],
  ])('%s is reported before those that follow it', (limit, change) => {
    expect(outcome({ ...everything, ...change })).toMatchObject({ status: 'limited', limit })
  })
})

describe('the ending', () => {
  test('is told of a command that had ended before what it left behind was killed', () => {
    const change = { endedBy: endedBy.WALL_TIME, flags: reportFlag.ENDED_FIRST, waitStatus: exit(4) }
    expect(outcome(change)).toMatchObject({ limit: 'wallTime', evidence: { ending: exited(4) } })
  })

  test('is not told of a command that was killed', () => {
    const found = outcome({ endedBy: endedBy.WALL_TIME, ...killed })
    expect(found).not.toHaveProperty('evidence.ending')
  })

  test('of a run that was killed from outside is by SIGKILL, unless it had ended before', () => {
    expect(outcome({ endedBy: endedBy.KILLED, ...killed })).toEqual({ status: 'signaled', signal: 'SIGKILL' })
    const change = { endedBy: endedBy.KILLED, flags: reportFlag.ENDED_FIRST, waitStatus: exit(4) }
    expect(outcome(change)).toEqual(exited(4))
  })

  test('is unknown of a run that was lost', () => {
    expect(outcome({ endedBy: endedBy.LOST })).toBeUndefined()
    expect(outcome({ endedBy: endedBy.LOST, flags: reportFlag.ENDED_FIRST })).toBeUndefined()
  })
})

describe('a limit of the container that is what ended a command', () => {
  const whole = { ...testLimits, memoryBytes: 64 * MiB, cpuTimeMs: 100, wallTimeMs: 200, idleTimeMs: 50 }
  const ended = (cause: number, change: Change = {}): ReturnType<typeof judgeWhole> =>
    judgeWhole({ ...plainReport, ...change, endedBy: cause, usage: plainReport.usage }, whole, 123)

  test.each([
    [endedBy.MEMORY, 'memory', 'oom_kill', 64 * MiB],
    [endedBy.CPU_TIME, 'cpuTime', 'cpu', 100],
    [endedBy.IDLE_TIME, 'idleTime', 'timer', 50],
    [endedBy.WALL_TIME, 'wallTime', 'timer', 200],
  ])('is told with what all in there had used: %i is %s', (cause, limit, source, most) => {
    expect(ended(cause)).toEqual({ status: 'limited', limit, evidence: { source, limit: most, measured: 123 } })
  })

  test('says how the command ended itself, if it did', () => {
    const change = { flags: reportFlag.ENDED_FIRST, waitStatus: exit(3) }
    expect(ended(endedBy.CPU_TIME, change).evidence.ending).toEqual(exited(3))
  })
})
