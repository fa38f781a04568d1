import { arch, platform } from 'node:os'
import { probes, type ProbedCall } from './probed-calls.ts'

/** The most that a system call takes. */
const argumentCount = 6

/** Makes a system call with arguments that change nothing, and gives its value or -errno; `undefined` where koffi is not there to make it. */
export async function probeCall(call: ProbedCall): Promise<number | undefined> {
  const architecture = arch()
  if (platform() !== 'linux' || (architecture !== 'x64' && architecture !== 'arm64')) return undefined
  const { default: koffi } = await import('koffi').catch(() => ({ default: undefined }))
  if (koffi === undefined) return undefined
  const syscall = koffi.load(null).func('long syscall(long, long, long, long, long, long, long)') as (
    ...numbers: readonly number[]
  ) => number
  const { numbers, arguments: given } = probes[call]
  const result = syscall(numbers[architecture], ...given, ...Array<number>(argumentCount - given.length).fill(0))
  return result < 0 ? -koffi.errno() : result
}
