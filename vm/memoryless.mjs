// What a kernel that was started without the memory controller is told to lack, and what still holds there if allowed.
import assert from 'node:assert/strict'
import { createSandbox, inspectHost } from '@mayfly/sandbox'
import { assertEnded, check, finish } from './check.mjs'

const fix = /boot with `cgroup_enable=memory`/

await check('the doctor names the memory controller and what helps', async () => {
  const { supported, features } = await inspectHost()
  const lacking = features.filter(({ state, required }) => required && state !== 'enforced')
  assert.equal(supported, false)
  assert.deepEqual(
    lacking.map(({ name }) => name),
    ['memory'],
  )
  assert.match(lacking[0].fix, fix)
})

await check('a sandbox is refused with the same words', async () => {
  const error = await createSandbox().then(
    (sandbox) => sandbox.close(),
    (reason) => reason,
  )
  assert.equal(error?.code, 'UNSUPPORTED_HOST', error?.message)
  assert.match(error.message, fix)
  assert.match(error.message, /lacks the memory controller of control groups/)
  assert.match(error.message, /allowMissing: \['memory'\]/)
})

await check('where that is allowed the other limits hold, and the result tells', async () => {
  const sandbox = await createSandbox({ concurrency: 1, allowMissing: ['memory'] })
  try {
    const result = await sandbox.run(['sh', '-c', 'while :; do :; done'], { cpuTimeMs: 300 })
    assertEnded(result, 'limited', 'cpuTime')
    assert.ok(result.missing.includes('memory'), result.missing.join())
  } finally {
    await sandbox.close()
  }
})

finish()
