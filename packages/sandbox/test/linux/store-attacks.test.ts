import { createHash, randomBytes } from 'node:crypto'
import { needs } from '@mayfly/test-support'
import { MiB } from '@mayfly/sandbox'
import { describe, expect, test } from 'vitest'
import { attempts } from './support/attempts.ts'
import { sh } from './support/commands.ts'
import { outputOf } from './support/output-of.ts'
import { useSandbox } from './support/use-sandbox.ts'

const sandbox = useSandbox({ concurrency: 2 })

describe('a command cannot change what others see', () => {
  const attack = `
${attempts}fd = os.open('d/input', os.O_RDONLY)
again = f'/proc/self/fd/{fd}'
libc.mmap.restype = ctypes.c_void_p
page = libc.mmap(None, ctypes.c_size_t(4096), mmap.PROT_READ, mmap.MAP_SHARED, fd, ctypes.c_long(0))
attempt('write', lambda: os.open('d/input', os.O_WRONLY))
attempt('append', lambda: os.open('d/input', os.O_RDWR | os.O_APPEND))
attempt('create', lambda: os.open('d/input', os.O_WRONLY | os.O_CREAT | os.O_TRUNC))
attempt('reopen', lambda: os.open(again, os.O_RDWR))
attempt('reopen-truncate', lambda: os.open(again, os.O_WRONLY | os.O_TRUNC))
attempt('write-read-only', lambda: os.write(fd, b'x'))
attempt('truncate', lambda: os.truncate('d/input', 0))
attempt('ftruncate', lambda: os.ftruncate(fd, 0))
attempt('truncate-again', lambda: os.truncate(again, 0))
attempt('fallocate', lambda: call(libc.fallocate(fd, 3, ctypes.c_long(0), ctypes.c_long(4096))))
attempt('map-shared', lambda: mmap.mmap(fd, 0, mmap.MAP_SHARED, mmap.PROT_READ | mmap.PROT_WRITE))
attempt('protect', lambda: call(libc.mprotect(ctypes.c_void_p(page), ctypes.c_size_t(4096), 3)))
attempt('remove-pages', lambda: call(libc.madvise(ctypes.c_void_p(page), ctypes.c_size_t(4096), 9)))
attempt('chmod', lambda: os.chmod('d/input', 0o777))
attempt('fchmod', lambda: os.fchmod(fd, 0o777))
attempt('chown', lambda: os.chown('d/input', os.getuid(), os.getgid()))
attempt('times', lambda: os.utime('d/input'))
attempt('attribute', lambda: os.setxattr('d/input', 'user.x', b'y'))
attempt('flags', lambda: fcntl.ioctl(fd, 0x40086602, (0).to_bytes(8, 'little')))
attempt('link', lambda: os.link('d/input', 'hard'))
attempt('link-again', lambda: os.link(again, 'hard', follow_symlinks=True))
attempt('rename', lambda: os.rename('d/input', 'other'))
attempt('replace', lambda: (open('mine', 'w').close(), os.rename('mine', 'd/input')))
attempt('unlink', lambda: os.unlink('d/input'))
attempt('unmount', lambda: call(libc.umount2(b'd/input', 2)))
attempt('remount', lambda: call(libc.mount(None, b'd/input', None, 32 | 4096, None)))
os.rename('d', 'moved')
os.mkdir('d')
open('d/input', 'w').write('mine')
os.chmod('moved', 0)
`

  test('by any of the ways there are to a file, as long as it has it and while others read it', async () => {
    const bytes = randomBytes(MiB + 3)
    const digest = createHash('sha256').update(bytes).digest('hex')
    await using blob = await sandbox().store(bytes, { executable: true })
    const files = { 'd/input': blob }
    const script = 'echo ready; read go; sha256sum d/input'
    const reader = await sandbox().spawn({ argv: sh(script), files })
    const attacked = await sandbox().run({ argv: ['python3', '-c', attack], files })
    expect([attacked.status, String(attacked.stderr)]).toEqual(['exited', ''])
    expect(String(attacked.stdout).trimEnd().split('\n')).toEqual([
      ...['write EROFS', 'append EROFS', 'create EROFS', 'reopen EROFS', 'reopen-truncate EROFS'],
      ...['write-read-only EBADF', 'truncate EROFS', 'ftruncate EINVAL', 'truncate-again EROFS', 'fallocate EBADF'],
      ...['map-shared EACCES', 'protect EACCES', 'remove-pages EACCES', 'chmod EROFS', 'fchmod EROFS', 'chown EROFS'],
      ...['times EROFS', 'attribute EROFS', 'flags EROFS', 'link EXDEV', 'link-again EXDEV', 'rename EBUSY'],
      ...['replace EBUSY', 'unlink EBUSY', 'unmount EPERM', 'remount EPERM'],
    ])
    reader.stdin.end('go\n')
    expect(await outputOf(reader)).toContain(digest)
    expect(String((await sandbox().run({ argv: ['sha256sum', 'd/input'], files })).stdout)).toContain(digest)
    const stat = await sandbox().run({ argv: ['stat', '-c', '%a %h', 'd/input'], files })
    expect(String(stat.stdout)).toBe('555 1\n')
  })

  test('nor signal to another that has it, by a lock', async (context) => {
    await using blob = await sandbox().store('x')
    const files = { input: blob }
    const held = await sandbox().spawn({ argv: sh('exec 9< input; flock 9; echo held; read go'), files })
    for await (const _ of held.stdout) break
    const other = await sandbox().run({ argv: sh('exec 9< input; flock -n 9; echo $?'), files })
    needs(context, !other.missing.includes('imageInodes'), 'overlays in user namespaces need Linux 5.11')
    expect(String(other.stdout)).toBe('0\n')
    held.stdin.end('go\n')
    expect(await held.result).toMatchObject({ status: 'exited' })
  })

  test('nor is what it is shown of others more than the file', async () => {
    await using one = await sandbox().store('one')
    await using two = await sandbox().store('two')
    const list = await sandbox().run({ argv: sh('ls; ls -A /tmp; cat one'), files: { one } })
    expect(String(list.stdout)).toBe('one\none')
    expect(two.size).toBe(3)
  })
})
