import { expect } from 'vitest'

import { mayfly } from './mayfly.ts'
import { sandboxTest } from './sandbox-test.ts'

sandboxTest("the predecessor's line runs under the limits that it gives", async () => {
  const script = 'ulimit -a; cat /proc/self/cgroup; id'
  const { status, stdout, stderr } = await mayfly([
    'run',
    '-ac',
    '-C',
    '50',
    '-I',
    '20',
    '-P',
    '333',
    '/bin/bash',
    '-c',
    script,
  ])
  expect(stderr).toMatch(/^(?:mayfly: ran without ioWeight\n)?$/)
  expect(status).toBe(0)
  expect(String(stdout)).toMatch(/^core file size .* [01]$/m)
  expect(String(stdout)).toMatch(/^uid=1000.* gid=1000/m)
  // The cgroup namespace is its own: no path of the host shows.
  expect(String(stdout)).toMatch(/^\d+:[^:]*:\/$/m)
  expect(String(stdout)).not.toMatch(/:\/[^/]*mayfly/)
})

sandboxTest('the process count of the predecessor is in force', async () => {
  const script = 'for i in 1 2 3 4 5 6 7 8 9 10; do sleep 60 & done'
  const { status, stderr } = await mayfly(['run', '-P', '10', 'sh', '-c', script])
  expect(stderr).toMatch(/^mayfly: limited by processes: \d+ of 10 \(evidence: pids\.events; option: --processes\)$/m)
  expect(status).toBe(137)
})

sandboxTest('standard input, output and error pass through byte by byte', async () => {
  const bytes = Uint8Array.from({ length: 1_000_000 }, (_, index) => (index * 7 + (index >> 8)) & 0xff)
  const { status, stdout, stderr } = await mayfly(['run', 'sh', '-c', 'cat; echo apart >&2'], bytes)
  expect(status).toBe(0)
  expect(stdout.equals(bytes)).toBe(true)
  expect(stderr).toBe('apart\n')
})

sandboxTest('variables and the working directory reach the command, and nothing of the caller does', async () => {
  const { stdout } = await mayfly(['run', '--env', 'A=b c', '--cwd', '/tmp', 'sh', '-c', 'pwd; env'])
  const [directory, ...variables] = String(stdout).trimEnd().split('\n')
  expect(directory).toBe('/tmp')
  expect(new Set(variables)).toEqual(
    // PWD is the shell's own.
    new Set(['A=b c', 'HOME=/work', 'LANG=C.UTF-8', 'PATH=/usr/local/bin:/usr/bin:/bin', 'PWD=/tmp']),
  )
})
