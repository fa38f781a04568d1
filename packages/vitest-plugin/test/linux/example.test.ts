import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { inspectHost } from '@mayfly/sandbox'
import { needs } from '@mayfly/test-support'
import { expect, test } from 'vitest'

const root = fileURLToPath(new URL('../../../..', import.meta.url))

test('the example fails as its page says', async ({ skip }) => {
  needs({ skip }, (await inspectHost()).supported, 'the host lacks something that a sandbox requires')
  const { FORCE_COLOR: _, ...env } = process.env
  const { status, stdout, stderr } = spawnSync(process.execPath, [`${root}/node_modules/vitest/vitest.mjs`, 'run'], {
    ...{ cwd: `${root}/examples/vitest`, encoding: 'utf8', env: { ...env, NO_COLOR: '1' } },
  })
  const output = stdout + stderr
  expect(status).toBe(1)
  expect(output).toMatch(/Tests +4 failed \| 4 passed/)
  expect(output).toMatch(
    /asks a machine outside\nSandboxViolation: connect 203\.0\.113\.7:443: refused[^]*careless\.test\.mjs:6/,
  )
  expect(output).toMatch(/SandboxViolation: writeFile .*left-over\.mjs: refused/)
  expect(output).toMatch(/memory limit of 128 MiB reached in "keeps all that it reads"/)
  expect(output).toMatch(/wall-clock limit of 2 s reached in "never ends/)
  expect(output).toMatch(/peak memory +cpu +wall +processes +written +file\n +128 MiB .*greedy/)
  expect(existsSync(`${root}/examples/vitest/test/left-over.mjs`)).toBe(false)
})
