import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { expect } from 'vitest'

import { repository } from '../docs.ts'
import { mayfly } from './mayfly.ts'
import { sandboxTest } from './sandbox-test.ts'

const sum = join(repository, 'fixtures/problems/sum')
const accepted = join(sum, 'submissions/accepted/sum.sh')

sandboxTest('grade tells each test and the verdict, writes reports, and replay finds the same again', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'grade-'))
  try {
    const [json, tap] = [join(folder, 'result.json'), join(folder, 'result.tap')]
    const graded = await mayfly(['grade', sum, accepted, '--json', json, '--report', `tap=${tap}`])
    expect({ status: graded.status, stderr: graded.stderr }).toEqual({ status: 0, stderr: '' })
    const lines = graded.stdout.toString().trimEnd().split('\n')
    expect(lines.map((line) => line.split(/\s+/).slice(0, 2).join(' '))).toEqual([
      ...['sample/1 AC', 'secret/1-negative AC', 'secret/2-many AC', 'AC: accepted'],
    ])
    expect(JSON.parse(readFileSync(json, 'utf8'))).toMatchObject({ schema: 1, verdict: 'AC' })
    expect(readFileSync(tap, 'utf8')).toContain('ok 3 - secret/2-many')
    const replayed = await mayfly(['replay', json, sum, accepted])
    expect({ status: replayed.status, stdout: replayed.stdout.toString() }).toEqual({
      status: 0,
      stdout: 'The same: AC.\n',
    })
    const other = await mayfly(['replay', json, sum, join(sum, 'submissions/accepted/sum.awk')])
    expect({ status: other.status, stderr: other.stderr }).toMatchObject({
      status: 125,
      stderr: expect.stringContaining('not the one'),
    })
  } finally {
    rmSync(folder, { recursive: true })
  }
})

sandboxTest(
  'grade ends with 1 where the submission is not accepted, and with 125 where nothing can be judged',
  async () => {
    const wrong = await mayfly(['grade', sum, join(sum, 'submissions/run_time_error/crash.c')])
    expect({ status: wrong.status, stdout: wrong.stdout.toString() }).toMatchObject({
      status: 1,
      stdout: expect.stringContaining('RTE: sample/1: ended by SIGSEGV'),
    })
    const none = await mayfly(['grade', join(sum, 'data'), accepted])
    expect({ status: none.status, stderr: none.stderr }).toMatchObject({
      status: 125,
      stderr: expect.stringContaining('no format that is known'),
    })
    const option = await mayfly(['grade', sum, accepted, '--evaluate', 'some'])
    expect({ status: option.status, stderr: option.stderr }).toMatchObject({
      status: 125,
      stderr: expect.stringContaining('`--evaluate` must be of'),
    })
  },
)

sandboxTest('verify ends with 0 where everything is as promised, and prints its report as JSON', async () => {
  const { status, stdout } = await mayfly([
    'verify',
    '--json',
    '--no-controls',
    join(repository, 'fixtures/problems/area'),
  ])
  expect({ status, report: JSON.parse(stdout.toString()) as unknown }).toMatchObject({
    status: 0,
    report: { ok: true, format: 'kattis-2025-09', timeMs: 1000, controls: [] },
  })
})

sandboxTest('languages tells what is installed, by whose word, and what is not', async () => {
  const { status, stdout } = await mayfly(['languages'])
  expect(status).toBe(0)
  expect(stdout.toString()).toMatch(/^bash\s+Bash\s+\.sh \.bash\s+GNU bash/m)
  expect(stdout.toString()).toMatch(/^kotlin\s+Kotlin\s+\.kt\s+\S/m)
})
