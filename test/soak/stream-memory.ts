import { readFileSync } from 'node:fs'
import { KiB, MiB, type Sandbox } from '@mayfly/sandbox'

/** The most memory that was seen while bytes went through a container, above what was there when they began. */
export interface StreamMemory {
  readonly bytes: number
  /** Resident, of the supervisor. */
  readonly supervisorGrowthBytes: number
  /** Heap and external memory, array buffers included, of Node. */
  readonly nodeGrowthBytes: number
}

/** What may be under way: a window of each stream on either side, and buffers that wait for their collection. */
export const allowedGrowthBytes = { supervisor: 8 * MiB, node: 96 * MiB }

function residentBytes(pid: number): number {
  return Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) * KiB
}

function nodeBytes(): number {
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

/** Sends so many bytes through `cat` and takes them back, each as fast as the other lets it. Throws where they differ. */
export async function streamThrough(sandbox: Sandbox, supervisor: number, bytes: number): Promise<StreamMemory> {
  const hour = 3_600_000
  const limits = { outputBytes: bytes, wallTimeMs: hour, cpuTimeMs: hour, idleTimeMs: hour, cpus: 1 }
  await using running = await sandbox.spawn(['cat'], limits)
  const part = Buffer.from(Array.from({ length: MiB }, (_, index) => (index * 31 + (index >> 8)) & 0xff))
  const before = { supervisor: residentBytes(supervisor), node: nodeBytes() }
  let supervisorGrowthBytes = 0
  let nodeGrowthBytes = 0
  const writing = (async () => {
    for (let sent = 0; sent < bytes; sent += part.length) {
      await new Promise<void>((resolve, reject) => {
        running.stdin.write(part.subarray(0, bytes - sent), (error) => (error ? reject(error) : resolve()))
      })
      supervisorGrowthBytes = Math.max(supervisorGrowthBytes, residentBytes(supervisor) - before.supervisor)
      nodeGrowthBytes = Math.max(nodeGrowthBytes, nodeBytes() - before.node)
    }
    running.stdin.end()
  })()
  let taken = 0
  for await (const chunk of running.stdout) {
    requireSame(part, chunk, taken)
    taken += chunk.length
  }
  await writing
  if (taken !== bytes) throw new Error(`${taken} of ${bytes} bytes came back`)
  return { bytes, supervisorGrowthBytes, nodeGrowthBytes }
}

function requireSame(part: Buffer, chunk: Uint8Array, at: number): void {
  for (let done = 0; done < chunk.length;) {
    const from = (at + done) % part.length
    const count = Math.min(part.length - from, chunk.length - done)
    if (part.compare(chunk, done, done + count, from, from + count) !== 0)
      throw new Error(`other bytes at ${at + done}`)
    done += count
  }
}

/** What grew beyond what may be under way. */
export function streamProblems({ supervisorGrowthBytes, nodeGrowthBytes }: StreamMemory): readonly string[] {
  return [
    ...(supervisorGrowthBytes > allowedGrowthBytes.supervisor
      ? [`the supervisor by ${supervisorGrowthBytes} bytes`]
      : []),
    ...(nodeGrowthBytes > allowedGrowthBytes.node ? [`Node by ${nodeGrowthBytes} bytes`] : []),
  ]
}
