import type { RunResult, Sandbox } from '@mayfly/sandbox'
import { buildFixture } from '../../fixtures/build.ts'
import { type Summary, summarize } from '../statistics.ts'

/** How long the same work takes, in ms of wall time, beside others in a container of their own. */
export interface Neighbour {
  readonly aloneMs: Summary
  /** A loop that only computes: what sharing the processors costs. */
  readonly besideLoopMs: Summary
  /** A program that makes a refused call after the other, each of which is noted. */
  readonly besideRefusalsMs: Summary
  /** Of a program that tries a million: as many as were noted. */
  readonly refusalCount: number
}

type Beside = 'nobody' | 'loop' | 'refusals'

/** Computing, calls and new processes, as an ordinary program has them. */
const work = 'i=0; while [ $i -lt 60 ]; do /bin/true; j=0; while [ $j -lt 2000 ]; do j=$((j+1)); done; i=$((i+1)); done'

const endless = { wallTimeMs: 600_000, cpuTimeMs: 600_000, idleTimeMs: 600_000, cpus: 1 }

const programs = { loop: 'busy-loop', refusals: 'refused-calls' } as const

async function startBeside(sandbox: Sandbox, beside: Exclude<Beside, 'nobody'>, signal: AbortSignal): Promise<unknown> {
  const name = programs[beside]
  const files = { [name]: { hostPath: await buildFixture('hostile', name), mode: 0o755 } }
  return sandbox.run({ argv: [`./${name}`], files }, endless, { signal }).catch(() => undefined)
}

async function workOnce(sandbox: Sandbox): Promise<RunResult> {
  const result = await sandbox.run(['/bin/sh', '-c', work], endless)
  if (result.status !== 'exited' || result.exitCode !== 0) throw new Error(`the work ${result.status}`)
  return result
}

/** One measurement, after one that only lets the other one begin. */
async function workBeside(sandbox: Sandbox, beside: Beside): Promise<number> {
  const controller = new AbortController()
  const other = beside === 'nobody' ? undefined : startBeside(sandbox, beside, controller.signal)
  await workOnce(sandbox)
  const { usage } = await workOnce(sandbox)
  controller.abort()
  await other
  return usage.wallTimeMs
}

/** That every one of them is noted is a part of what is measured. */
async function refusalsOfOneRun(sandbox: Sandbox): Promise<number> {
  const name = programs.refusals
  const files = { [name]: { hostPath: await buildFixture('hostile', name), mode: 0o755 } }
  const result = await sandbox.run({ argv: [`./${name}`, '1000000'], files }, { ...endless, cpuTimeMs: 60_000 })
  return result.violations.reduce((sum, { count }) => sum + count, 0)
}

/** The three in turn, round after round, so that whatever else the machine does falls on all of them. */
export async function measureNeighbour(sandbox: Sandbox, rounds: number): Promise<Neighbour> {
  const times: Record<Beside, number[]> = { nobody: [], loop: [], refusals: [] }
  for (let round = 0; round < rounds; round++) {
    for (const beside of ['nobody', 'loop', 'refusals'] as const) times[beside].push(await workBeside(sandbox, beside))
  }
  return {
    aloneMs: summarize(times.nobody),
    besideLoopMs: summarize(times.loop),
    besideRefusalsMs: summarize(times.refusals),
    refusalCount: await refusalsOfOneRun(sandbox),
  }
}
