import { describe, expect, test } from 'vitest'
import { resolveCommand, type Command } from '../../../src/container/command.ts'

const refuse = (command: unknown): unknown => {
  try {
    resolveCommand(command as Command)
  } catch (error) {
    return error
  }
  return 'accepted'
}

const invalid = (option: string, rule: string, value: string): unknown =>
  expect.objectContaining({ code: 'INVALID_OPTION', message: `\`${option}\` must ${rule}, got ${value}` })

const inside = 'be a path below the working directory, relative, without `..` and without NUL'

describe('a command', () => {
  test('given as an array has the documented environment, working directory, and nothing else', () => {
    expect(resolveCommand(['sh', '-c', 'true'])).toEqual({
      argv: ['sh', '-c', 'true'],
      environment: ['PATH=/usr/local/bin:/usr/bin:/bin', 'HOME=/work', 'LANG=C.UTF-8'],
      workingDirectory: '/work',
      stdin: undefined,
      files: [],
      collect: undefined,
      mounts: [],
    })
  })

  test('adds its environment to that, and may replace what stands in it', () => {
    const { environment } = resolveCommand({ argv: ['x'], env: { LANG: 'de_DE', A: 'b=c', EMPTY: '' } })
    expect(environment).toEqual(['PATH=/usr/local/bin:/usr/bin:/bin', 'HOME=/work', 'LANG=de_DE', 'A=b=c', 'EMPTY='])
  })

  test.each([
    ['sub', '/work/sub'],
    ['./sub/../other/', '/work/other'],
    ['/tmp', '/tmp'],
    ['.', '/work'],
  ])('starts in %s, which is %s', (cwd, workingDirectory) => {
    expect(resolveCommand({ argv: ['x'], cwd })).toMatchObject({ workingDirectory })
  })

  test.each([
    [[], 'command', 'have at least a program', '[]'],
    [[''], 'command[0]', 'name a program', "''"],
    [['a', 'b\0c'], 'command[1]', 'be without NUL', "'b\\x00c'"],
    [['a', 1], 'command[1]', 'be a string', '1'],
    ['ls', 'command', 'be an object', "'ls'"],
    [null, 'command', 'be an object', 'null'],
    [{}, 'command.argv', 'be given, since the image says nothing of what to run', 'undefined'],
    [{ argv: 5 }, 'command.argv', 'be an array', '5'],
    [{ argv: [] }, 'command.argv', 'have at least a program', '[]'],
    [{ argv: ['a'], cwd: 'x\0' }, 'command.cwd', 'be without NUL', "'x\\x00'"],
    [{ argv: ['a'], cwd: '' }, 'command.cwd', 'name a directory', "''"],
    [{ argv: ['a'], env: { 'A=B': 'c' } }, 'command.env', 'have names without `=` and NUL', "'A=B'"],
    [{ argv: ['a'], env: { '': 'c' } }, 'command.env', 'have names without `=` and NUL', "''"],
    [{ argv: ['a'], env: { A: 'b\0' } }, 'command.env.A', 'be without NUL', "'b\\x00'"],
    [{ argv: ['a'], env: { A: 5 } }, 'command.env.A', 'be a string', '5'],
    [
      { argv: ['a'], stdin: 5 },
      'command.stdin',
      'be a string, a Uint8Array, a stored blob or an AsyncIterable of Uint8Arrays',
      '5',
    ],
    [{ argv: ['a'], collect: 'out' }, 'command.collect', "be a list of paths and patterns, or 'changes'", "'out'"],
  ])('%j is refused, and told why', (command, option, rule, value) => {
    expect(refuse(command)).toEqual(invalid(option, rule, value))
  })

  test('with a property that nobody knows is refused, and told which there are', () => {
    const rule = 'have no properties but argv, stdin, env, cwd, files, collect, collectTo, mounts, base'
    expect(refuse({ argv: ['a'], evn: {} })).toEqual(invalid('command', rule, "'evn'"))
  })

  test.each(['/etc/passwd', '..', '../x', 'a/../../b', 'a/..', './../x', '', '.', './', '//x', 'a\0b'])(
    'may neither place nor collect %j, in no spelling',
    (path) => {
      expect(refuse({ argv: ['a'], files: { [path]: '' } })).toEqual(
        expect.objectContaining({ code: 'INVALID_OPTION', message: expect.stringContaining(inside) }),
      )
      expect(refuse({ argv: ['a'], collect: [path] })).toEqual(
        expect.objectContaining({ code: 'INVALID_OPTION', message: expect.stringContaining('command.collect[0]') }),
      )
    },
  )

  test('may spell a path as it likes, and gets it back as it spelt it', () => {
    const { files, collect } = resolveCommand({ argv: ['a'], files: { './d//x': '' }, collect: ['d/./y', '..z/...'] })
    expect(files.map(({ path }) => path)).toEqual(['d/x'])
    expect(collect?.patterns).toEqual([
      { asked: 'd/./y', kind: 'path', text: 'd/y' },
      { asked: '..z/...', kind: 'path', text: '..z/...' },
    ])
  })

  test('may not place two files at one path', () => {
    const rule = 'be the only one for its file'
    expect(refuse({ argv: ['a'], files: { x: '', './x': '' } })).toEqual(invalid("command.files['./x']", rule, "'./x'"))
  })

  test.each([
    [{ content: 'a', hostPath: '/b' }],
    [{ mode: 0o644 }],
    [{ hostPath: 5 }],
    [{ content: 5 }],
    [5],
    [null],
    [{ content: '', mode: 0o4755 }],
    [{ content: '', mode: 1.5 }],
    [{ content: '', mode: -1 }],
    [{ content: '', path: 'x' }],
  ])('may not place %j', (source) => {
    expect(refuse({ argv: ['a'], files: { x: source } })).toMatchObject({
      code: 'INVALID_OPTION',
      message: expect.stringContaining("command.files['x']"),
    })
  })

  test('is not changed by what the caller does to its arrays afterwards', () => {
    const argv = ['a', 'b']
    const resolved = resolveCommand(argv)
    argv[1] = 'c\0'
    expect(resolved.argv).toEqual(['a', 'b'])
  })
})
