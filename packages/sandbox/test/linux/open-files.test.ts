import { MiB, SandboxError } from '@mayfly/sandbox'
import { describe, expect, test } from 'vitest'
import { sh } from './support/commands.ts'
import { failureOf } from './support/failure.ts'
import { endless, printed, useContainers } from './support/open-container.ts'
import { useSandbox } from './support/use-sandbox.ts'

const sandbox = useSandbox({ concurrency: 3 })
const open = useContainers(sandbox)

/** What came of reading a file that only ever held zeros and one `x`. */
async function kindOf(reading: Promise<Uint8Array>): Promise<string> {
  try {
    const content = await reading
    return content.every((byte) => byte === 0 || byte === 0x78) ? 'its own bytes' : 'bytes of something else'
  } catch (error) {
    return error instanceof SandboxError ? error.code : String(error)
  }
}

describe('files of a container that is kept open', () => {
  test('are written, replaced, read and listed with the rights of its commands', async () => {
    const box = await open()
    await box.write('d/e/file', 'one')
    await box.run(
      sh('exec 3< d/e/file; echo more >> d/e/file; ln d/e/file hard; ln -s /etc/passwd link; mkfifo -m 600 fifo'),
    )
    await box.write('d/e/file', { content: 'two', mode: 0o750 })
    expect(await printed(box, 'cat hard d/e/file; stat -c %a:%u:%g d/e/file')).toBe('onemore\ntwo750:1000:1000\n')
    expect(String(Buffer.from(await box.read('d/e/file')))).toBe('two')
    expect(await box.list()).toEqual([
      { path: 'd', type: 'directory', bytes: 0, mode: 0o755 },
      { path: 'd/e', type: 'directory', bytes: 0, mode: 0o755 },
      { path: 'd/e/file', type: 'file', bytes: 3, mode: 0o750 },
      { path: 'fifo', type: 'fifo', bytes: 0, mode: 0 },
      { path: 'hard', type: 'file', bytes: 8, mode: 0o644 },
      { path: 'link', type: 'link', bytes: 0, mode: 0 },
    ])
    expect((await box.list('d')).map(({ path }) => path)).toEqual(['d/e', 'd/e/file'])
    expect((await box.list('hard')).map(({ path }) => path)).toEqual(['hard'])
  })

  test('are of any bytes and as large as the room for them', async () => {
    const box = await open({ limits: { diskBytes: 40 * MiB } })
    const content = Buffer.alloc(
      20 * MiB,
      Uint8Array.from({ length: 251 }, (_, index) => index),
    )
    await box.write('big', content)
    expect(content.equals(await box.read('big'))).toBe(true)
    const failure = await failureOf(box.write('bigger', Buffer.alloc(30 * MiB)))
    expect(failure).toMatchObject({ code: 'INVALID_OPTION', path: 'bigger' })
    expect(await box.read('big')).toHaveLength(20 * MiB)
  })

  test('are not reached through a link, in or out', async () => {
    const box = await open()
    await box.run(sh('ln -s /etc out; ln -s /etc/passwd file; mkdir d; chmod 0 d; mkfifo fifo'))
    expect(await failureOf(box.write('out/x', ''))).toMatchObject({ code: 'INVALID_OPTION' })
    for (const path of ['out/passwd', 'file', 'd', 'd/x', 'fifo', 'missing', '../etc/passwd', '/etc/passwd'])
      expect([path, await failureOf(box.read(path))]).toMatchObject([path, { code: 'INVALID_OPTION' }])
    await box.write('file', 'mine')
    expect(await printed(box, 'cat file; stat -c %F file')).toBe('mineregular file\n')
    expect(await failureOf(box.list('missing'))).toMatchObject({ code: 'INVALID_OPTION' })
  })

  test('are read with the command’s rights, while a command changes them', async () => {
    const box = await open()
    await box.write('swapped', 'x')
    const swap =
      'while :; do ln -sf /etc/shadow s; mv s swapped; mkfifo f 2>/dev/null; mv f swapped; head -c 3M /dev/zero > g; mv g swapped; : > swapped; done'
    await using _ = await box.spawn(sh(swap), { ...endless, cpuTimeMs: 60_000 })
    const seen = new Set<string>()
    for (let i = 0; i < 30; i++) seen.add(await kindOf(box.read('swapped')))
    expect([...seen].filter((kind) => !['its own bytes', 'INVALID_OPTION', 'CONTAINER_FAILED'].includes(kind))).toEqual(
      [],
    )
    expect(await printed(box, 'echo fine')).toBe('fine\n')
  })
})
