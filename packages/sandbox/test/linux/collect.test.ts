import { mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { MiB, type Command, type RunResult } from '@mayfly/sandbox'
import { describe, expect, test } from 'vitest'
import { sh } from './support/commands.ts'
import { failureOf } from './support/failure.ts'
import { useSandbox } from './support/use-sandbox.ts'

const sandbox = useSandbox()

async function collect(script: string, patterns: readonly string[], more: Partial<Command> = {}): Promise<RunResult> {
  const result = await sandbox().run({ argv: sh(script), collect: patterns, ...more })
  expect(result).toMatchObject({ status: 'exited', exitCode: 0 })
  return result
}

const names = ({ files }: RunResult): readonly string[] => [...files.keys()]
const reasons = ({ leftFiles }: RunResult): Readonly<Record<string, string>> =>
  Object.fromEntries(leftFiles.map(({ path, reason }) => [path, reason]))

async function inDirectory(act: (directory: string) => Promise<void>): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'collected-'))
  try {
    await act(directory)
  } finally {
    await rm(directory, { recursive: true })
  }
}

const tree = 'mkdir -p a/b .h; for f in one.txt two.c a/three.txt a/b/four.txt .h/five.txt .six; do echo $f > $f; done'

describe('a pattern', () => {
  test.each([
    ['*.txt', ['one.txt']],
    ['**/*.txt', ['.h/five.txt', 'a/b/four.txt', 'a/three.txt', 'one.txt']],
    ['a/**', ['a/b/four.txt', 'a/three.txt']],
    ['a', ['a/b/four.txt', 'a/three.txt']],
    ['?', ['a/b/four.txt', 'a/three.txt']],
    ['t?o.*', ['two.c']],
    ['**/b/*', ['a/b/four.txt']],
    ['**', ['.h/five.txt', '.six', 'a/b/four.txt', 'a/three.txt', 'one.txt', 'two.c']],
    ['*.none', []],
  ])('%s selects what it describes', async (pattern, expected) => {
    const result = await collect(tree, [pattern])
    expect(names(result)).toEqual(expected)
    expect(result.leftFiles).toEqual([])
  })

  test('beside a path selects each file once, with the path first', async () => {
    const result = await collect(tree, ['**/*.txt', 'a/b', './one.txt'])
    expect(names(result)).toEqual(['./one.txt', '.h/five.txt', 'a/b/four.txt', 'a/three.txt'])
    expect(result.collected.filter(({ type }) => type === 'file')).toHaveLength(4)
  })

  test('sees a star in a name that has one, and no name but that where it is escaped', async () => {
    expect(names(await collect("echo x > '*'; echo y > b", [String.raw`\*`]))).toEqual([String.raw`\*`])
  })

  test('takes directories with it, and the modes of all', async () => {
    const result = await collect('mkdir -p d/empty; echo x > d/f; chmod 700 d; chmod 6755 d/f', ['d'])
    const paths = result.collected.map(({ path, type, mode }) => `${path} ${type} ${mode.toString(8)}`)
    expect(paths.sort()).toEqual(['d directory 700', 'd/empty directory 755', 'd/f file 755'])
  })

  test('takes time within reason, whatever the names', async () => {
    const script = "python3 -c \"for i in range(2000): open('a' * 200 + str(i), 'w')\""
    expect(names(await collect(script, [`${'*a'.repeat(60)}*b`]))).toEqual([])
  })
})

describe('what is left', () => {
  test('is told with the reason', async () => {
    const script = [
      'mkdir d; ln -s /etc/passwd d/link; mkfifo d/fifo; echo x > d/plain; ln d/plain d/hard',
      'python3 -c "import socket; socket.socket(socket.AF_UNIX).bind(\'d/socket\')"',
    ].join('\n')
    const result = await collect(script, ['d/*', 'no/such'])
    expect(names(result)).toEqual(['d/hard', 'd/plain'])
    expect(reasons(result)).toEqual({ 'no/such': 'missing', 'd/link': 'link', 'd/fifo': 'fifo', 'd/socket': 'socket' })
  })

  test('is what lies too deep', async () => {
    const result = await collect(`mkdir -p ${'d/'.repeat(100)}; echo x > ${'d/'.repeat(100)}f; echo y > f`, ['**/f'])
    expect(names(result)).toEqual(['f'])
    expect(Object.values(reasons(result))).toEqual(['tooDeep'])
  })

  test('is what does not fit, and others still come', async () => {
    const script = 'truncate -s 60M sparse; head -c 1000000 /dev/zero > dense; echo x > small'
    const result = await sandbox().run({ argv: sh(script), collect: ['*'] }, { diskBytes: 8 * MiB })
    expect(names(result)).toEqual(['dense', 'small'])
    expect(reasons(result)).toEqual({ sparse: 'tooLarge' })
  })

  test('is what has no name in UTF-8', async () => {
    const result = await collect('printf x > "$(printf \'a\\377\')"; echo y > b', ['*'])
    expect(names(result)).toEqual(['b'])
    expect(result.leftFiles).toEqual([{ path: 'a\uFFFD', reason: 'name' }])
  })

  test('is what comes after a hundred thousand entries', async () => {
    const script = "python3 -c \"\nimport os\nopen('f', 'w')\nfor i in range(100100): os.link('f', str(i))\""
    const command = { argv: sh(script), collect: ['*'] }
    const result = await sandbox().run(command, { inodeCount: 200_000, wallTimeMs: 60_000 })
    expect(result).toMatchObject({ status: 'exited', exitCode: 0 })
    expect(result.collected).toHaveLength(100_000)
    expect(result.leftFiles).toEqual([{ path: '', reason: 'tooMany' }])
  })
})

describe('a directory of the host', () => {
  test('gets the files, with their modes and their holes', async () => {
    await inDirectory(async (to) => {
      const script = `${tree}; chmod 500 a; chmod 755 two.c; truncate -s 40M sparse; echo end >> sparse`
      const result = await collect(script, ['**'], { collectTo: to })
      expect(result.files.size).toBe(0)
      expect(await readFile(join(to, 'a/b/four.txt'), 'utf8')).toBe('a/b/four.txt\n')
      expect((await stat(join(to, 'two.c'))).mode & 0o777).toBe(0o755)
      expect((await stat(join(to, 'a'))).mode & 0o777).toBe(0o500)
      const { size, blocks } = await stat(join(to, 'sparse'))
      expect([size, blocks * 512 < MiB]).toEqual([40 * MiB + 4, true])
      expect((await readFile(join(to, 'sparse'))).subarray(-5).toString()).toBe('\0end\n')
    })
  })

  test('gets more than memory is meant to hold', async () => {
    await inDirectory(async (to) => {
      const size = 300 * MiB
      const limits = { diskBytes: 400 * MiB, fileBytes: 400 * MiB, memoryBytes: 800 * MiB }
      const argv = sh(`yes 0123456789abcde | head -c ${size} > big`)
      const before = process.memoryUsage().rss
      const result = await sandbox().run({ argv, collect: ['big'], collectTo: to }, limits)
      expect(result.leftFiles).toEqual([])
      expect(process.memoryUsage().rss - before).toBeLessThan(150 * MiB)
      const content = await readFile(join(to, 'big'))
      expect([content.length, content.lastIndexOf('0123456789abcde\n')]).toEqual([size, size - 16])
    })
  })

  test('is not left through a link that the command made', async () => {
    await inDirectory(async (to) => {
      const result = await collect(`ln -s ${to} out; mkdir real; ln -s ../.. real/up; echo x > real/f`, ['**'], {
        collectTo: to,
      })
      expect(await readdir(to)).toEqual(['real'])
      expect(reasons(result)).toEqual({ out: 'link', 'real/up': 'link' })
    })
  })

  test.each(['missing', 'a file', 'a link', 'not empty'])('is refused where it is %s', async (kind) => {
    await inDirectory(async (directory) => {
      const to = join(directory, 'to')
      if (kind === 'a file') await writeFile(to, '')
      if (kind === 'a link') await symlink(directory, to)
      if (kind === 'not empty') await mkdir(join(to, 'x'), { recursive: true })
      const failure = await failureOf(sandbox().run({ argv: ['true'], collect: ['*'], collectTo: to }))
      expect(failure).toMatchObject({ code: 'INVALID_OPTION', message: expect.stringContaining('command.collectTo') })
    })
  })

  test('that vanishes meanwhile fails the run, and the next one is none the worse', async () => {
    await inDirectory(async (directory) => {
      const to = join(directory, 'to')
      await mkdir(to)
      const running = await sandbox().spawn({ argv: sh('read x; echo y > file'), collect: ['*'], collectTo: to })
      await rm(to, { recursive: true })
      running.stdin.end('go\n')
      expect(await failureOf(running.result)).toMatchObject({ code: 'ENOENT' })
      expect(names(await collect('echo x > f', ['f']))).toEqual(['f'])
    })
  })
})

test('a command that is spawned is collected from as well', async () => {
  const running = await sandbox().spawn({ argv: sh('mkdir d; echo x > d/f'), collect: ['d/*'] })
  expect(names(await running.result)).toEqual(['d/f'])
})

test('commands that are connected are each collected from', async () => {
  const left = { command: { argv: sh('head -c 3000000 /dev/zero > big; echo l > l'), collect: ['*'] } }
  const right = { command: { argv: sh('echo r > r; cat > /dev/null'), collect: ['r'] } }
  const result = await sandbox().connect(left, right)
  expect([names(result.left), names(result.right)]).toEqual([['big', 'l'], ['r']])
  expect(result.left.files.get('big')).toHaveLength(3_000_000)
})

test('files of a layer are collected with those on top of it', async () => {
  const below = await sandbox().run(sh('mkdir d; echo 1 > d/a; echo 2 > d/b; echo 3 > d/c'), {}, { freeze: true })
  const base = below.layer
  if (base === undefined) throw new Error('a run with `freeze` left no layer')
  const result = await collect('rm d/a; echo new > d/b', ['**'], { base })
  await base.close()
  expect([...result.files].map(([path, bytes]) => `${path} ${Buffer.from(bytes).toString()}`)).toEqual([
    'd/b new\n',
    'd/c 3\n',
  ])
})
