import { constants } from 'node:os'
import { KiB, MiB } from '@mayfly/sandbox'
import { expect, test } from 'vitest'
import { resolveCommand } from '../../../src/container/command.ts'
import { judgeStart } from '../../../src/container/start-failure.ts'
import { step } from '../../../src/supervisor/steps.ts'
import { testLimits } from '../../unit/container/limits.ts'
import { plainReport } from '../../unit/container/report.ts'
import { fixtureFiles, sh } from '../support/commands.ts'
import { useSandbox } from '../support/use-sandbox.ts'
import { startSleeper } from './support/beside.ts'
import { cgroupFile, cgroupFiles } from './support/host-view.ts'
import { problemsWith } from './support/hostile.ts'

const sandbox = useSandbox()

const limits = { memoryBytes: 32 * MiB }

test('36: memory and swap have their limit in the kernel', async ({ signal }) => {
  const waiting = await startSleeper(sandbox(), signal, limits)
  const memory = cgroupFile(waiting.pid, 'memory', ['memory.max', 'memory.limit_in_bytes'])
  const swap = cgroupFiles(waiting.pid, 'memory', ['memory.swap.max', 'memory.memsw.limit_in_bytes'])
  await waiting.stop()
  expect(memory).toBe(`${32 * MiB}`)
  const tight = ['0', `${32 * MiB}`] // v2 counts swap alone, and has it shut above all containers; v1 counts both together
  expect(swap.length === 0 || swap.some((limit) => tight.includes(limit))).toBe(true)
})

test('36: more memory than the limit is not to be had', async () => {
  const files = await fixtureFiles('honest', 'touch-memory')
  const result = await sandbox().run({ argv: ['./touch-memory', '64'], files }, limits)
  expect(result).toMatchObject({
    status: 'limited',
    limit: 'memory',
    evidence: { source: 'oom_kill', limit: 32 * MiB },
  })
  expect(result.usage.memoryPeakBytes).toBeLessThanOrEqual(32 * MiB)
})

test('36: the whole group dies with the process that the kernel chose', async () => {
  const files = await fixtureFiles('honest', 'touch-memory')
  const command = { argv: sh('(./touch-memory 64 &) ; sleep 1000'), files }
  const result = await sandbox().run(command, { ...limits, wallTimeMs: 30_000 })
  expect(result).toMatchObject({ status: 'limited', limit: 'memory', evidence: { source: 'oom_kill' } })
  expect(result.usage.wallTimeMs).toBeLessThan(30_000)
})

test('37: a program that nearly fills its memory and is killed for another reason is no memory verdict', async () => {
  const files = await fixtureFiles('honest', 'touch-memory')
  const result = await sandbox().run({ argv: sh('./touch-memory 28 && kill -KILL $$'), files }, limits)
  expect(result.usage.memoryPeakBytes).toBeGreaterThan(28 * MiB)
  expect(result).toMatchObject({ status: 'signaled', signal: 'SIGKILL' })
})

test('37: page cache that fills the memory is no memory verdict', async () => {
  const patience = { wallTimeMs: 60_000, cpuTimeMs: 60_000 }
  const result = await sandbox().run(sh('cat /usr/bin/* 2> /dev/null | head -c 134217728 | wc -c'), {
    ...limits,
    ...patience,
  })
  expect(String(result.stdout)).toBe(`${128 * MiB}\n`)
  expect(result).toMatchObject({ status: 'exited', exitCode: 0 })
})

test('38: files of a tmpfs are charged to who writes them', async () => {
  for (const folder of ['/work', '/tmp', '/dev/shm']) {
    const result = await sandbox().run(sh(`head -c 60000000 /dev/zero > ${folder}/file`), {
      ...limits,
      diskBytes: 256 * MiB,
    })
    expect(result).toMatchObject({ status: 'limited', limit: 'memory', evidence: { source: 'oom_kill' } })
  }
})

test('38: they are capped in bytes and in inodes', async () => {
  const bytes = await sandbox().run(sh('head -c 20000000 /dev/zero > file'), { diskBytes: 8 * MiB })
  expect(bytes).toMatchObject({ status: 'limited', limit: 'disk', evidence: { source: 'full', limit: 8 * MiB } })
  const inodes = await sandbox().run(sh('for i in $(seq 200); do : > f$i || exit 1; done'), { inodeCount: 100 })
  expect(inodes).toMatchObject({ status: 'limited', limit: 'disk', evidence: { source: 'full', limit: 100 } })
})

test('38: no other file system inside takes files without limit', async () => {
  const script =
    'for d in /dev /proc /run /etc /usr / /dev/mqueue; do dd if=/dev/zero of=$d/file bs=1k count=1 2>/dev/null && echo $d; done; true'
  expect(String((await sandbox().run(sh(script), { diskBytes: 64 * KiB })).stdout)).toBe('')
})

for (const title of ['a program of a gigabyte of zeroes']) {
  test(`39: ${title} is a memory verdict`, async () => {
    expect(await problemsWith(sandbox(), title)).toEqual([])
  })
}

/** A program with no more than the headers that execve(2) reads, and so many bytes of variables. */
function elfWithVariables(byteCount: bigint): Buffer {
  const [headBytes, partBytes] = [64, 56]
  const program = Buffer.alloc(headBytes + partBytes)
  program.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]) // ELF of 64 bits, little-endian
  program.writeUInt16LE(2, 16) // ET_EXEC
  program.writeUInt16LE(process.arch === 'arm64' ? 183 : 62, 18)
  program.writeUInt32LE(1, 20)
  program.writeBigUInt64LE(0x400000n, 24)
  program.writeBigUInt64LE(BigInt(headBytes), 32)
  program.writeUInt16LE(headBytes, 52)
  program.writeUInt16LE(partBytes, 54)
  program.writeUInt16LE(1, 56)
  program.writeUInt32LE(1, headBytes) // PT_LOAD
  program.writeUInt32LE(6, headBytes + 4) // readable and writable
  program.writeBigUInt64LE(0x400000n, headBytes + 16)
  program.writeBigUInt64LE(BigInt(program.length), headBytes + 32)
  program.writeBigUInt64LE(byteCount, headBytes + 40)
  program.writeBigUInt64LE(4096n, headBytes + 48)
  return program
}

for (const [title, argv] of [
  ['by its path', ['./large']],
  ['found along PATH', ['large']],
] as const) {
  test(`39: variables that no machine has room for are a memory verdict, ${title}`, async () => {
    const files = { large: { content: elfWithVariables(1n << 46n), mode: 0o755 } }
    const result = await sandbox().run({ argv, files, env: { PATH: '/usr/bin:/work' } })
    expect(result).toMatchObject({ status: 'limited', limit: 'memory' })
  })
}

test('39: arguments that do not fit the memory are one too, and no failure of the set-up', async () => {
  const argument = 'x'.repeat(100_000)
  const argv = ['/bin/true', ...Array.from({ length: 20 }, () => argument)]
  const result = await sandbox().run(argv, { memoryBytes: 1 * MiB })
  expect(result).toMatchObject({ status: 'limited', limit: 'memory' })
})

test('39: what the kernel says of a program that it has no memory to execute is one', () => {
  const report = { ...plainReport, failedStep: step.EXEC, failedError: constants.errno.ENOMEM }
  const verdict = judgeStart(report, resolveCommand(['/bin/true']), testLimits)
  expect(verdict).toMatchObject({ status: 'limited', limit: 'memory', evidence: { source: 'oom_kill' } })
})
