import { readdir, readFile } from 'node:fs/promises'

import { MiB } from '@mayfly/sandbox'

import { callProgram } from './call-probe.ts'
import { cannotRun, expecting } from './finding.ts'
import type { Line, Probe } from './line.ts'
import { describeEnd, each, limitedBy, notHere, prints } from './shell-probe.ts'

const busy = 'while :; do :; done'

/** A number of seconds that no other sleeper of this machine has, so that its process can be told. */
const markedSeconds = `9${process.pid}.7`

const leavesNoProcess: Probe = async ({ sandbox }) => {
  await sandbox.run(['sh', '-c', `(setsid sleep ${markedSeconds} &) ; sleep ${markedSeconds} & echo`])
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  const lines = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')))
  const left = lines.filter((line) => line.includes(markedSeconds) && line.startsWith('sleep'))
  return expecting(left.length === 0, `${left.length} of its processes were left`)
}

/** Memory that is claimed in the program file itself, so that execve is what fails. */
const tooLargeToExecute: Probe = async ({ sandbox }) => {
  const program = callProgram([], 2 ** 46)
  if (program === undefined) return cannotRun(`there is no program for ${process.arch}`)
  const result = await sandbox.run({ argv: ['./large'], files: { large: { content: program, mode: 0o755 } } })
  const isMemory = result.status === 'limited' && result.limit === 'memory'
  return expecting(isMemory || result.status === 'signaled', describeEnd(result))
}

/** Lines 30 to 42: processes, time, memory, disk and output. */
export const linesOfResources: readonly Line[] = [
  {
    number: 30,
    sentence: 'init outlives all that is done to it, and orphans are reaped',
    probe: each(
      prints('kill -9 1; kill -STOP 1; echo alive', /^alive$/m),
      prints('(sh -c "sleep 0.05 & exit" ); sleep 0.2; grep -l "^State:.Z" /proc/[0-9]*/status 2>/dev/null', /^$/),
    ),
  },
  {
    number: 31,
    sentence: 'no process outlives the run, in the background, in a session of its own or orphaned',
    probe: leavesNoProcess,
  },
  {
    number: 32,
    sentence: 'a fork bomb meets its limit, and this process still runs',
    probe: limitedBy(
      'processes',
      { processCount: 16 },
      'i=0; while [ $i -lt 32 ]; do sleep 20 & i=$((i+1)); done; wait',
    ),
    restsOn: ['cgroup', 'processes'],
  },
  {
    number: 33,
    sentence: 'processor time is that of the whole tree, of grandchildren that nobody reaped as well',
    probe: limitedBy('cpuTime', { cpuTimeMs: 300, wallTimeMs: 20_000 }, `(sh -c '${busy}' &) ; sleep 30`),
    restsOn: ['cpu'],
  },
  {
    number: 34,
    sentence: 'who sleeps, stops itself or waits for input meets the limit of time',
    probe: each(
      limitedBy('wallTime', { wallTimeMs: 300 }, 'exec sleep 60'),
      limitedBy('wallTime', { wallTimeMs: 300 }, 'kill -STOP $$'),
    ),
  },
  {
    number: 35,
    sentence: 'a run that ended just past its limit counts as past it',
    probe: notHere('it takes a moment that cannot be met on purpose'),
  },
  {
    number: 36,
    sentence: 'a program that takes more memory than it may is killed, swap or not',
    probe: limitedBy('memory', { memoryBytes: 32 * MiB }, 'exec tail /dev/zero'),
  },
  {
    number: 37,
    sentence: 'the verdict on memory rests on the kernel’s own count',
    probe: limitedBy('memory', { memoryBytes: 32 * MiB }, 'tail /dev/zero; exit 1', 'oom_kill'),
    restsOn: ['cgroup', 'memory'],
  },
  {
    number: 38,
    sentence: 'files in memory are charged to who writes them, and capped in bytes and in number',
    probe: each(
      limitedBy('disk', { diskBytes: MiB }, 'head -c 2000000 /dev/zero > big'),
      limitedBy('disk', { inodeCount: 64 }, 'i=0; while [ $i -lt 99 ]; do : > $i || exit 1; i=$((i+1)); done'),
      limitedBy('memory', { memoryBytes: 16 * MiB, diskBytes: 64 * MiB }, 'head -c 60000000 /dev/zero > /dev/shm/big'),
    ),
    restsOn: ['cgroup', 'memory'],
  },
  { number: 39, sentence: 'a program too large to be executed is told from a failed set-up', probe: tooLargeToExecute },
  {
    number: 40,
    sentence: 'nothing of the host is writable, and a single file has its limit',
    probe: each(
      prints('grep -E "^[^-]* rw" /proc/self/mountinfo | grep -vE " - (tmpfs|proc|mqueue|devpts|devtmpfs) "', /^$/),
      limitedBy('disk', { fileBytes: 65_536 }, 'exec head -c 100000 /dev/zero > big', 'SIGXFSZ'),
    ),
  },
  {
    number: 41,
    sentence: 'a flood of output ends in a verdict',
    probe: each(
      limitedBy('output', { outputBytes: 65_536 }, 'exec yes'),
      limitedBy('output', { outputBytes: 65_536 }, 'exec yes >&2'),
    ),
  },
  {
    number: 42,
    sentence: 'no core is dumped, to no file and no handler of the host',
    probe: prints('grep "^Max core file size" /proc/self/limits', /^Max core file size +1 +1 /),
  },
]
