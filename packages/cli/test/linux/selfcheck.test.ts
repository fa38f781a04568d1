import { createSandbox, inspectHost, learningPolicy } from '@mayfly/sandbox'
import { needs } from '@mayfly/test-support'
import { expect } from 'vitest'

import { calls } from '../../src/selfcheck/call-probe.ts'
import { check } from '../../src/selfcheck/check.ts'
import { fail } from '../../src/selfcheck/finding.ts'
import type { Bench } from '../../src/selfcheck/line.ts'
import { lines } from '../../src/selfcheck/lines.ts'
import { mayfly } from './mayfly.ts'
import { sandboxTest } from './sandbox-test.ts'

sandboxTest('on a fit host no line fails, each is printed, and the last line counts them', async () => {
  const { status, stdout, stderr } = await mayfly(['selfcheck'])
  const text = String(stdout)
  expect(stderr).toBe('')
  expect(text.match(/^fail .*\n.*/gm) ?? []).toEqual([])
  expect(text.match(/^(?:pass|cannot run) +\d+ {2}\S/gm)).toHaveLength(lines.length)
  expect(text).toMatch(/\n4\d passed, 0 failed, \d+ cannot run\n$/)
  expect(status).toBe(0)
})

sandboxTest('--json has every line with its finding, and the counts', async () => {
  const { stdout } = await mayfly(['selfcheck', '--json'])
  const report = JSON.parse(String(stdout)) as { readonly lines: readonly object[] }
  expect(report).toMatchObject({ fail: 0, pass: expect.any(Number), 'cannot run': expect.any(Number) })
  expect(report.lines).toHaveLength(lines.length)
  expect(report.lines[0]).toMatchObject({ number: 1, sentence: expect.any(String), result: 'pass' })
})

sandboxTest('under a policy that refuses next to nothing the lines on system calls fail', async ({ skip }) => {
  const { features } = await inspectHost()
  const names = features.find(({ name }) => name === 'refusalNames')
  needs({ skip }, names?.state === 'enforced', 'this host cannot run a permissive policy')
  await using sandbox = await createSandbox({ policy: learningPolicy })
  const bench: Bench = { sandbox, neighbour: sandbox, missing: [] }
  for (const number of [23, 25, 26]) {
    const line = lines.find((one) => one.number === number)
    expect(line && (await check(line, bench)), `line ${number}`).toMatchObject({ result: 'fail' })
  }
})

sandboxTest('a call that returns something else than it must is told with its name', async () => {
  await using sandbox = await createSandbox()
  const bench: Bench = { sandbox, neighbour: sandbox, missing: [] }
  expect(await calls(['getpid', 'EPERM'])(bench)).toEqual(fail('getpid returned 2, not EPERM'))
  expect(await calls(['socket', 'no error', 38, 1, 0])(bench)).toEqual(fail('socket returned EPERM, not no error'))
})
