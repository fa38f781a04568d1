import { realpathSync } from 'node:fs'
import { dirname } from 'node:path'
import { createSandbox, inspectHost, type RunResult } from '@mayfly/sandbox'
import { needs } from '@mayfly/test-support'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { Project } from '../support/run-vitest.ts'

const repository = fileURLToPath(new URL('../../../..', import.meta.url)).replace(/\/$/, '')
const vitest = realpathSync(dirname(createRequire(import.meta.url).resolve('vitest/package.json')))

/** Inside of a container nobody may make one: a host that cannot isolate. */
async function runUnsupported(onUnsupported: 'error' | 'warn'): Promise<RunResult> {
  using project = new Project(5, { 'a.test.ts': `import { test } from 'vitest'\ntest('runs', () => {})` })
  project.write({
    'vitest.config.mjs': `import { sandbox } from '@mayfly/vitest-plugin'\nexport default { plugins: [sandbox({ onUnsupported: '${onUnsupported}' })] }\n`,
  })
  await using sandbox = await createSandbox({ network: 'loopback', proc: 'full' })
  return await sandbox.run(
    {
      argv: [realpathSync(process.execPath), `${vitest}/vitest.mjs`, 'run', '--configLoader=native', '--pool=threads'],
      cwd: project.directory,
      env: { NO_COLOR: '1' },
      mounts: [repository, project.directory].map((path) => ({ source: path, target: path })),
    },
    { wallTimeMs: 60_000, cpuTimeMs: 60_000, processCount: 200 },
  )
}

test('a host that cannot isolate runs nothing, and says why, unless it is told to go on', async ({ skip }) => {
  needs({ skip }, (await inspectHost()).supported, 'the host lacks something that a sandbox requires')
  const refused = await runUnsupported('error')
  expect(refused).toMatchObject({ status: 'exited', exitCode: 1 })
  expect(`${refused.stdout}${refused.stderr}`).not.toContain('1 passed')
  expect(`${refused.stdout}${refused.stderr}`).toContain('UNSUPPORTED_HOST')
  const warned = await runUnsupported('warn')
  expect(String(warned.stdout)).toMatch(/NOT ISOLATED: .+/)
  expect(String(warned.stdout)).toMatch(/Tests +1 passed/)
})
