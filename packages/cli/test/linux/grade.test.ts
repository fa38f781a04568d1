import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'

import { expect } from 'vitest'

import { repository } from '../docs.ts'
import { mayfly, start } from './mayfly.ts'
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

sandboxTest('grade judges answers to tasks, tells pass@k, and refuses what is in no format', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'tasks-'))
  try {
    const [tasks, answers, json] = ['tasks.jsonl', 'answers.jsonl', 'result.json'].map((name) => join(folder, name))
    const prompt = 'def add(a, b):\n'
    const check = 'def check(candidate):\n    assert candidate(1, 2) == 3\n'
    writeFileSync(tasks ?? '', JSON.stringify({ task_id: 'add', prompt, entry_point: 'add', test: check }))
    const completions = ['    return a + b\n', '```python\ndef add(a, b): return 4\n```']
    writeFileSync(
      answers ?? '',
      completions.map((completion) => JSON.stringify({ task_id: 'add', completion })).join('\n'),
    )
    const graded = await mayfly(['grade', tasks ?? '', answers ?? '', '--k', '1,2', '--json', json ?? ''])
    expect({ status: graded.status, stderr: graded.stderr }).toEqual({ status: 1, stderr: '' })
    const lines = graded.stdout.toString().trimEnd().split('\n')
    expect(lines.slice(0, 2).sort()).toEqual([
      expect.stringMatching(/^add #0 +AC +accepted$/),
      expect.stringMatching(/^add #1 +WA +check: not what was expected$/),
    ])
    expect(lines[2]).toBe('1 of 2 answers are right, pass@1 0.5000, pass@2 1.0000')
    expect(JSON.parse(readFileSync(json ?? '', 'utf8'))).toMatchObject({ passAtK: { 1: 0.5, 2: 1 } })
    const refused = await mayfly(['grade', tasks ?? '', tasks ?? ''])
    expect({ status: refused.status, stderr: refused.stderr }).toMatchObject({
      status: 125,
      stderr: expect.stringContaining('tasks.jsonl:1: unknown key `prompt`'),
    })
  } finally {
    rmSync(folder, { recursive: true })
  }
})

sandboxTest('what was judged of many answers stays judged through a kill', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'tasks-'))
  try {
    const [tasks, answers, journal] = [join(folder, 't.jsonl'), join(folder, 'a.jsonl'), join(folder, 'j.jsonl')]
    const check = 'def check(candidate):\n    assert candidate() == 3\n'
    writeFileSync(tasks, JSON.stringify({ task_id: 'three', prompt: '', entry_point: 'three', test: check }))
    const solutions = Array.from({ length: 12 }, (_, index) => `def three(): return ${index}`)
    writeFileSync(answers, solutions.map((solution) => JSON.stringify({ task_id: 'three', solution })).join('\n'))
    const words = ['grade', tasks, answers, '--k', '1', '--journal', journal]
    const killed = start(words)
    killed.stdout?.resume()
    killed.stderr?.resume()
    const ended = once(killed, 'close')
    while (!existsSync(journal) || !readFileSync(journal, 'utf8').includes('\n')) await setImmediate()
    killed.kill('SIGKILL')
    expect(await ended).toEqual([null, 'SIGKILL'])
    const kept = readFileSync(journal, 'utf8').split('\n').length - 1
    expect(kept).toBeLessThan(12)
    const { status, stdout } = await mayfly(words)
    const lines = stdout.toString().trimEnd().split('\n')
    expect({ status, count: lines.length - 1, last: lines.at(-1) }).toEqual({
      ...{ status: 1, count: 12 - kept, last: '1 of 12 answers are right, pass@1 0.0833' },
    })
  } finally {
    rmSync(folder, { recursive: true })
  }
})
