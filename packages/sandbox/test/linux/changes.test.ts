import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { needs } from '@mayfly/test-support'
import { MiB, type ChangedPath, type Command, type Layer, type RunResult } from '@mayfly/sandbox'
import { beforeEach, describe, expect, test } from 'vitest'
import { sh } from './support/commands.ts'
import { hasLayers } from './support/has-layers.ts'
import { useSandbox } from './support/use-sandbox.ts'

const sandbox = useSandbox()

async function changesOf(script: string, more: Partial<Command> = {}): Promise<RunResult> {
  const result = await sandbox().run({ argv: sh(script), collect: 'changes', ...more })
  expect([result.status, String(result.stderr)]).toEqual(['exited', ''])
  return result
}

const told = (paths: readonly ChangedPath[] = []): readonly string[] => paths.map(({ path, type }) => `${type} ${path}`)

/** One line for each path that changed, with a sign in front. */
function lines({ changes }: RunResult): readonly string[] {
  return [
    ...told(changes?.added).map((line) => `+ ${line}`),
    ...told(changes?.changed).map((line) => `~ ${line}`),
    ...told(changes?.deleted).map((line) => `- ${line}`),
  ]
}

const texts = ({ files }: RunResult): Readonly<Record<string, string>> =>
  Object.fromEntries([...files].map(([path, bytes]) => [path, Buffer.from(bytes).toString()]))

const reasons = ({ leftFiles }: RunResult): Readonly<Record<string, string>> =>
  Object.fromEntries(leftFiles.map(({ path, reason }) => [path, reason]))

const files = { 'a.txt': 'a\n', 'b.txt': 'b\n', 'd/c.txt': 'c\n', 'd/e/f.txt': 'f\n' }

/** For machines that are emulated. */
const patient = { wallTimeMs: 120_000, cpuTimeMs: 120_000, idleTimeMs: 120_000 }

describe('what a command changed', () => {
  test('is what it added, changed and deleted, and nothing that it left alone', async () => {
    const script = 'echo more >> a.txt; rm -r d/e; mkdir -p new/empty; echo n > new/n.txt; cat b.txt > /dev/null'
    const result = await changesOf(script, { files })
    expect(lines(result)).toEqual([
      '+ directory new',
      '+ directory new/empty',
      '+ file new/n.txt',
      '~ file a.txt',
      '- directory d/e',
      '- file d/e/f.txt',
    ])
    expect(texts(result)).toEqual({ 'a.txt': 'a\nmore\n', 'new/n.txt': 'n\n' })
    expect(result.collected.map(({ path }) => path).sort()).toEqual(['a.txt', 'new', 'new/empty', 'new/n.txt'])
    expect(result.leftFiles).toEqual([])
  })

  test('is nothing where it changed nothing', async () => {
    const result = await changesOf('cat a.txt d/c.txt', { files })
    expect(result.changes).toEqual({ added: [], changed: [], deleted: [] })
    expect([result.files.size, result.collected, result.leftFiles]).toEqual([0, [], []])
  })

  test('is not a file that was written anew as it was, however it got there', async () => {
    expect(lines(await changesOf('echo a > a.txt; echo b > x; mv x b.txt; touch d/c.txt', { files }))).toEqual([])
  })

  test.each([
    [
      'its times set back',
      'import os; s = os.stat("a.txt"); open("a.txt", "w").write("z\\n"); os.utime("a.txt", ns=(s.st_atime_ns, s.st_mtime_ns))',
    ],
    [
      'its times as they were, by a mapping',
      'import mmap; f = open("a.txt", "r+b"); m = mmap.mmap(f.fileno(), 0); m[0]; m[0:1] = b"z"',
    ],
  ])('is a file that was changed with %s', async (_, script) => {
    const result = await changesOf(`python3 -c '${script}'`, { files })
    expect([lines(result), texts(result)]).toEqual([['~ file a.txt'], { 'a.txt': 'z\n' }])
  })

  test('is a mode, and where a link points', async () => {
    const before = 'chmod 600 a.txt; chmod 700 d; ln -sf b.txt link'
    expect(lines(await changesOf(before, { files }))).toEqual(['+ link link', '~ file a.txt', '~ directory d'])
  })

  test('is what became of another kind, with what was below it', async () => {
    const script = 'rm -r d; ln -s a.txt d; rm b.txt; mkdir b.txt; echo x > b.txt/x; rm a.txt; mkfifo a.txt'
    const result = await changesOf(script, { files })
    expect(lines(result)).toEqual([
      '+ file b.txt/x',
      '~ fifo a.txt',
      '~ directory b.txt',
      '~ link d',
      '- file d/c.txt',
      '- directory d/e',
      '- file d/e/f.txt',
    ])
    expect(reasons(result)).toEqual({ 'a.txt': 'fifo', d: 'link' })
    expect(texts(result)).toEqual({ 'b.txt/x': 'x\n' })
  })

  test('is a file of any size, holes and all', async () => {
    const zeros = Buffer.alloc(MiB)
    const limits = { diskBytes: 200 * MiB, fileBytes: 150 * MiB }
    const script =
      'rm zeros; truncate -s 1M zeros; truncate -s 100M sparse; printf x | dd of=big conv=notrunc seek=700001 bs=1 status=none'
    const before = { zeros, big: Buffer.alloc(MiB, 'y') }
    const result = await sandbox().run({ argv: sh(script), collect: 'changes', files: before }, limits)
    expect([String(result.stderr), lines(result)]).toEqual(['', ['+ file sparse', '~ file big']])
    expect(result.files.get('big')?.indexOf('x'.codePointAt(0) ?? 0)).toBe(700_001)
  })

  test('has names that are no text among what is left', async () => {
    const result = await changesOf('printf x > "$(printf \'a\\377\')"')
    expect(lines(result)).toEqual(['+ file a\uFFFD'])
    expect(reasons(result)).toEqual({ 'a\uFFFD': 'name' })
  })

  test('is told where a limit ended it, too', async () => {
    const script = 'echo half > a.txt; rm b.txt; sleep 100'
    const result = await sandbox().run({ argv: sh(script), files, collect: 'changes' }, { wallTimeMs: 300 })
    expect([result.status, lines(result)]).toEqual(['limited', ['~ file a.txt', '- file b.txt']])
  })

  test('goes to a directory of the host', async () => {
    const to = await mkdtemp(join(tmpdir(), 'changed-'))
    try {
      const result = await changesOf('echo z > d/c.txt; rm a.txt', { files, collectTo: to })
      expect(lines(result)).toEqual(['~ file d/c.txt', '- file a.txt'])
      expect([await readdir(to), await readFile(join(to, 'd/c.txt'), 'utf8')]).toEqual([['d'], 'z\n'])
    } finally {
      await rm(to, { recursive: true })
    }
  })

  test('is no mount of the host in the working directory', async () => {
    const shown = await mkdtemp(join(tmpdir(), 'shown-'))
    try {
      const result = await changesOf('echo x > x', { files, mounts: [{ source: shown, target: '/work/shown' }] })
      expect([lines(result), result.leftFiles]).toEqual([['+ file x'], []])
    } finally {
      await rm(shown, { recursive: true })
    }
  })

  test('is not told past the bounds: what lies too deep, and what is too large', async () => {
    const script = `mkdir -p ${'d/'.repeat(80)}; echo x > ${'d/'.repeat(80)}f; truncate -s 60M large; echo x > small`
    const result = await sandbox().run({ argv: sh(script), collect: 'changes' }, { diskBytes: 8 * MiB })
    expect(reasons(result)).toEqual({ [`${'d/'.repeat(64)}d`]: 'tooDeep', large: 'tooLarge' })
    expect(told(result.changes?.added).filter((line) => line.startsWith('file'))).toEqual(['file large', 'file small'])
  })

  test('is not told past a hundred thousand', { timeout: 300_000 }, async () => {
    const script = "python3 -c \"\nimport os\nopen('f', 'w')\nfor i in range(100100): os.link('f', str(i))\""
    const command: Command = { argv: sh(script), collect: 'changes' }
    const result = await sandbox().run(command, { inodeCount: 200_000, ...patient })
    expect(result.changes?.added).toHaveLength(100_000)
    expect(result.leftFiles).toEqual([{ path: '', reason: 'tooMany' }])
  })
})

test('a command that is spawned tells its changes', async () => {
  const running = await sandbox().spawn({ argv: sh('read x; echo $x > a.txt'), files, collect: 'changes' })
  running.stdin.end('new\n')
  const result = await running.result
  expect([lines(result), texts(result)]).toEqual([['~ file a.txt'], { 'a.txt': 'new\n' }])
})

test('commands that are connected each tell their own changes', async () => {
  const left = { command: { argv: sh('echo l; rm a.txt'), files, collect: 'changes' as const } }
  const right = { command: { argv: sh('cat > r'), collect: 'changes' as const } }
  const result = await sandbox().connect(left, right)
  expect([lines(result.left), lines(result.right)]).toEqual([['- file a.txt'], ['+ file r']])
})

describe('on a layer, what a command changed', () => {
  beforeEach(async (context) => needs(context, await hasLayers(sandbox()), 'layers cannot be had here'))

  async function layerOf(script: string, base?: Layer): Promise<Layer> {
    const command = { argv: sh(script), ...(base === undefined ? {} : { base }) }
    const { layer } = await sandbox().run(command, {}, { freeze: true })
    if (layer === undefined) throw new Error('a run with `freeze` left no layer')
    return layer
  }

  test('is what differs from the layer, files placed on it left out', async () => {
    await using one = await layerOf('mkdir -p d/e; for f in a b c d/f d/e/g same; do echo $f > $f; done; ln -s a link')
    await using base = await layerOf('rm c; echo 2 > b', one)
    const script = [
      'echo x >> a; rm b; rm -r d/e; echo n > new; chmod 600 d/f; rm link; ln -s b link; cat same placed > /dev/null',
      'echo tmp > c; rm c',
    ].join('\n')
    const result = await changesOf(script, { base, files: { placed: 'p', 'd/placed': 'q' } })
    expect(lines(result)).toEqual([
      '+ file new',
      '~ file a',
      '~ file d/f',
      '~ link link',
      '- file b',
      '- directory d/e',
      '- file d/e/g',
    ])
    expect(texts(result)).toEqual({ a: 'a\nx\n', 'd/f': 'd/f\n', new: 'n\n' })
  })

  test('is not what it only opened, or wrote as it was', async () => {
    await using base = await layerOf('mkdir d; echo a > a; echo b > d/b; echo c > d/c')
    const script = 'true <> a; echo b > d/b; rm d/c; echo c > d/c; touch d'
    expect(lines(await changesOf(script, { base }))).toEqual([])
  })

  test('is what was written through a mapping', async () => {
    await using base = await layerOf('echo a > a')
    const script = 'import mmap; f = open("a", "r+b"); m = mmap.mmap(f.fileno(), 0); m[0]; m[0:1] = b"z"'
    expect(lines(await changesOf(`python3 -c '${script}'`, { base }))).toEqual(['~ file a'])
  })

  test('is frozen all the same', async () => {
    await using base = await layerOf('echo a > a')
    const command: Command = { argv: sh('echo b > b'), base, collect: 'changes' }
    const result = await sandbox().run(command, {}, { freeze: true })
    expect(lines(result)).toEqual(['+ file b'])
    if (result.layer === undefined) throw new Error('a run with `freeze` left no layer')
    expect(lines(await changesOf('rm a b', { base: result.layer }))).toEqual(['- file a', '- file b'])
    await result.layer.close()
  })

  test('is not told where the layer has more than can be remembered', { timeout: 300_000 }, async () => {
    const script = "python3 -c \"\nimport os\nopen('f', 'w')\nfor i in range(100100): os.link('f', str(i))\""
    const { layer } = await sandbox().run(sh(script), { inodeCount: 200_000, ...patient }, { freeze: true })
    if (layer === undefined) throw new Error('a run with `freeze` left no layer')
    const result = await changesOf('echo x > x', { base: layer })
    await layer.close()
    expect([lines(result), result.leftFiles]).toEqual([[], [{ path: '', reason: 'tooMany' }]])
  })
})
