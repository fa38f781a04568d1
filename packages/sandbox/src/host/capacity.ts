import type { HostCapacity } from '../limits.ts'
import { KiB } from '../units.ts'
import { hardLimit, resource, type HardLimits } from './hard-limits.ts'
import type { Host } from './host.ts'

/** pid_max(5) of a kernel that does not tell. */
const pidMaxFallback = 32_768

/** What this host can give at most. */
export async function readCapacity(host: Host, limits: HardLimits): Promise<HostCapacity> {
  const [memory, pidMax] = await Promise.all([
    host.readText('/proc/meminfo'),
    host.readText('/proc/sys/kernel/pid_max'),
  ])
  return {
    memoryBytes: memoryBytes(memory ?? ''),
    processCount: Number(pidMax ?? pidMaxFallback),
    cpuCount: host.cpuCount,
    fileBytes: hardLimit(limits, resource.fileBytes),
    openFileCount: hardLimit(limits, resource.openFileCount),
    stackBytes: hardLimit(limits, resource.stackBytes),
  }
}

function memoryBytes(meminfo: string): number {
  const field = (name: string): number => Number(new RegExp(`^${name}: +(\\d+) kB$`, 'm').exec(meminfo)?.[1] ?? 0)
  const bytes = (field('MemTotal') + field('SwapTotal')) * KiB
  return bytes === 0 ? Number.MAX_SAFE_INTEGER : bytes
}
