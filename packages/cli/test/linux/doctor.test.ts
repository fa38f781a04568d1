import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

import { inspectHost, type HostReport } from '@mayfly/sandbox'
import { needs } from '@mayfly/test-support'
import { expect, test } from 'vitest'

import { mayfly, program } from './mayfly.ts'

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

test('--strict counts what is additional as well', async () => {
  const { features } = await inspectHost()
  const { status } = await mayfly(['doctor', '--strict'])
  expect(status).toBe(features.every(({ state }) => state === 'enforced') ? 0 : 1)
})

/** What doctor says, and its status, in a user namespace of its own in which something was switched off before. */
async function afterSwitchingOff(command: string): Promise<{ readonly report: HostReport; readonly status: number }> {
  const doctor = [process.execPath, ...program, 'doctor', '--json'].map((word) => `'${word}'`).join(' ')
  const script = `${command} && { ${doctor}; echo "status $?"; }`
  const { stdout } = await promisify(execFile)('unshare', ['--user', '--map-root-user', 'sh', '-c', script])
  const [json = '', status] = stdout.split('status ')
  return { report: JSON.parse(json) as HostReport, status: Number(status) }
}

test.for([
  ['net', 'network namespace'],
  ['pid', 'pid namespace'],
  ['user', 'user namespace'],
] as const)(
  'with user.max_%s_namespaces switched off it names what is missing and the fix',
  async ([kind, name], context) => {
    const { features, supported } = await inspectHost()
    needs(context, supported, `this host lacks ${features.find(({ state }) => state === 'missing')?.name}`)
    const { report, status } = await afterSwitchingOff(`echo 0 > /proc/sys/user/max_${kind}_namespaces`)
    expect(report.features.find((feature) => feature.name === name)).toEqual({
      name,
      state: 'missing',
      required: true,
      why: `user.max_${kind}_namespaces is 0`,
      fix: `sysctl -w user.max_${kind}_namespaces=10000`,
    })
    expect(status).toBe(1)
    expect(report.supported).toBe(false)
  },
)

test('in a user namespace of its own in which nothing is switched off, none of these is missing', async () => {
  const { report } = await afterSwitchingOff('true')
  const missing = report.features.filter(({ state }) => state === 'missing').map(({ name }) => name)
  expect(missing).not.toContain('network namespace')
  expect(missing).not.toContain('pid namespace')
  expect(missing).not.toContain('user namespace')
})

test('an option that it does not have is refused', async () => {
  expect(await mayfly(['doctor', '--bogus'])).toMatchObject({
    status: 125,
    stderr: "mayfly: unknown option '--bogus'\n",
  })
})
