import { execFile } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

import { needs } from '@mayfly/test-support'
import { expect, test } from 'vitest'

import { mayfly } from './mayfly.ts'
import { sandboxTest } from './sandbox-test.ts'

const at = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url))
const { version } = JSON.parse(readFileSync(at('package.json'), 'utf8')) as { readonly version: string }

test('--version is that of the package', async () => {
  expect(String((await mayfly(['--version'])).stdout)).toBe(`${version}\n`)
})

test('--help names every command, and that of run every limit and status', async () => {
  const help = await mayfly(['--help'])
  expect(help).toMatchObject({ status: 0, stderr: '' })
  expect(String(help.stdout)).toMatch(/^ {2}run .*$[^]*^ {2}doctor [^]*^ {2}selfcheck /m)
  const run = String((await mayfly(['run', '--help'])).stdout)
  for (const word of ['--wall-time <time>', '--stack <size>', '-ac', '124', '125', '126', '127', '137']) {
    expect(run).toContain(word)
  }
})

sandboxTest('the built program runs a command', async ({ skip }) => {
  needs({ skip }, existsSync(at('dist/main.js')), 'packages/cli is not built')
  const { stdout } = await promisify(execFile)(process.execPath, [at('bin/mayfly.js'), 'run', 'echo', 'built'])
  expect(stdout).toBe('built\n')
})
