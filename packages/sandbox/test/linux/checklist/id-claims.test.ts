import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { accessSync } from 'node:fs'
import { createSandbox } from '@mayfly/sandbox'
import { needs } from '@mayfly/test-support'
import { expect, test } from 'vitest'
import { nobody } from '../support/as-user.ts'
import { needsSandboxes } from '../support/use-sandbox.ts'
import { needsRoot } from './support/circumstances.ts'

needsSandboxes()

/** Takes every name that a claim could have, and tries the file. */
const holdAll = `
import fcntl, socket, sys
held = []
for block in range(64):
    one = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    try: one.bind("\\0mayfly-ids-%d" % block)
    except OSError: pass
    held.append(one)
try: held.append(open("/run/mayfly-ids", "r+"))
except OSError as error: sys.stdout.write(error.strerror), sys.stdout.flush()
sys.stdin.read()
`

function isWritable(path: string): boolean {
  try {
    accessSync(path, 2)
    return true
  } catch {
    return false
  }
}

test('50: another user cannot hold the claims on ids, and so keep sandboxes from being made', async (context) => {
  needsRoot(context)
  needs(context, isWritable('/run'), '/run cannot be written to')
  await (await createSandbox()).close()
  const other = spawn('/usr/bin/python3', ['-c', holdAll], { uid: nobody, gid: nobody, stdio: 'pipe' })
  try {
    const [said] = (await once(other.stdout, 'data')) as [Buffer]
    expect(String(said)).toBe('Permission denied')
    await using sandbox = await createSandbox({ concurrency: 1 })
    expect(await sandbox.run(['/bin/true'])).toMatchObject({ status: 'exited', exitCode: 0 })
  } finally {
    other.stdin.end()
    await once(other, 'close')
  }
})
