import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createSandbox } from '@mayfly/sandbox'
import { expect, test } from 'vitest'
import { readHostState } from '../../../../../fixtures/host-state.ts'
import { needsSandboxes } from '../support/use-sandbox.ts'
import { needsRoot, type Printed, runWhere } from './support/circumstances.ts'

needsSandboxes()

const works = { status: 'exited', stdout: 'works\n' }
const argv = ['/bin/echo', 'works']

test('50: two sandboxes of one Node process do not meet', async () => {
  await using left = await createSandbox({ concurrency: 1 })
  await using right = await createSandbox({ concurrency: 1 })
  const script = 'echo mine > /dev/shm/file; ls /dev/shm /work /tmp; cat /proc/self/uid_map; readlink /proc/self/ns/pid'
  const results = await Promise.all([left, right].map(async (sandbox) => sandbox.run(['/bin/sh', '-c', script])))
  const maps = results.map(({ stdout }) => /^\s*0\s+(\d+)/m.exec(String(stdout))?.[1])
  expect(maps[0]).not.toBe(maps[1])
  await left.close()
  expect(String((await right.run(argv)).stdout)).toBe('works\n')
})

test('51: it works in a working directory that is deleted', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'deleted-'))
  try {
    expect(await runWhere(`cd ${folder} && rmdir ${folder} && exec "$@"`, argv)).toEqual(works)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})

test('51: it works with standard input and error closed', async () => {
  expect(await runWhere('exec "$@" <&- 2>&-', argv)).toEqual(works)
})

test('51: with too few descriptors it says so', async () => {
  const seen: Printed[] = []
  for (const count of [20, 24, 28, 32, 40, 64]) {
    const printed = runWhere(`ulimit -n ${count}; exec "$@"`, argv)
    // Node itself ends without a word where it cannot start
    seen.push(await printed.catch(() => ({ code: 'none', message: 'EMFILE' })))
  }
  const failures = seen.filter(({ message }) => message !== undefined)
  expect(failures.filter(({ message = '' }) => !/EMFILE|ENFILE|descriptors/.test(message))).toEqual([])
  expect(seen).toContainEqual(works)
})

test('51: on a full disk it works, or says that the disk is full', async (context) => {
  needsRoot(context)
  const folder = await mkdtemp(join(tmpdir(), 'full-'))
  try {
    const fill = `mount -t tmpfs -o size=4k,nr_inodes=2 none ${folder} && head -c 8192 /dev/zero > ${folder}/f 2>/dev/null`
    const script = `exec unshare --mount /bin/sh -c '${fill}; TMPDIR=${folder} exec "$@"' sh "$@"`
    const printed = await runWhere(script, argv)
    expect(printed).toMatchObject({ code: 'CONTAINER_FAILED' })
    expect(printed.message).toMatch(/ENOSPC/)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})

test('51: where no more processes may be made it says so', async (context) => {
  needsRoot(context)
  const printed = await runWhere('ulimit -u 1; exec setpriv --reuid 65534 --clear-groups "$@"', argv).catch(
    (error: unknown) => ({
      code: 'Node cannot start',
      message: String(error),
    }),
  )
  expect(printed.code).toMatch(/^(?:UNSUPPORTED_HOST|SUPERVISOR_DIED|CONTAINER_FAILED|Node cannot start)$/)
  expect(printed.message).toMatch(/E[A-Z]{3,}|[Pp]ermission|root|uv_thread_create/)
})

test('51: none of that leaves anything behind', async () => {
  await (await createSandbox()).close()
  const before = readHostState()
  await runWhere('ulimit -n 24; exec "$@"', argv).catch(() => undefined)
  expect(readHostState()).toEqual(before)
})
