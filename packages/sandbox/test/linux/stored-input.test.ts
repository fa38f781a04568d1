import { createHash } from 'node:crypto'
import { needs } from '@mayfly/test-support'
import { createSandbox, KiB, MiB, type StoredBlob } from '@mayfly/sandbox'
import { describe, expect, test } from 'vitest'
import { attempts } from './support/attempts.ts'
import { sh } from './support/commands.ts'
import { failureOf } from './support/failure.ts'
import { useContainers } from './support/open-container.ts'
import { outputOf } from './support/output-of.ts'
import { useSandbox } from './support/use-sandbox.ts'

const sandbox = useSandbox({ concurrency: 2 })
const open = useContainers(sandbox)

async function catOf(stdin: StoredBlob, options = {}): Promise<string> {
  const { stdout, stderr } = await sandbox().run({ argv: ['cat'], stdin }, {}, options)
  return `${String(stdout)}${String(stderr)}`
}

describe('a stored blob as standard input', () => {
  test('is read by runs of every make, by what is spawned, and in a container that is kept open', async () => {
    await using blob = await sandbox().store('stored')
    await using empty = await sandbox().store('')
    expect([await catOf(blob), await catOf(empty), await catOf(blob, { network: 'loopback' })]).toEqual([
      ...['stored', '', 'stored'],
    ])
    expect(await outputOf(await sandbox().spawn({ argv: ['cat'], stdin: blob }))).toBe('stored')
    const box = await open()
    const inside = await box.run({ argv: sh('cat; cat file'), stdin: blob, files: { file: 'f' } })
    expect(String(inside.stdout)).toBe('storedf')
    expect(await outputOf(await box.spawn({ argv: ['cat'], stdin: blob }))).toBe('stored')
  })

  test('beside channels, which stay where they are', async () => {
    await using stdin = await sandbox().store('stored')
    const script =
      'import os, socket, sys\nsocket.socket(fileno=3).sendall(sys.stdin.buffer.read())\nsocket.socket(fileno=4).sendall(b"4")'
    const running = await sandbox().spawn({ argv: ['python3', '-c', script], stdin }, {}, { channels: ['one', 'two'] })
    let said = ''
    for (const name of ['one', 'two']) for await (const chunk of running.channels[name] ?? []) said += String(chunk)
    expect(said).toBe('stored4')
    expect(await running.result).toMatchObject({ status: 'exited', exitCode: 0 })
  })

  test('is a file that each of two at once reads from its start, and at its own pace', async () => {
    await using stdin = await sandbox().store('first\nsecond\nthird\n')
    const argv = [
      'python3',
      '-uc',
      'import os\nfor _ in range(3): print(os.read(0, 6 + (_ == 1)), flush=True); os.read(3, 1)',
    ]
    const [one, two] = await Promise.all(
      [1, 2].map(async () => sandbox().spawn({ argv, stdin }, {}, { channels: ['go'] })),
    )
    if (one === undefined || two === undefined) throw new Error('nothing was spawned')
    one.channels['go']?.end('...')
    expect((await outputOf(one)).split('\n').slice(0, 3)).toEqual(["b'first\\n'", "b'second\\n'", "b'third\\n'"])
    two.channels['go']?.end('...')
    expect((await outputOf(two)).split('\n').slice(0, 3)).toEqual(["b'first\\n'", "b'second\\n'", "b'third\\n'"])
    const seeks = await sandbox().run({
      argv: sh('head -n 1 > /dev/null; wc -c < /dev/stdin; stat -Lc "%F %a %h" /dev/stdin'),
      stdin,
    })
    expect([String(seeks.stdout), String(seeks.stderr)]).toEqual(['19\nregular file 444 1\n', ''])
  })

  test('can be changed by no way there is to a file, whoever has it', async () => {
    const attack = `
${attempts}for again in ('/dev/stdin', '/proc/self/fd/0'):
    attempt('open', lambda: os.open(again, os.O_WRONLY))
    attempt('open-truncate', lambda: os.open(again, os.O_RDWR | os.O_TRUNC))
    attempt('truncate', lambda: os.truncate(again, 0))
    attempt('chmod', lambda: os.chmod(again, 0o777))
    attempt('link', lambda: os.link(again, 'hard', follow_symlinks=True))
attempt('write', lambda: os.write(0, b'x'))
attempt('pwrite', lambda: os.pwrite(0, b'x', 0))
attempt('ftruncate', lambda: os.ftruncate(0, 0))
attempt('fallocate', lambda: call(libc.fallocate(0, 3, ctypes.c_long(0), ctypes.c_long(4096))))
attempt('fchmod', lambda: os.fchmod(0, 0o777))
attempt('fchown', lambda: os.fchown(0, os.getuid(), os.getgid()))
attempt('times', lambda: os.utime(0))
attempt('attribute', lambda: os.setxattr(0, 'user.x', b'y'))
attempt('flags', lambda: fcntl.ioctl(0, 0x40086602, (0).to_bytes(8, 'little')))
attempt('mode', lambda: fcntl.fcntl(0, fcntl.F_SETFL, os.O_RDWR))
attempt('map', lambda: mmap.mmap(0, 0, mmap.MAP_SHARED, mmap.PROT_READ | mmap.PROT_WRITE))
attempt('write', lambda: os.write(0, b'x'))
attempt('below', lambda: os.open('..', os.O_RDONLY, dir_fd=0))
`
    await using stdin = await sandbox().store('x'.repeat(9000))
    const { stdout, stderr } = await sandbox().run({ argv: ['python3', '-c', attack], stdin })
    const again = ['open EROFS', 'open-truncate EROFS', 'truncate EROFS', 'chmod EROFS', 'link EXDEV']
    expect([String(stderr), ...String(stdout).trimEnd().split('\n')]).toEqual([
      ...['', ...again, ...again, 'write EBADF', 'pwrite EBADF', 'ftruncate EINVAL', 'fallocate EBADF'],
      ...['fchmod EROFS', 'fchown EROFS', 'times EROFS', 'attribute EROFS', 'flags EROFS', 'mode SUCCEEDED'],
      ...['map EACCES', 'write EBADF', 'below ENOTDIR'],
    ])
    expect(await catOf(stdin)).toBe('x'.repeat(9000))
  })

  test('tells nobody of those that read it beside it, by a lock', async (context) => {
    await using stdin = await sandbox().store('x')
    const held = await sandbox().spawn(
      { argv: sh('flock 0; echo held; read -r go <&3'), stdin },
      {},
      { channels: ['go'] },
    )
    for await (const _ of held.stdout) break
    const other = await sandbox().run({ argv: sh('flock -n 0; echo $?'), stdin })
    needs(context, !other.missing.includes('imageInodes'), 'overlays in user namespaces need Linux 5.11')
    expect(String(other.stdout)).toBe('0\n')
    held.channels['go']?.end('go\n')
    expect(await held.result).toMatchObject({ status: 'exited' })
  })

  test('costs a run neither memory nor a copy', async () => {
    const bytes = Buffer.alloc(96 * MiB, 'x')
    await using stdin = await sandbox().store(bytes)
    const { stdout, usage } = await sandbox().run(
      { argv: ['sha256sum'], stdin },
      { memoryBytes: 16 * MiB, diskBytes: 64 * KiB },
    )
    expect(String(stdout).slice(0, 64)).toBe(createHash('sha256').update(bytes).digest('hex'))
    expect(usage.memoryPeakBytes).toBeLessThan(16 * MiB)
  })

  test('stays for a run that has it when it is closed, and is no other’s after that', async () => {
    const stdin = await sandbox().store('stored')
    const running = await sandbox().spawn({ argv: sh('read -r go <&3; cat'), stdin }, {}, { channels: ['go'] })
    const closing = stdin.close()
    running.channels['go']?.end('go\n')
    expect(await outputOf(running)).toBe('stored')
    await running.result
    await closing
    const message = "`command.stdin` must be a blob that is open, got 'a closed one'"
    const box = await open()
    for (const late of [
      sandbox().run({ argv: ['cat'], stdin }),
      sandbox().spawn({ argv: ['cat'], stdin }),
      box.run({ argv: ['cat'], stdin }),
    ])
      expect(await failureOf(late)).toMatchObject({ code: 'INVALID_OPTION', message })
  })

  test('is refused where it is another’s, and where the other command is what is read', async () => {
    await using other = await createSandbox({ concurrency: 1 })
    await using foreign = await other.store('x')
    const message = "`command.stdin` must be a blob of this sandbox, got 'one of another'"
    expect(await failureOf(sandbox().run({ argv: ['cat'], stdin: foreign }))).toMatchObject({ message })
    await using own = await sandbox().store('x')
    const failure = await failureOf(sandbox().connect({ command: { argv: ['cat'], stdin: own } }, { command: ['cat'] }))
    expect(failure).toMatchObject({ code: 'INVALID_OPTION', message: expect.stringContaining('command.stdin') })
  })
})

describe('the mode of what is stored', () => {
  test('may differ from file to file of one run, and from run to run', async () => {
    await using plain = await sandbox().store('#!/bin/sh\necho ran\n')
    await using program = await sandbox().store('#!/bin/sh\necho ran too\n', { executable: true })
    const files = {
      'plain/0644': { content: plain, mode: 0o644 },
      'plain/0755': { content: plain, mode: 0o755 },
      'program/0600': { content: program, mode: 0o600 },
      'program/0700': { content: program, mode: 0o700 },
    }
    const script = 'for f in */*; do stat -c "%n %a" $f; $f; done 2> /dev/null; exit 0'
    const expected = 'plain/0644 444\nplain/0755 555\nran\nprogram/0600 444\nprogram/0700 555\nran too\n'
    for (const options of [{}, { network: 'loopback' }, {}] as const)
      expect(String((await sandbox().run({ argv: sh(script), files }, {}, options)).stdout)).toBe(expected)
  })

  test('costs the content once more in the store, and is refused where that has no room, or cannot be read', async () => {
    await using small = await createSandbox({ concurrency: 1, storeBytes: 3 * MiB })
    const blob = await small.store(Buffer.alloc(2 * MiB))
    const asProgram = { argv: ['true'], files: { x: { content: blob, mode: 0o755 } } }
    expect(await failureOf(small.run(asProgram))).toMatchObject({
      code: 'INVALID_OPTION',
      message: expect.stringContaining('storeBytes'),
    })
    expect(await small.run({ argv: ['true'], files: { x: { content: blob, mode: 0o644 } } })).toMatchObject({
      exitCode: 0,
    })
    await blob.close()
    await using less = await small.store(Buffer.alloc(MiB))
    const twice = { argv: ['true'], files: { x: { content: less, mode: 0o755 } } }
    for (let i = 0; i < 3; i++) expect(await small.run(twice)).toMatchObject({ exitCode: 0 })
    expect(await failureOf(small.store(Buffer.alloc(2 * MiB, 'y')))).toMatchObject({ code: 'INVALID_OPTION' })
    const failure = await failureOf(small.run({ argv: ['true'], files: { x: { content: less, mode: 0o044 } } }))
    expect(failure).toMatchObject({ code: 'INVALID_OPTION', message: expect.stringContaining("files['x'].mode") })
  })
})
