import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buildImage } from '@mayfly/images'
import { createSandbox, ImageCache } from '@mayfly/sandbox'

// Builds an image of Debian's packages in a cache of its own (leave `cache` out for the usual one), and runs a command
// that sees nothing else.
const directory = await mkdtemp(join(tmpdir(), 'mayfly-example-'))
try {
  const { root } = await buildImage('minimal', { cache: new ImageCache(directory) })
  const sandbox = await createSandbox({ image: root })
  try {
    const { stdout } = await sandbox.run(['sh', '-c', 'echo /*'])
    console.log(String(stdout))
  } finally {
    await sandbox.close()
  }
} finally {
  await rm(directory, { recursive: true })
}
