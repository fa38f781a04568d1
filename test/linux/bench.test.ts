import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { needs } from '@mayfly/test-support'
import { expect, test } from 'vitest'
import type { Goal } from '../../bench/goals.ts'
import type { BenchReport } from '../../bench/report.ts'

const program = fileURLToPath(new URL('../../bench/main.ts', import.meta.url))
const slowestHostMs = 300_000

async function bench(args: readonly string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [...process.execArgv, program, ...args])
  return stdout
}

/** Says nothing of the times: they are the bench's to print, and nobody's to fail by. */
test(
  'the bench measures two subjects in turn, and writes what it measured',
  async (context) => {
    const folder = await mkdtemp(join(tmpdir(), 'mayfly-bench-test-'))
    try {
      const [json, page] = [join(folder, 'bench.json'), join(folder, 'bench.html')]
      const only = 'child-process,mayfly,subjects,throughput,cpu-time,trace'
      const printed = await bench(['--quick', '--rounds', '10', '--only', only, '--json', json, '--report', page])
      const report = JSON.parse(await readFile(json, 'utf8')) as BenchReport & { readonly goals: readonly Goal[] }
      needs(context, report.missing['mayfly'] === undefined, 'the host lacks something that a sandbox requires')
      const both = ['mayfly', 'child-process']
      expect(Object.keys(report.subjects?.latencies ?? {})).toEqual(both)
      for (const name of both) expect(report.subjects?.latencies[name]?.totalMs.samples).toHaveLength(10)
      expect(report.throughput?.map(({ concurrency }) => concurrency)).toEqual([1, 2, 4, 8])
      for (const { perSecond } of report.throughput ?? []) expect(Object.keys(perSecond)).toEqual(both)
      expect(report.cpuTime?.insideMs.count).toBe(10)
      expect(report.trace).toMatchObject({ runCount: 10, steps: { length: 11 } })
      expect(report).not.toHaveProperty('memory')
      expect(report.goals.length).toBeGreaterThan(10)
      expect(printed).toContain('The goals')
      expect((await readFile(page, 'utf8')).match(/<svg/g)).toHaveLength(4)
    } finally {
      await rm(folder, { recursive: true })
    }
  },
  slowestHostMs,
)

test('the bench tells what it does not understand', async () => {
  await expect(bench(['--rounds', 'many'])).rejects.toMatchObject({
    code: 2,
    stderr: expect.stringContaining('--rounds must be a whole number of at least 10, got many'),
  })
})
