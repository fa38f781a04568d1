/*
 * Prints a record of this host, for fixtures/hosts/: what it answers to all that inspectHost asks.
 *
 *   node --conditions=mayfly-source packages/sandbox/test/unit/programs/record-host.ts 'WHERE IT COMES FROM'
 */
import { thisHost, type Host } from '../../../src/host/host.ts'
import { inspect } from '../../../src/host/inspect.ts'
import type { ProbedCall } from '../../../src/host/probed-calls.ts'

const host = thisHost()
const { platform, architecture, kernelRelease, cpuCount, userId, userName } = host
const environment: Record<string, string> = {}
const calls: Partial<Record<ProbedCall, number>> = {}
const files: Record<string, string> = {}
const existing = new Set<string>()
const writable = new Set<string>()

/** A record needs no more of a process. */
function aboutRights(status: string): string {
  return status.replaceAll(/^(?!CapEff|NoNewPrivs|Seccomp:).*\n/gm, '')
}

const recorder: Host = {
  ...{ platform, architecture, kernelRelease, cpuCount, userId, userName },
  environment: (name) => {
    const value = host.environment(name)
    if (value !== undefined) environment[name] = value
    return value
  },
  readText: async (path) => {
    const text = await host.readText(path)
    if (text !== undefined) files[path] = path === '/proc/self/status' ? aboutRights(text) : text
    return text
  },
  names: async (path) => {
    const names = await host.names(path)
    for (const name of names) existing.add(`${path}/${name}`)
    return names
  },
  exists: async (path) => {
    const isThere = await host.exists(path)
    if (isThere) existing.add(path)
    return isThere
  },
  isWritable: async (path) => {
    const may = await host.isWritable(path)
    if (may) writable.add(path)
    return may
  },
  probe: async (call) => {
    const answer = await host.probe(call)
    if (answer !== undefined) calls[call] = answer
    return answer
  },
}

await inspect(recorder, { supervisor: '/usr/bin/mayfly-supervisor', parts: [] })
const known = (path: string): boolean => path in files || writable.has(path)
const record = {
  origin: process.argv[2] ?? 'a machine',
  ...{ platform, architecture, kernelRelease, cpuCount, userId, userName, environment, calls },
  files: Object.fromEntries(Object.entries(files).sort(([one], [other]) => (one < other ? -1 : 1))),
  existing: [...existing].filter((path) => !known(path)).sort(),
  writable: [...writable].sort(),
}
process.stdout.write(`${JSON.stringify(record, null, 2)}\n`)
