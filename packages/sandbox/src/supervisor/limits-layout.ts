import type { Limits } from '../limits.ts'
import { remembered, viewOf, writeUint64 } from './integers.ts'
import { limitsLayout as at } from './protocol.ts'

/** Writes `struct limits`. */
export function writeLimits(view: DataView, limits: Limits, offset: number): void {
  writeUint64(view, limits.wallTimeMs, offset + at.wall_time_ms)
  writeUint64(view, limits.cpuTimeMs, offset + at.cpu_time_ms)
  writeUint64(view, limits.idleTimeMs, offset + at.idle_time_ms)
  writeUint64(view, limits.memoryBytes, offset + at.memory_bytes)
  writeUint64(view, limits.processCount, offset + at.process_count)
  view.setFloat64(offset + at.cpus, limits.cpus, true)
  writeUint64(view, limits.cpuWeight, offset + at.cpu_weight)
  writeUint64(view, limits.ioWeight, offset + at.io_weight)
  writeUint64(view, limits.outputBytes, offset + at.output_bytes)
  writeUint64(view, limits.diskBytes, offset + at.disk_bytes)
  writeUint64(view, limits.inodeCount, offset + at.inode_count)
  writeUint64(view, limits.fileBytes, offset + at.file_bytes)
  writeUint64(view, limits.openFileCount, offset + at.open_file_count)
  writeUint64(view, limits.stackBytes, offset + at.stack_bytes)
}

/** `struct limits`, not to be written to. */
export const encodedLimits = remembered((limits: Limits): Buffer => {
  const bytes = Buffer.alloc(at.size)
  writeLimits(viewOf(bytes), limits, 0)
  return bytes
})
