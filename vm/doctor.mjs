// What the doctor says of this machine as it is, and of one with something switched off; and that what it advises helps.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { createSandbox, inspectHost } from '@mayfly/sandbox'
import { check, finish } from './check.mjs'

async function tryToRun() {
  const sandbox = await createSandbox({ concurrency: 1 })
  try {
    return (await sandbox.run(['/bin/true'])).status
  } finally {
    await sandbox.close()
  }
}

async function required() {
  const { supported, features } = await inspectHost()
  const lacking = features.filter(({ state, required: isRequired }) => isRequired && state !== 'enforced')
  assert.equal(supported, lacking.length === 0)
  return lacking
}

/** What the doctor says is lacking while this file of the kernel's holds 0, and what a sandbox is refused with. */
async function withNone(file) {
  const before = readFileSync(file)
  writeFileSync(file, '0')
  try {
    const error = await tryToRun().catch((reason) => reason)
    return { lacking: await required(), error }
  } finally {
    writeFileSync(file, before)
  }
}

await check('of a machine that has everything it says so', async () => {
  assert.deepEqual(await required(), [])
  assert.equal(await tryToRun(), 'exited')
})

const namespaces = {
  user: 'user namespace',
  mnt: 'mount namespace',
  pid: 'pid namespace',
  net: 'network namespace',
  ipc: 'ipc namespace',
  uts: 'uts namespace',
  cgroup: 'cgroup namespace',
}

for (const [kind, name] of Object.entries(namespaces)) {
  await check(`where no ${name} is allowed it names that and the command that helps`, async () => {
    const { lacking, error } = await withNone(`/proc/sys/user/max_${kind}_namespaces`)
    const fix = `sysctl -w user.max_${kind}_namespaces=10000`
    assert.deepEqual(
      lacking.map((feature) => [feature.name, feature.fix]),
      [[name, fix]],
    )
    assert.equal(error.code, 'UNSUPPORTED_HOST', error.message)
    assert.match(error.message, /ENOSPC.*allow namespaces: sysctl -w /)
  })
}

await check('`mayfly doctor` prints it with status 1, and what it advises helps', async () => {
  writeFileSync('/proc/sys/user/max_user_namespaces', '0')
  const doctor = spawnSync(process.execPath, ['packages/cli/bin/mayfly.js', 'doctor'], { encoding: 'utf8' })
  assert.equal(doctor.status, 1, doctor.stderr)
  assert.match(doctor.stdout, /^missing +user namespace +user\.max_user_namespaces is 0$/m)
  assert.match(doctor.stdout, /^Required and missing: user namespace\./m)
  const [, fix] = /^ +to enable it: (sysctl .*)$/m.exec(doctor.stdout)
  assert.equal(spawnSync('sh', ['-c', fix]).status, 0, fix)
  assert.deepEqual(await required(), [])
  assert.equal(await tryToRun(), 'exited')
})

finish()
