import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { needs } from '@mayfly/test-support'
import { expect, test } from 'vitest'
import { sh } from './support/commands.ts'
import { failureOf } from './support/failure.ts'
import { hasIdMappedMounts } from './support/id-mapped.ts'
import { useSandbox } from './support/use-sandbox.ts'

const sandbox = useSandbox({ concurrency: 1 })

test('a link that a command left in a writable mount leads nowhere, where another mount starts below it', async (context) => {
  needs(context, hasIdMappedMounts(), 'the file system of the tests has no idmapped mounts')
  const directory = mkdtempSync(join(tmpdir(), 'mayfly-test-mounts-'))
  context.onTestFinished(() => rmSync(directory, { recursive: true }))
  mkdirSync(join(directory, 'sub'))
  const around = { source: directory, target: '/data', writable: true }
  const below = { source: join(directory, 'sub'), target: '/below', writable: true }
  const mounts = [around, below]

  const { stdout } = await sandbox().run({ argv: sh('echo ours > /below/file; cat /data/sub/file'), mounts })
  expect(String(stdout)).toBe('ours\n')
  await sandbox().run({ argv: sh('rm -r /data/sub; ln -s /etc /data/sub'), mounts: [around] })
  expect(await failureOf(sandbox().run({ argv: ['ls', '/below'], mounts }))).toMatchObject({
    code: 'INVALID_OPTION',
    message: expect.stringContaining('which is writable, through no link'),
  })
})
