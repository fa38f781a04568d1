import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

import { inspectHost } from '@mayfly/sandbox'
import { needs } from '@mayfly/test-support'
import { expect, test } from 'vitest'

import { program } from './mayfly.ts'

/** What the program says as root of a user namespace that has no other id, as root of a rootless container is. */
async function inside(words: readonly string[]): Promise<{ readonly stdout: string; readonly stderr: string }> {
  const argv = ['--user', '--map-root-user', process.execPath, ...program, ...words]
  return promisify(execFile)('unshare', argv)
}

test('root of a user namespace with no ids to spare runs commands, and is told what they go without', async (context) => {
  needs(context, (await inspectHost()).supported, 'this host cannot run commands')
  const { stdout } = await inside(['run', '--allow-missing', 'userIds', 'id', '-u'])
  expect(stdout).toBe('1000\n')
  const doctor = await inside(['doctor', '--json'])
  expect(JSON.parse(doctor.stdout)).toMatchObject({
    features: expect.arrayContaining([expect.objectContaining({ name: 'userIds', state: 'missing', required: false })]),
  })
})

test('there no line of the checklist fails', async (context) => {
  needs(context, (await inspectHost()).supported, 'this host cannot run commands')
  const { stdout } = await inside(['selfcheck'])
  expect(stdout).toMatch(/\n\d+ passed, 0 failed, \d+ cannot run\n$/)
})
