import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadProblem } from '@mayfly/grader'
import { afterEach, describe, expect, test } from 'vitest'
import { matchCases } from '../../src/formats/dmoj/patterns.ts'
import { YamlMap } from '../../src/formats/yaml-map.ts'
import { BlobCache } from '../../src/judge/blob.ts'
import { testsOf, type Problem } from '../../src/problem/problem.ts'

const made: string[] = []
afterEach(() => {
  for (const path of made.splice(0)) rmSync(path, { recursive: true })
})

async function load(init: string, files: Readonly<Record<string, string>> = {}): Promise<Problem> {
  const root = mkdtempSync(join(tmpdir(), 'dmoj-'))
  made.push(root)
  for (const [name, text] of Object.entries({ 'init.yml': init, a: 'x', ...files }))
    writeFileSync(join(root, name), text)
  return loadProblem(root)
}

const loadTests = async (init: string): Promise<ReturnType<typeof testsOf>> => testsOf((await load(init)).tests)

describe('what a test does not say, its batch or the whole file says', () => {
  test('points, limits, files and checkers', async () => {
    const tests = await loadTests(`points: 7
time_limit: 3
checker: identical
test_cases:
- {in: a}
- batched: [{in: a}, {out: a, memory_limit: 2048, checker: standard}]
  points: 5
  checker: {name: floats, args: {precision: 2}}
- {points: 2, time_limit: 0.5, output_limit_length: 99, wall_time_factor: 4}
`)
    expect(tests.map(({ points, limits }) => [points, limits])).toEqual([
      [7, { timeMs: 3000 }],
      [5, { timeMs: 3000 }],
      [5, { timeMs: 3000, memoryBytes: 2 * 1024 ** 2 }],
      [2, { timeMs: 500, wallTimeMs: 2000, outputBytes: 99 }],
    ])
    expect(tests.map(({ compare }) => compare?.kind)).toEqual([undefined, 'tokens', 'tokens', undefined])
    expect(tests.map(({ compare }) => compare?.kind === 'tokens' && compare.absoluteTolerance)).toMatchObject([
      ...[false, 0.01, undefined, false],
    ])
  })

  test('less memory than any program takes is the least that there is', async () => {
    expect(await loadTests('test_cases: [{memory_limit: 1}]')).toMatchObject([{ limits: { memoryBytes: 1024 ** 2 } }])
  })

  test('a test without files has none', async () => {
    const [one] = await loadTests('test_cases: [{points: 3}]')
    expect(one).toMatchObject({ input: { content: new Uint8Array() }, answer: { content: new Uint8Array() } })
  })

  test('where input and answer are files, a generator has nothing to do', async () => {
    const tests = await loadTests('generator: a\ntest_cases: [{in: a, out: a}, {in: a}, {generator_in: a}]\n')
    expect(tests.map(({ generator }) => generator?.program.name)).toEqual([undefined, 'a', 'a'])
  })
})

describe('tests that decide over all that follow', () => {
  test('are those of no points, and pretests, which come first', async () => {
    const { tests } = await load(`pretest_test_cases:
- {in: a, points: 3}
- batched: [{in: a}]
test_cases:
- {in: a}
- {in: a, points: 0}
`)
    expect(testsOf(tests).map(({ id, isDecisive, points }) => [id, isDecisive, points])).toEqual([
      ...[
        ['pretest/1', true, 0],
        ['pretest/2/1', true, 0],
        ['1', undefined, 1],
        ['2', true, 0],
      ],
    ])
  })
})

describe('text', () => {
  test.each([
    ['', ['a\nb\n', 'a\n\nb\n']],
    ['binary_data: true\n', ['a\r\nb', 'a\r\rb\n']],
  ])('has its line ends made ours, unless it is no text: %j', async (start, texts) => {
    const init = `${start}test_cases:\n- {in: one, out: two}\n`
    const [read] = testsOf((await load(init, { one: 'a\r\nb', two: 'a\r\rb\n' })).tests)
    if (read === undefined) throw new Error('no test')
    const blobs = new BlobCache(1000)
    const found = [await blobs.read(read.input), await blobs.read(read.answer)]
    expect(found.map((bytes) => Buffer.from(bytes).toString())).toEqual(texts)
  })
})

describe('files of the working directory that are the standard streams', () => {
  test.each([
    ['symlinks: {in.txt: /dev/stdin}', { 'in.txt': '/dev/stdin' }],
    [
      'io_redirects: {a.in: {fd: 0, mode: r}, a.out: {fd: stdout, mode: w}}',
      { 'a.in': '/dev/stdin', 'a.out': '/dev/stdout' },
    ],
    ['file_io: {input: a.in, output: a.out}', { 'a.in': '/dev/stdin', 'a.out': '/dev/stdout' }],
  ])('by %s', async (line, links) => {
    expect(await loadTests(`${line}\ntest_cases: [{in: a}]\n`)).toMatchObject([{ links }])
  })

  test.each([
    ['symlinks: {../x: /dev/stdin}', ':1: `symlinks` names "../x"'],
    ['symlinks: {..: /dev/stdin}', ':1: `symlinks` names ".."'],
    ['symlinks: {x: ""}', ':1: `symlinks` must say where x leads'],
    ['symlinks: {x: }', ':1: `symlinks` must say where x leads'],
    ['io_redirects: {a: {fd: 7}}', ':1: `io_redirects` must say for a which stream it is'],
    ['file_io: {in: a}', ':1: `in` is not a key'],
  ])('but not by %s', async (line, message) => {
    await expect(load(`${line}\ntest_cases: [{in: a}]\n`)).rejects.toThrow(message)
  })
})

describe('the words that programs of a package are called with', () => {
  test.each([
    [`'"The arguments" {answer_file}'`, ['The arguments', 'answer.ans']],
    [String.raw`'a\ b{{x}} --in={input_file} ''{output}'''`, ['a b{x}', '--in=input.in', 'output.out']],
  ])('%s', async (format, args) => {
    const init = `checker: {name: bridged, args: {files: a, flags: -DX, args_format_string: ${format}}}\ntest_cases: [{}]`
    const { compare } = await load(init)
    expect(compare).toMatchObject({ kind: 'program', args, programs: [{ flags: ['-DX'] }] })
  })

  test.each([
    [`'{nowhere}'`, 'names {nowhere}, which is none of'],
    [`'"open'`, 'has a quote without its other'],
  ])('not %s', async (format, message) => {
    const init = `interactive: {files: a, args_format_string: ${format}}\ntest_cases: [{}]`
    await expect(load(init)).rejects.toThrow(message)
  })
})

describe('tests that are found by the names of files', () => {
  const matched = (text: string, names: readonly string[]): unknown =>
    matchCases(YamlMap.parse(text, 'init.yml'), names).map(({ isBatch, points, tests }) => [
      isBatch ? 'batch' : 'test',
      points,
      tests.map((each) => `${each.in ?? ''}>${each.out ?? ''}`).join(' '),
    ])
  const usual = ['t-10.in', 't-10.out', 't-2.1.in', 't-2.1.out', 't-2.2.in', 't-2.2.out', 't-1.in', 't-1.out', 'README']

  test('by the usual expressions, in the order of their numbers', () => {
    expect(matched('', usual)).toEqual([
      ['test', undefined, 't-1.in>t-1.out'],
      ['batch', undefined, 't-2.1.in>t-2.1.out t-2.2.in>t-2.2.out'],
      ['test', undefined, 't-10.in>t-10.out'],
    ])
  })

  test('by those of the file, with points for each', () => {
    const text = `test_cases:
  input_format: '^(?P<batch>[a-z]+)/(?P<case>\\w+)\\.IN$'
  output_format: '^(?P<batch>[a-z]+)/(?P<case>\\w+)\\.ok$'
  case_points: [3, 4]
`
    expect(matched(text, ['b/2.in', 'b/2.ok', 'a/x.in', 'a/1.in', 'c.in'])).toEqual([
      ['batch', 3, 'a/x.in> a/1.in>'],
      ['batch', 4, 'b/2.in>b/2.ok'],
    ])
  })

  test.each([
    ['test_cases: {input_format: "(a"}', ':1: `input_format` is no expression'],
    ['test_cases: {input_format: ".*"}', ':1: `input_format` has no group named case'],
    ['test_cases: {case_points: [1]}', 'must hold a number for each of 3 tests and batches'],
    ['test_cases: {input_format: "(?P<case>((.?)+)+)!"}', 'is no expression that names can be compared with'],
    ['test_cases: {inputs: ".*"}', ':1: `inputs` is not a key'],
  ])('not by %j', (text, message) => {
    expect(() => matched(text, [...usual, 'x'.repeat(200)])).toThrow(message)
  })

  test('and there must be an archive', async () => {
    await expect(load('test_cases: {input_format: "x"}')).rejects.toThrow('finds tests among the files of an archive')
  })
})

test.each([
  ['test_cases++: "x = 1"', ':1: `test_cases++` is a program in Python'],
  ['checker: {name: linematches, args: {point_distribution: [0]}}', '`point_distribution` must be a list of points'],
])('refuses %j', async (init, message) => {
  await expect(load(init)).rejects.toThrow(message)
})
