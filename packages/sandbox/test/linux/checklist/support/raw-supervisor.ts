import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Collector, nothingCollected, type Collected } from '../../../../src/container/collector.ts'
import { resolveCommand, type ResolvedCommand } from '../../../../src/container/command.ts'
import { encodeRequest } from '../../../../src/container/request.ts'
import { planHostRoot } from '../../../../src/image/host-root.ts'
import type { RootEntry } from '../../../../src/image/root-entry.ts'
import { resolveLimits, type Limits } from '../../../../src/limits.ts'
import { findSupervisor } from '../../../../src/supervisor/binary.ts'
import { encodeConfiguration } from '../../../../src/supervisor/configure.ts'
import type { Report } from '../../../../src/supervisor/report.ts'
import { Supervisor } from '../../../../src/supervisor/supervisor.ts'

const much = Number.MAX_SAFE_INTEGER

const limits: Limits = resolveLimits(
  {},
  { memoryBytes: much, processCount: 1024, cpuCount: 1, fileBytes: much, openFileCount: much, stackBytes: much },
)

/** One `struct sock_filter`: BPF_RET | BPF_K, SECCOMP_RET_ALLOW. What else holds a command is seen without the filter. */
const allowAll = Uint8Array.of(0x06, 0, 0, 0, 0, 0, 0xff, 0x7f)

/** A supervisor without the library's checks and policy before it, so that its own protections are what is seen. */
export interface RawSupervisor extends AsyncDisposable {
  /** Runs a command with what the library would have refused put over what it resolved. */
  run(
    argv: readonly string[],
    unchecked?: Partial<ResolvedCommand>,
    files?: readonly string[],
  ): Promise<Report & Collected>
}

/** Starts one whose root has these entries behind those of the host's image. */
export async function startRawSupervisor(entries: readonly RootEntry[]): Promise<RawSupervisor> {
  const directory = await mkdtemp(join(tmpdir(), 'raw-supervisor-'))
  try {
    const { supervisor } = await Supervisor.start(findSupervisor(), await configuration(directory, entries), () => {})
    return {
      run: async (argv, unchecked = {}, files = []) => {
        const command = { ...resolveCommand(argv), ...unchecked }
        const placed = files.map((path) => ({ path, mode: 0o644, content: Buffer.from('placed') }))
        const stdin = Buffer.alloc(0)
        const input = { files: placed, stdin, filesFollow: false, stdinFollows: false, layer: 0, freeze: false }
        const request = encodeRequest({ command, limits, resourceLimits: [], ...input })
        const { collect } = command
        if (collect === undefined) return { ...(await supervisor.run(request).report), ...nothingCollected }
        const collector = await Collector.open(collect, limits, () => {})
        const report = await supervisor.run(request, { taken: () => {}, bytes: (_, bytes) => collector.push(bytes) })
          .report
        return { ...report, ...(await collector.finish()) }
      },
      [Symbol.asyncDispose]: async () => {
        await supervisor.close()
        await rm(directory, { recursive: true, force: true })
      },
    }
  } catch (error) {
    await rm(directory, { recursive: true, force: true })
    throw error
  }
}

async function configuration(runtimeDirectory: string, entries: readonly RootEntry[]): Promise<Buffer> {
  return encodeConfiguration({
    warm: { min: 1, max: 1 },
    allowMissing: [],
    userId: 1000,
    groupId: 1000,
    runtimeDirectory,
    filter: { program: allowAll, plainProgram: new Uint8Array(), rules: [], violationMax: 0 },
    root: [...(await planHostRoot()), ...entries],
    freshBootTime: false,
    loopback: false,
    fullProc: false,
    subordinateUsers: { first: 0, count: 0 },
    subordinateGroups: { first: 0, count: 0 },
    limits,
  })
}
