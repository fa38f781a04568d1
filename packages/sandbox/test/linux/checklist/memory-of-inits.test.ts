import { closeSync, openSync, readFileSync, readSync } from 'node:fs'
import { createSandbox } from '@mayfly/sandbox'
import { expect, test } from 'vitest'
import { makerOf, readProcesses, supervisorsOf } from '../../../../../fixtures/host-processes.ts'
import { until } from '../support/until.ts'
import { needsSandboxes } from '../support/use-sandbox.ts'
import { needsRoot } from './support/circumstances.ts'

needsSandboxes()

function childrenOf(parents: readonly number[]): readonly number[] {
  return [...readProcesses().values()].flatMap(({ pid, parentPid }) => (parents.includes(parentPid) ? [pid] : []))
}

/** Every byte that a process may write, from the host. */
function memoryOf(pid: number): Buffer {
  const file = openSync(`/proc/${pid}/mem`, 'r')
  try {
    const ranges = [...readFileSync(`/proc/${pid}/maps`, 'latin1').matchAll(/^([0-9a-f]+)-([0-9a-f]+) rw/gm)]
    return Buffer.concat(
      ranges.map(([, from = '', to = '']) => {
        const [start, end] = [BigInt(`0x${from}`), BigInt(`0x${to}`)]
        const part = Buffer.alloc(Number(end - start))
        readSync(file, part, 0, part.length, start)
        return part
      }),
    )
  } finally {
    closeSync(file)
  }
}

/** Each word reaches the supervisor in another way; in the script they stand in two parts. */
const script = [
  'import ctypes, sys',
  'libc = ctypes.CDLL(None)',
  'libc.chroot(b"/violation" + b"-marker")',
  'sys.stdout.write("output" + "-marker")',
  'sys.stderr.write("errors" + "-marker")',
  'open("collected", "w").write("collected" + "-marker")',
].join('\n')

const markers = ['violation', 'output', 'errors', 'collected', 'argument', 'input', 'placed']

test('50: nothing of a run is in the memory of the inits that were made since', async (context) => {
  needsRoot(context)
  const earlier = supervisorsOf(process.pid)
  const sandbox = await createSandbox({ concurrency: 1, warm: { min: 1, max: 1 } })
  try {
    const supervisors = supervisorsOf(process.pid).filter((pid) => !earlier.includes(pid))
    const result = await sandbox.run({
      argv: ['/usr/bin/python3', '-c', script, 'argument-marker'],
      stdin: 'input-marker',
      files: { given: 'placed-marker' },
      collect: ['collected'],
    })
    expect(result.violations).toMatchObject([{ call: 'chroot', detail: '/violation-marker' }])
    expect([result.stdout, result.stderr, result.files.get('collected')].map(String)).toEqual([
      'output-marker',
      'errors-marker',
      'collected-marker',
    ])
    const before = childrenOf(supervisors)
    await sandbox.run(['/bin/true']) // in a container that was made beside the first; the next one is made now
    const inits = (): readonly number[] => childrenOf(supervisors).filter((pid) => !before.includes(pid))
    await until(context.signal, () => childrenOf(inits()).length > 0)
    const memory = [...inits(), ...supervisors.map(makerOf)].map((pid) => memoryOf(pid))
    expect(memory.map((bytes) => bytes.includes('mayfly'))).toContain(true)
    expect(markers.filter((word) => memory.some((bytes) => bytes.includes(`${word}-marker`)))).toEqual([])
  } finally {
    await sandbox.close()
  }
})
