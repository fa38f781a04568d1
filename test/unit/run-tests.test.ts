import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const runner = fileURLToPath(new URL('../../native/run-tests.sh', import.meta.url))

/** Runs shell programs with these bodies as if they were C tests. */
function runPrograms(bodies: readonly string[]): { readonly status: number | null; readonly lastLine: string } {
  const directory = mkdtempSync(join(tmpdir(), 'mayfly-run-tests-'))
  try {
    const programs = bodies.map((body, index) => {
      const path = join(directory, `program-${index}`)
      writeFileSync(path, `#!/bin/sh\n${body}\n`, { mode: 0o755 })
      return path
    })
    const { status, stdout } = spawnSync('sh', [runner, ...programs], { encoding: 'utf8' })
    return { status, lastLine: stdout.trimEnd().split('\n').at(-1) ?? '' }
  } finally {
    rmSync(directory, { recursive: true })
  }
}

test('the counts of all C tests are summed', () => {
  const programs = ['echo 3 passed, 0 failed', 'echo 4 passed, 0 failed']
  expect(runPrograms(programs)).toEqual({ status: 0, lastLine: '7 passed, 0 failed' })
})

test('a C test that counts a failure fails the run, and those after it still run', () => {
  const programs = ['echo 1 passed, 2 failed; exit 1', 'echo 4 passed, 0 failed']
  expect(runPrograms(programs)).toEqual({ status: 1, lastLine: '5 passed, 2 failed' })
})

test('a C test that says nothing is a failure', () => {
  expect(runPrograms(['exit 0'])).toEqual({ status: 1, lastLine: '0 passed, 1 failed' })
})

test('a C test that dies after it has counted is a failure', () => {
  const programs = ['echo 2 passed, 0 failed; kill -SEGV $$']
  expect(runPrograms(programs)).toEqual({ status: 1, lastLine: '2 passed, 1 failed' })
})
