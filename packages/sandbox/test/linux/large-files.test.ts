import { createHash } from 'node:crypto'
import { execFileSync } from 'node:child_process'
import { chmod, link, mkdir, mkdtemp, rm, symlink, truncate, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { GiB, MiB } from '@mayfly/sandbox'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { sh } from './support/commands.ts'
import { failureOf } from './support/failure.ts'
import { outputOf } from './support/output-of.ts'
import { useSandbox } from './support/use-sandbox.ts'

const sandbox = useSandbox({ concurrency: 2 })
let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'files-'))
})
afterEach(async () => rm(folder, { recursive: true }))

const room = { diskBytes: 2 * GiB, memoryBytes: 2 * GiB, fileBytes: 2 * GiB, wallTimeMs: 60_000, cpuTimeMs: 60_000 }

/** What a script prints that finds the directory `tree` in its working directory, its complaints included. */
async function printed(script: string, hostPath = folder): Promise<string> {
  const { stdout, stderr } = await sandbox().run({ argv: sh(script), files: { tree: { hostPath } } }, room)
  return `${String(stdout)}${String(stderr)}`
}

describe('files beyond what goes along with a request', () => {
  test('arrive whole, from memory and from the host, beside small ones', async () => {
    const bytes = Buffer.alloc(5 * MiB, 'abcdefg')
    const hostPath = join(folder, 'large')
    await writeFile(hostPath, bytes, { mode: 0o640 })
    const files = {
      first: 'small',
      memory: bytes,
      'd/host': { hostPath },
      mode: { content: bytes, mode: 0o500 },
      last: 'x',
    }
    const script = 'sha256sum memory d/host mode | cut -c-64 | uniq -c; stat -c %a memory d/host mode; cat first last'
    const { stdout } = await sandbox().run({ argv: sh(script), files })
    const digest = createHash('sha256').update(bytes).digest('hex')
    expect(String(stdout)).toBe(`      3 ${digest}\n644\n640\n500\nsmallx`)
  })

  test('of half a gibibyte leave the memory of Node as it is', async () => {
    const hostPath = join(folder, 'sparse')
    await writeFile(hostPath, '')
    await truncate(hostPath, GiB / 2)
    const before = process.memoryUsage().rss
    let most = 0
    const watch = setInterval(() => {
      most = Math.max(most, process.memoryUsage().rss)
    }, 5)
    const result = await sandbox().run({ argv: ['wc', '-c', 'copy'], files: { copy: { hostPath } } }, room)
    clearInterval(watch)
    expect(String(result.stdout)).toBe(`${GiB / 2} copy\n`)
    expect(most - before).toBeLessThan(128 * MiB)
  })

  test('are had by commands that are spawned and connected', async () => {
    const files = { input: Buffer.alloc(3 * MiB, 'x') }
    const running = await sandbox().spawn({ argv: ['wc', '-c', 'input'], files })
    expect(await outputOf(running)).toBe(`${3 * MiB} input\n`)
    const { left, right } = await sandbox().connect(
      { command: { argv: ['cat', 'input'], files } },
      { command: { argv: ['cmp', 'input', '-'], files } },
    )
    expect([left, right]).toMatchObject([{ exitCode: 0 }, { exitCode: 0 }])
  })

  test('that do not fit the disk are limited by it, and those that do not fit the memory by that', async () => {
    const files = { large: Buffer.alloc(20 * MiB) }
    const disk = await sandbox().run({ argv: ['true'], files }, { diskBytes: 10 * MiB })
    expect(disk).toMatchObject({ status: 'limited', limit: 'disk' })
    const memory = await sandbox().run({ argv: ['true'], files }, { memoryBytes: 10 * MiB })
    expect(memory).toMatchObject({ status: 'limited', limit: 'memory' })
  })

  test('are not waited for by a run that is aborted', async () => {
    const stop = new AbortController()
    const hostPath = join(folder, 'sparse')
    await writeFile(hostPath, '')
    await truncate(hostPath, 64 * GiB)
    const files = { large: { hostPath } }
    const limits = { ...room, diskBytes: 1024 * GiB, fileBytes: 1024 * GiB }
    const running = failureOf(sandbox().spawn({ argv: ['true'], files }, limits, { signal: stop.signal }))
    setImmediate(() => stop.abort(new RangeError('stopped')))
    expect(await running).toBeInstanceOf(RangeError)
  })
})

describe('a directory of the host', () => {
  test('is placed with its files, directories and links, and their modes', async () => {
    await mkdir(join(folder, 'a/b'), { recursive: true })
    await mkdir(join(folder, 'none'))
    await writeFile(join(folder, 'a/b/file'), 'deep')
    await writeFile(join(folder, 'large'), Buffer.alloc(2 * MiB))
    await link(join(folder, 'a/b/file'), join(folder, 'a/twin'))
    await symlink('a/b', join(folder, 'link'))
    await symlink('/etc/hostname', join(folder, 'out'))
    await symlink('nowhere', join(folder, 'dangling'))
    await chmod(join(folder, 'a/b/file'), 0o754)
    await chmod(join(folder, 'a/b'), 0o500)
    await chmod(folder, 0o711)
    const list =
      'find tree -printf "%P %y %m %U %s %l\\n" | sed "s/ $//" | grep -v " d " | sort; stat -c "%n %a" tree tree/a/b tree/none'
    expect(await printed(list)).toBe(
      [
        ...[
          'a/b/file f 754 1000 4',
          'a/twin f 754 1000 4',
          'dangling l 777 1000 7 nowhere',
          'large f 644 1000 2097152',
        ],
        ...[
          'link l 777 1000 3 a/b',
          'out l 777 1000 13 /etc/hostname',
          'tree 711',
          'tree/a/b 500',
          'tree/none 755',
          '',
        ],
      ].join('\n'),
    )
    expect(await printed('cat tree/link/file; echo x > tree/a/new && cat tree/a/new')).toBe('deepx\n')
  })

  test('follows no link, also not one that leads to a secret of the host', async () => {
    const secret = join(folder, 'secret')
    await mkdir(join(folder, 'tree'))
    await writeFile(secret, 'secret')
    await symlink(secret, join(folder, 'tree/link'))
    await symlink(folder, join(folder, 'tree/directory'))
    expect(await printed('cat tree/link; ls tree/directory/; readlink tree/*', join(folder, 'tree'))).toBe(
      `${folder}\n${secret}\ncat: tree/link: No such file or directory\nls: cannot access 'tree/directory/': No such file or directory\n`,
    )
  })

  test('that holds a FIFO, a socket or a device is refused by its name, and waits for nothing', async () => {
    await mkdir(join(folder, 'd'))
    const server = createServer()
    const makes = {
      fifo: async (path: string) => void execFileSync('mkfifo', [path]),
      socket: async (path: string) => new Promise<void>((resolve) => void server.listen(path, resolve)),
    }
    try {
      for (const [kind, make] of Object.entries(makes)) {
        const path = join(folder, 'd', kind)
        await make(path)
        const files = { tree: { hostPath: folder } }
        const failure = await failureOf(sandbox().run({ argv: ['true'], files }))
        const message = `\`command.files['tree'].hostPath\` must hold only files, directories and links, got 'd/${kind}'`
        expect(failure).toMatchObject({ code: 'INVALID_OPTION', path, message })
        await rm(path)
      }
    } finally {
      server.close()
    }
  })

  test('does not replace what is there: a file of its own goes first, and is named', async () => {
    await writeFile(join(folder, 'file'), 'of the host')
    const files = { tree: { hostPath: folder }, 'tree/file': Buffer.alloc(2 * MiB) }
    const failure = await failureOf(sandbox().run({ argv: ['true'], files }))
    expect(failure).toMatchObject({ code: 'INVALID_OPTION', errno: 'EEXIST', path: 'tree' })
    const beside = { tree: { hostPath: folder }, 'tree/other': 'own' }
    const { stdout } = await sandbox().run({ argv: sh('cat tree/file tree/other'), files: beside })
    expect(String(stdout)).toBe('of the hostown')
  })

  test('of more files than the run may have is limited by the disk', async () => {
    await Promise.all(Array.from({ length: 50 }, async (_, index) => writeFile(join(folder, `f${index}`), 'x')))
    const files = { tree: { hostPath: folder } }
    const result = await sandbox().run({ argv: ['true'], files }, { inodeCount: 20 })
    expect(result).toMatchObject({ status: 'limited', limit: 'disk' })
    const whole = await sandbox().run({ argv: sh('ls tree | wc -l'), files })
    expect(String(whole.stdout)).toBe('50\n')
  })
})
