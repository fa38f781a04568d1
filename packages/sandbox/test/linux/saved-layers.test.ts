import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough, Readable, Writable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { needs } from '@mayfly/test-support'
import { createSandbox, MiB, type Layer } from '@mayfly/sandbox'
import { extract } from 'tar-stream'
import { beforeEach, describe, expect, test } from 'vitest'
import { sh } from './support/commands.ts'
import { failureOf } from './support/failure.ts'
import { hasLayers } from './support/has-layers.ts'
import { useSandbox } from './support/use-sandbox.ts'

const sandbox = useSandbox({ concurrency: 2 })

beforeEach(async (context) => needs(context, await hasLayers(sandbox()), 'layers cannot be had here'))

/** For machines that are emulated. */
const patient = { wallTimeMs: 60_000, idleTimeMs: 60_000, cpuTimeMs: 60_000 }

async function freeze(script: string, base?: Layer): Promise<Layer> {
  const result = await sandbox().run(base ? { argv: sh(script), base } : sh(script), patient, { freeze: true })
  expect([result.status, String(result.stderr)]).toEqual(['exited', ''])
  if (result.layer === undefined) throw new Error('a run with `freeze` left no layer')
  return result.layer
}

async function printed(script: string, base: Layer): Promise<string> {
  const { stdout, stderr } = await sandbox().run({ argv: sh(script), base }, patient)
  return `${String(stdout)}${String(stderr)}`
}

async function inDirectory(act: (directory: string) => Promise<void>): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'saved-'))
  try {
    await act(directory)
  } finally {
    await rm(directory, { recursive: true })
  }
}

/** The archive of a layer, in memory. */
async function saved(layer: Layer): Promise<Buffer> {
  const through = new PassThrough()
  const [bytes] = await Promise.all([buffer(through), layer.save(through)])
  return bytes
}

const list = 'find . -mindepth 1 -printf "%P %y %m %U:%G %s %n %l %TY\\n" | sort'

describe('a layer that is saved and loaded again', () => {
  const script = [
    'mkdir -m 700 d; mkdir -p d/e empty; echo a > d/a; chmod 4750 d/a; ln d/a d/e/b; ln -s ../nowhere link; mkfifo -m 640 fifo',
    `head -c 3000000 /dev/urandom > random; truncate -s 10M sparse; echo end >> sparse; touch -d 2001-02-03 d/a d/e; chmod 500 d/e`,
    `mkdir -p long/${'x'.repeat(200)}; echo deep > long/${'x'.repeat(200)}/${'y'.repeat(200)}`,
    'python3 -c "import socket; socket.socket(socket.AF_UNIX).bind(\'socket\')"; md5sum random > sum',
  ].join('\n')

  test('holds the same files, with modes, owners, times, links and names', async () => {
    await using base = await freeze(script)
    const before = await printed(`rm socket; ${list}`, base)
    await inDirectory(async (directory) => {
      const path = join(directory, 'layer.tar')
      await base.save(path)
      await base.close()
      await using loaded = await sandbox().loadLayer(path)
      const sizes = /^(\S+ d \S+ \S+) \d+ /gm
      expect((await printed(list, loaded)).replaceAll(sizes, '$1 ')).toBe(before.replaceAll(sizes, '$1 '))
      expect(
        await printed(
          'md5sum -c sum; tail -c 4 sparse; [ d/a -ef d/e/b ] && cat d/e/b; [ $(du -k sparse | cut -f 1) -lt 200 ] && echo holes',
          loaded,
        ),
      ).toBe('random: OK\nend\na\nholes\n')
      expect(loaded.depth).toBe(1)
    })
  })

  const attribute = `
import os
os.mkdir('d'); open('f', 'w').write('f'); os.symlink('f', 'l')
for name, value in (('user.text', b'gr\\xc3\\xbc\\xc3\\x9fe'), ('user.bytes', bytes(range(256))), ('user.none', b''), ('user.a b=c', b'1')):
    os.setxattr('f', name, value); os.setxattr('d', name, value)
os.chmod('f', 0o400); os.chmod('d', 0o500)
`
  const shown =
    "python3 -c \"import os; [print(p, n, os.getxattr(p, n)) for p in ('f', 'd') for n in sorted(os.listxattr(p))]\""

  test('keeps the attributes that users give, whatever their bytes, and in other makes as well', async (context) => {
    const probe = await sandbox().run(['python3', '-c', 'import os; os.setxattr("/work", "user.x", b"y")'])
    needs(context, probe.status === 'exited' && probe.exitCode === 0, 'attributes of a tmpfs need Linux 6.6')
    await using base = await freeze(`python3 -c "${attribute.replaceAll('"', '\\"')}"`)
    const before = await printed(shown, base)
    expect(before.split('\n')).toHaveLength(9)
    await using loaded = await sandbox().loadLayer(Readable.from([await saved(base)]))
    expect(await printed(shown, loaded)).toBe(before)
    const other = await sandbox().run({ argv: sh(shown), base }, patient, { network: 'loopback' })
    expect(String(other.stdout)).toBe(before)
    const records: string[] = []
    for await (const entry of Readable.from([await saved(base)]).pipe(extract())) {
      records.push(...Object.keys(entry.header.pax ?? {}))
      entry.resume()
    }
    expect(new Set(records.filter((key) => key.startsWith('SCHILY.')))).toEqual(
      new Set(['SCHILY.xattr.user.none', 'SCHILY.xattr.user.text']),
    )
  })

  test('is as deep as it was', async () => {
    const deep = 'for i in $(seq 300); do mkdir d && cd d; done; echo deep > file'
    await using base = await freeze(deep)
    const find = 'find . -name file -printf "%d\\n" -exec cat {} +'
    expect(await printed(find, base)).toBe('301\ndeep\n')
    await using loaded = await sandbox().loadLayer(Readable.from([await saved(base)]))
    expect(await printed(find, loaded)).toBe('301\ndeep\n')
    const other = await sandbox().run({ argv: sh(find), base }, patient, { network: 'loopback' })
    expect(String(other.stdout)).toBe('301\ndeep\n')
  })

  test('is one archive of all that it is stacked on, and nothing that was deleted', async () => {
    await using one = await freeze('mkdir d; echo 1 > a; echo 1 > b; echo 1 > d/c')
    await using two = await freeze('echo 2 > b; rm -r d; echo 2 > new', one)
    await using loaded = await sandbox().loadLayer(Readable.from([await saved(two)]))
    expect(await printed('head *', loaded)).toBe('==> a <==\n1\n\n==> b <==\n2\n\n==> new <==\n2\n')
    await using three = await freeze('rm a; echo 3 > b', loaded)
    expect(await printed('head *', three)).toBe('==> b <==\n3\n\n==> new <==\n2\n')
  })

  test('can be read by others, and loaded by another sandbox', async () => {
    await using base = await freeze('mkdir d; echo content > d/file; chmod 640 d/file')
    const bytes = await saved(base)
    const found: unknown[] = []
    for await (const entry of Readable.from([bytes]).pipe(extract())) {
      const { name, type, mode, uid, gid } = entry.header
      found.push({ name, type, mode, uid, gid })
      entry.resume()
    }
    const owner = { uid: 1000, gid: 1000 }
    expect(found).toEqual([
      { name: 'd', type: 'directory', mode: 0o755, ...owner },
      { name: 'd/file', type: 'file', mode: 0o640, ...owner },
    ])
    await using other = await createSandbox({ concurrency: 1 })
    await using loaded = await other.loadLayer(Readable.from([bytes]))
    expect(String((await other.run({ argv: ['cat', 'd/file'], base: loaded })).stdout)).toBe('content\n')
  })

  test('may be larger than memory is meant to hold, and as slow as who reads it', { timeout: 300_000 }, async () => {
    const limits = { diskBytes: 300 * MiB, fileBytes: 300 * MiB, ...patient }
    const { layer } = await sandbox().run(sh('yes 0123456789abcde | head -c 200M > big'), limits, { freeze: true })
    if (layer === undefined) throw new Error('a run with `freeze` left no layer')
    const before = process.memoryUsage().rss
    let bytes = 0
    const slow = new Writable({
      write(chunk: Buffer, _, done) {
        bytes += chunk.length
        setImmediate(done)
      },
    })
    await layer.save(slow)
    await layer.close()
    expect(bytes).toBeGreaterThan(200 * MiB)
    expect(process.memoryUsage().rss - before).toBeLessThan(150 * MiB)
  })
})

describe('saving a layer', () => {
  test.each([
    ['at a path where something is', (directory: string) => join(directory, 'there')],
    ['in no directory', (directory: string) => join(directory, 'no', 'such')],
  ])('%s is refused', async (_, target) => {
    await using base = await freeze('echo x > x')
    await inDirectory(async (directory) => {
      await writeFile(join(directory, 'there'), 'kept')
      const failure = await failureOf(base.save(target(directory)))
      expect(failure).toMatchObject({ code: 'INVALID_OPTION', message: expect.stringContaining('`target`') })
      expect(await readFile(join(directory, 'there'), 'utf8')).toBe('kept')
    })
  })

  test('to a stream that fails rejects with its error, and the next run is none the worse', async () => {
    await using base = await freeze('head -c 5M /dev/urandom > big')
    const broken = new Writable({ write: (_chunk, _encoding, done) => done(new Error('the disk is gone')) })
    expect(await failureOf(base.save(broken))).toMatchObject({ message: 'the disk is gone' })
    expect(await printed('ls', base)).toBe('big\n')
  })

  test.each([
    ['a name that is no text', 'printf x > "$(printf \'a\\377\')"', 'not UTF-8'],
    ['a name of a whiteout', 'echo x > .wh.x', 'deleted file'],
  ])('with %s rejects and leaves no file', async (_, script, words) => {
    await using base = await freeze(script)
    await inDirectory(async (directory) => {
      const failure = await failureOf(base.save(join(directory, 'layer.tar')))
      expect(failure).toMatchObject({ code: 'CONTAINER_FAILED', message: expect.stringContaining(words) })
      expect(await readdir(directory)).toEqual([])
    })
  })

  // Where layers are copies, it cannot be kept in the first place.
  test('with directories nested too deep rejects', async () => {
    const save = async (): Promise<void> => {
      const nested = 'import os\nfor _ in range(2100): os.mkdir("d"); os.chdir("d")'
      await using base = await freeze(`python3 -c '${nested}'`)
      await base.save(new PassThrough())
    }
    expect(await failureOf(save())).toMatchObject({ code: 'CONTAINER_FAILED' })
  })

  test('that was closed is refused', async () => {
    const base = await freeze('true')
    await base.close()
    expect(await failureOf(base.save(new PassThrough()))).toMatchObject({ code: 'INVALID_OPTION' })
  })
})
