import type { Limits } from '../limits.ts'
import { writeUint64 } from './integers.ts'
import { limitsLayout as at } from './protocol.ts'

/** Writes `struct limits`. */
export function writeLimits(buffer: Buffer, limits: Limits, offset: number): void {
  writeUint64(buffer, limits.wallTimeMs, offset + at.wall_time_ms)
  writeUint64(buffer, limits.cpuTimeMs, offset + at.cpu_time_ms)
  writeUint64(buffer, limits.idleTimeMs, offset + at.idle_time_ms)
  writeUint64(buffer, limits.memoryBytes, offset + at.memory_bytes)
  writeUint64(buffer, limits.processCount, offset + at.process_count)
  buffer.writeDoubleLE(limits.cpus, offset + at.cpus)
  writeUint64(buffer, limits.cpuWeight, offset + at.cpu_weight)
  writeUint64(buffer, limits.ioWeight, offset + at.io_weight)
  writeUint64(buffer, limits.outputBytes, offset + at.output_bytes)
  writeUint64(buffer, limits.diskBytes, offset + at.disk_bytes)
  writeUint64(buffer, limits.inodeCount, offset + at.inode_count)
  writeUint64(buffer, limits.fileBytes, offset + at.file_bytes)
  writeUint64(buffer, limits.openFileCount, offset + at.open_file_count)
  writeUint64(buffer, limits.stackBytes, offset + at.stack_bytes)
}
