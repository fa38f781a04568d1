import { readFileSync } from 'node:fs'
import { access } from 'node:fs/promises'
import { basename } from 'node:path'
import { needs } from '@mayfly/test-support'
import type { Argv, RunResult } from '@mayfly/sandbox'
import { expect, test, type TestContext } from 'vitest'
import { useSandbox } from '../support/use-sandbox.ts'

const sandbox = useSandbox()

/** Emulated processors are slow, and what these tests are about is not how fast a language starts. */
const patience = { wallTimeMs: 200_000, cpuTimeMs: 200_000 }

const numbers = '1\n20\n300\n'
const total = '321\n'

function source(file: string): string {
  return readFileSync(new URL(`../../../../../fixtures/honest/${file}`, import.meta.url), 'utf8')
}

async function needsProgram(context: TestContext, path: string): Promise<void> {
  const found = await access(path).then(
    () => true,
    () => false,
  )
  needs(context, found, `${basename(path)} is not installed`)
}

async function runSource(argv: Argv, file: string): Promise<RunResult> {
  return sandbox().run({ argv, stdin: numbers, files: { [file]: source(file) } }, patience)
}

function ending(result: RunResult): string {
  const how = result.status === 'exited' ? `exited ${result.exitCode}` : result.status
  return `${how}: ${result.stdout}${result.stderr}`
}

const interpreters = [
  { program: '/bin/sh', file: 'sum.sh' },
  { program: '/bin/bash', file: 'sum.sh' },
  { program: '/usr/bin/python3', file: 'sum.py' },
  { program: '/usr/bin/perl', file: 'sum.pl' },
  { program: '/usr/bin/node', file: 'sum.mjs' },
  { program: '/usr/bin/java', file: 'Sum.java' },
] as const

for (const { program, file } of interpreters) {
  test(`29: ${program} runs a program under the default policy`, async (context) => {
    await needsProgram(context, program)
    expect(ending(await runSource([program, file], file))).toBe(`exited 0: ${total}`)
  })
}

test('29: gcc compiles a program in one container, and the result runs in a second', async (context) => {
  await needsProgram(context, '/usr/bin/gcc')
  const compiled = await sandbox().run({
    argv: ['gcc', '-O2', '-Wall', '-o', 'sum', 'sum.c'],
    files: { 'sum.c': source('sum.c') },
    collect: ['sum'],
  })
  expect(String(compiled.stderr)).toBe('')
  expect(compiled).toMatchObject({ status: 'exited', exitCode: 0 })
  const program = compiled.files.get('sum')
  if (!program) throw new Error('gcc left no program')
  const files = { sum: { content: program, mode: 0o755 } }
  expect(ending(await sandbox().run({ argv: ['./sum'], stdin: numbers, files }))).toBe(`exited 0: ${total}`)
})

test('29: Python starts threads and processes', async (context) => {
  await needsProgram(context, '/usr/bin/python3')
  const script = [
    'import subprocess, threading',
    'thread = threading.Thread(target=lambda: print("thread", flush=True))',
    'thread.start()',
    'thread.join()',
    'print(subprocess.run(["echo", "process"], capture_output=True, text=True).stdout, end="")',
  ].join('\n')
  const result = await sandbox().run(['/usr/bin/python3', '-c', script])
  expect(String(result.stderr)).toBe('')
  expect(String(result.stdout)).toBe('thread\nprocess\n')
})

test('29: Node starts workers and processes', async (context) => {
  await needsProgram(context, '/usr/bin/node')
  const script = [
    'const { Worker } = require("node:worker_threads")',
    'const { execFileSync } = require("node:child_process")',
    'const worker = new Worker(`require("node:worker_threads").parentPort.postMessage("worker")`, { eval: true })',
    'worker.once("message", (word) => console.log(word + "\\n" + execFileSync("echo", ["process"])))',
  ].join('\n')
  const result = await sandbox().run(['/usr/bin/node', '-e', script])
  expect(String(result.stderr)).toBe('')
  expect(String(result.stdout).trim()).toBe('worker\nprocess')
})
