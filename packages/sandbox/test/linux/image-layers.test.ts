import { createSandbox } from '@mayfly/sandbox'
import { needs } from '@mayfly/test-support'
import { expect, test } from 'vitest'
import { useRootFileSystem } from './support/busybox.ts'
import { sh } from './support/commands.ts'
import { hasLayers } from './support/has-layers.ts'
import { needsSandboxes } from './support/use-sandbox.ts'

needsSandboxes()
const root = useRootFileSystem()

test('runs in an image start where another one in it left off, and in another image as well', async (context) => {
  await using sandbox = await createSandbox({ concurrency: 1, image: root() })
  needs(context, await hasLayers(sandbox), 'layers cannot be had here')
  await using base = (await sandbox.run(sh('echo made > file'), {}, { freeze: true })).layer
  if (base === undefined) throw new Error('the run left no layer')
  expect(String((await sandbox.run({ argv: sh('cat file; ls /'), base })).stdout)).toMatch(/^made\nbin\n/)
  const elsewhere = await sandbox.run({ argv: sh('cat file; ls -l file; ls /'), base }, {}, { image: 'host' })
  expect(String(elsewhere.stdout)).toMatch(/^made\n-rw-r--r-- 1 \S+ \S+ 5 [^]*\nusr\n/)
})
