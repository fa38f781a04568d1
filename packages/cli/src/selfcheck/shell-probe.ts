import {
  SandboxError,
  type HostFeature,
  type LimitName,
  type Limits,
  type RunOptions,
  type RunResult,
  type SandboxErrorCode,
} from '@mayfly/sandbox'

import { cannotRun, expecting, fail, pass } from './finding.ts'
import type { Bench, Probe } from './line.ts'

/** Runs a script of sh: what it prints, on either stream, must match. */
export function prints(script: string, pattern: RegExp): Probe {
  return async ({ sandbox }) => {
    const seen = printed(await sandbox.run(['sh', '-c', script]))
    return expecting(pattern.test(seen), `saw ${shorten(seen)}`)
  }
}

/** All that a run printed. */
export function printed({ stdout, stderr }: RunResult): string {
  return `${stdout.toString()}${stderr.toString()}`
}

/** Runs a script of sh under limits: it must be ended by this one. */
export function limitedBy(limit: LimitName, limits: Partial<Limits>, script: string, source?: string): Probe {
  return async ({ sandbox }) => {
    const result = await sandbox.run(['sh', '-c', script], limits)
    if (result.status !== 'limited') return fail(`it was not limited: ${describeEnd(result)}`)
    const { evidence } = result
    if (source !== undefined && evidence.source !== source) return fail(`the evidence was ${evidence.source}`)
    return expecting(result.limit === limit, `it was limited by ${result.limit}, not ${limit}`)
  }
}

/** How a run ended, in words. */
export function describeEnd(result: RunResult): string {
  switch (result.status) {
    case 'exited':
      return `it exited with ${result.exitCode}, saying ${shorten(printed(result))}`
    case 'signaled':
      return `${result.signal} ended it`
    case 'limited':
      return `it was limited by ${result.limit}`
  }
}

/** What must not be done at all: the library has to throw this. */
export function throws(code: SandboxErrorCode, attempt: (bench: Bench) => Promise<unknown>): Probe {
  return async (bench) => {
    try {
      await attempt(bench)
    } catch (error) {
      if (error instanceof SandboxError && error.code === code) return pass
      return fail(String(error))
    }
    return fail(`nothing was thrown, where ${code} had to be`)
  }
}

/** One after another: the first that does not pass is the finding. */
export function each(...probes: readonly Probe[]): Probe {
  return async (bench) => {
    for (const probe of probes) {
      const finding = await probe(bench)
      if (finding.result !== 'pass') return finding
    }
    return pass
  }
}

/** A part of a line that rests on a protection: where that is missing, the rest of the line has to do. */
export function where(feature: HostFeature, probe: Probe): Probe {
  return async (bench) => (bench.missing.includes(feature) ? pass : probe(bench))
}

/** Probes containers of another make than the bench's. */
export function under(options: RunOptions, probe: Probe): Probe {
  return async (bench) => {
    const { sandbox } = bench
    const { freeze: _, ...withoutFreeze } = options
    return probe({
      ...bench,
      sandbox: {
        run: async (command, limits, others) => sandbox.run(command, limits, { ...others, ...options }),
        spawn: async (command, limits, others) => sandbox.spawn(command, limits, { ...others, ...options }),
        connect: async (left, right, others) => sandbox.connect(left, right, { ...others, ...options }),
        store: async (content, others) => sandbox.store(content, others),
        loadLayer: async (source, limits, others) => sandbox.loadLayer(source, limits, others),
        open: async (others) => sandbox.open({ ...others, ...withoutFreeze }),
        stats: () => sandbox.stats(),
        close: async () => sandbox.close(),
        [Symbol.asyncDispose]: async () => sandbox.close(),
      },
    })
  }
}

/** A line that nothing like this can look at. */
export function notHere(reason: string): Probe {
  return async () => cannotRun(reason)
}

const shownLength = 120

/** Text in quotes, its middle lines cut away. */
function shorten(text: string): string {
  const line = JSON.stringify(text.trimEnd())
  return line.length > shownLength ? `${line.slice(0, shownLength)}…` : line
}
