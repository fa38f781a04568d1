import { inspectHost } from '@mayfly/sandbox'
import { expect, test } from 'vitest'

import { mayfly } from './mayfly.ts'

test('it prints a row for every feature, and its status says whether the host will do', async () => {
  const { supported, features } = await inspectHost()
  const { status, stdout, stderr } = await mayfly(['doctor'])
  expect(stderr).toBe('')
  for (const { name, state } of features) expect(String(stdout)).toMatch(new RegExp(`^${state} +${name} `, 'm'))
  expect(status).toBe(supported ? 0 : 1)
})

test('--json prints the report itself', async () => {
  const { status, stdout } = await mayfly(['doctor', '--json'])
  const report = await inspectHost()
  expect(JSON.parse(String(stdout))).toEqual(report)
  expect(status).toBe(report.supported ? 0 : 1)
})

test('an option that it does not have is refused', async () => {
  expect(await mayfly(['doctor', '--bogus'])).toMatchObject({
    status: 125,
    stderr: "mayfly: unknown option '--bogus'\n",
  })
})
