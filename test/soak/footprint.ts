import { readdirSync, readFileSync } from 'node:fs'
import { descendsFrom, readProcesses } from '../../fixtures/host-processes.ts'
import { readHostState } from '../../fixtures/host-state.ts'
import { memoryCgroupCount, slabCounts } from './slab.ts'

/** One number that must not grow with the runs. */
export interface Quantity {
  readonly name: string
  readonly value: number
  /** By how much it may differ after so many runs. */
  readonly allowed: (runs: number) => number
}

const KiB = 1024

const exactly = (): number => 0

/** The kernel frees late and caches at will, but what leaked would be there once for every run. */
const aTenth = (runs: number): number => runs / 10 + 200

/** Every living cgroup has some twenty of them in each hierarchy, so another sandbox of the machine shows. */
const aTenthAndAnother = (runs: number): number => runs / 10 + 2000

function lineCount(path: string): number {
  return readFileSync(path, 'utf8').split('\n').length
}

/** proc_pid_status(5): anonymous memory, what a leak would grow. */
function anonymousBytes(pid: number): number {
  const match = /^RssAnon:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))
  return Number(match?.[1]) * KiB
}

function ourProcessCount(): number {
  const all = readProcesses()
  return [...all.keys()].filter((pid) => descendsFrom(all, pid, process.pid)).length
}

/** What the sandbox of this supervisor costs the host now. */
export function footprint(supervisor: number): readonly Quantity[] {
  const cgroups = memoryCgroupCount()
  return [
    { name: 'descriptors of Node', value: readdirSync('/proc/self/fd').length, allowed: exactly },
    { name: 'descriptors of the supervisor', value: readdirSync(`/proc/${supervisor}/fd`).length, allowed: exactly },
    { name: 'processes', value: ourProcessCount(), allowed: exactly },
    { name: 'cgroups', value: readHostState().cgroups.length, allowed: exactly },
    { name: 'mounts of the host', value: lineCount('/proc/self/mountinfo'), allowed: exactly },
    { name: 'mounts of the supervisor', value: lineCount(`/proc/${supervisor}/mountinfo`), allowed: exactly },
    { name: 'bytes of the supervisor', value: anonymousBytes(supervisor), allowed: () => 256 * KiB },
    ...(cgroups === undefined ? [] : [{ name: 'memory cgroups in the kernel', value: cgroups, allowed: aTenth }]),
    ...[...slabCounts()].map(([name, value]) => {
      return { name: `slab ${name}`, value, allowed: name === 'kernfs_node_cache' ? aTenthAndAnother : aTenth }
    }),
  ]
}

/** The names of what grew by more than it may. */
export function grown(before: readonly Quantity[], after: readonly Quantity[], runs: number): readonly string[] {
  const start = new Map(before.map(({ name, value }) => [name, value]))
  return after
    .filter(({ name, value, allowed }) => value - (start.get(name) ?? 0) > allowed(runs))
    .map(({ name, value }) => `${name}: ${start.get(name) ?? 0} → ${value}`)
}
