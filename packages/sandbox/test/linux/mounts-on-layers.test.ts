import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { needs } from '@mayfly/test-support'
import { createSandbox, type Mount } from '@mayfly/sandbox'
import { beforeEach, expect, test } from 'vitest'
import { sh } from './support/commands.ts'
import { hasLayers } from './support/has-layers.ts'
import { hasIdMappedMounts } from './support/id-mapped.ts'
import { useSandbox } from './support/use-sandbox.ts'

const plain = useSandbox({ concurrency: 1 })

beforeEach(async (context) => {
  needs(context, await hasLayers(plain()), 'layers cannot be had here')
  needs(context, hasIdMappedMounts(), 'the file system of the tests has no idmapped mounts')
})

test('what is mounted in the working directory is there on a layer, too', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'mayfly-test-mounts-'))
  try {
    mkdirSync(join(directory, 'deep'))
    writeFileSync(join(directory, 'file'), 'of the host\n')
    writeFileSync(join(directory, 'deep/file'), 'deep\n')
    const mounts: readonly Mount[] = [
      { source: directory, target: '/work/in', writable: true },
      { source: join(directory, 'file'), target: '/work/in/deep/file' },
      { source: join(directory, 'deep'), target: '/work/new/deep' },
    ]
    await using sandbox = await createSandbox({ concurrency: 1, mounts })
    const { layer } = await sandbox.run(sh('echo own > own'), {}, { freeze: true })
    await using base = layer
    const script = 'cat own in/file in/deep/file new/deep/file; echo changed > in/made; echo x > new/deep/file'
    const { stdout, stderr } = await sandbox.run({ argv: sh(script), ...(base === undefined ? {} : { base }) })
    expect(String(stdout)).toBe('own\nof the host\nof the host\ndeep\n')
    expect(String(stderr)).toContain('Read-only file system')
    expect(readFileSync(join(directory, 'made'), 'utf8')).toBe('changed\n')
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
})
