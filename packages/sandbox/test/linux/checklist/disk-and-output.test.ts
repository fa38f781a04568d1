import { KiB, MiB } from '@mayfly/sandbox'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { fixtureFiles, sh } from '../support/commands.ts'
import { useSandbox } from '../support/use-sandbox.ts'
import { startSleeper } from './support/beside.ts'
import { problemsWith } from './support/hostile.ts'

const sandbox = useSandbox({ concurrency: 2 })

test('40: no mount of the host can be written to', async () => {
  expect(await problemsWith(sandbox(), 'a write to /usr')).toEqual([])
})

test('40: what is writable is a file system of the container’s own', async ({ signal }) => {
  const waiting = await startSleeper(sandbox(), signal)
  const mountinfo = readFileSync(`/proc/${waiting.pid}/mountinfo`, 'utf8').split('\n').filter(Boolean)
  await waiting.stop()
  const writable = mountinfo.filter((line) => (line.split(' ')[5] ?? '').split(',').includes('rw'))
  const types = new Set(writable.map((line) => line.split(' - ')[1]?.split(' ')[0]))
  expect(types).toEqual(new Set(['mqueue', 'proc', 'tmpfs']))
})

for (const title of [
  'a file as large as the file system',
  'a file in /tmp as large as the file system',
  'a file larger than one may be',
  'files without number',
]) {
  test(`40: ${title} is a disk verdict`, async () => {
    expect(await problemsWith(sandbox(), title)).toEqual([])
  })
}

test('40: /work, /tmp and /dev/shm have one budget together', async () => {
  const script = 'for d in /work /tmp /dev/shm; do head -c 4000000 /dev/zero > $d/file || exit 1; done'
  expect(await sandbox().run(sh(script), { diskBytes: 8 * MiB })).toMatchObject({ status: 'limited', limit: 'disk' })
})

for (const title of ['a flood on standard output', 'a flood on standard error']) {
  test(`41: ${title} ends in a verdict`, async () => {
    expect(await problemsWith(sandbox(), title)).toEqual([])
  })
}

test('41: each stream has its budget to the byte, and what was within it comes back', async () => {
  const limits = { outputBytes: 1000 }
  const within = await sandbox().run(sh('head -c 1000 /dev/zero; head -c 1000 /dev/zero >&2'), limits)
  expect(within).toMatchObject({ status: 'exited', stdout: { truncated: false }, stderr: { truncated: false } })
  const past = await sandbox().run(sh('head -c 1001 /dev/zero'), limits)
  expect(past).toMatchObject({ status: 'limited', limit: 'output', evidence: { source: 'bytes', limit: 1000 } })
  expect(past.stdout.bytes.length).toBe(1000)
})

test('41: a flood is drained outside V8: no more of it than its budget gets here, and others run on', async () => {
  const files = await fixtureFiles('hostile', 'output-flood')
  const flood = sandbox().run({ argv: ['./output-flood', 'stdout'], files }, { outputBytes: 32 * MiB, cpuTimeMs: 3000 })
  const results = await Promise.all(Array.from({ length: 5 }, async () => sandbox().run(['echo', 'beside'])))
  expect(results.map(({ stdout }) => String(stdout))).toEqual(results.map(() => 'beside\n'))
  const { stdout } = await flood
  expect(stdout.bytes.length).toBe(32 * MiB)
  expect(stdout.totalBytes).toBeLessThan(64 * MiB)
})

test('42: a core is bounded so that neither file nor piped handler gets one', async () => {
  const limits = await sandbox().run(['/bin/grep', 'core file size', '/proc/self/limits'])
  expect(
    String(limits.stdout)
      .trim()
      .split(/\s{2,}/),
  ).toEqual(['Max core file size', '1', '1', 'bytes'])
})

test('42: a program that would dump core leaves no file', async () => {
  const result = await sandbox().run(sh('sh -c "kill -SEGV \\$\\$"; sh -c "kill -QUIT \\$\\$"; ls -A /work /tmp'), {
    diskBytes: 512 * KiB,
  })
  expect(String(result.stdout).split('\n').filter(Boolean)).toEqual(['/tmp:', '/work:'])
})

test('42: no handler is woken that cores are piped to', async ({ skip, onTestFinished }) => {
  skip(process.env['MAYFLY_HOST_KIND'] !== 'vm', 'only a machine of our own may change where its cores go')
  const pattern = '/proc/sys/kernel/core_pattern'
  const before = readFileSync(pattern, 'utf8')
  const folder = mkdtempSync('/tmp/cores-')
  onTestFinished(() => {
    writeFileSync(pattern, before)
    rmSync(folder, { recursive: true })
  })
  const woken = join(folder, 'woken')
  writeFileSync(join(folder, 'handler'), `#!/bin/sh\ncat > /dev/null\necho "$1" >> ${woken}\n`, { mode: 0o755 })
  writeFileSync(pattern, `|${folder}/handler %e`)

  const result = await sandbox().run(['/bin/bash', '-c', 'kill -SEGV $$'])
  expect(result).toMatchObject({ status: 'signaled', signal: 'SIGSEGV' })
  // The same without a container wakes it, even where a core may have no byte; what was woken earlier is told earlier.
  spawnSync('/bin/sh', ['-c', 'ulimit -c 0; kill -SEGV $$'])
  await expect.poll(() => readFileSync(woken, 'utf8'), { timeout: 60_000 }).toBe('sh\n')
})
