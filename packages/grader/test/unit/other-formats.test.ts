import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { loadProblem, readDmoj } from '@mayfly/grader'
import { afterEach, describe, expect, test } from 'vitest'
import { testsOf } from '../../src/problem/problem.ts'

const fixtures = fileURLToPath(new URL('../../../../fixtures/problems/', import.meta.url))
const made: string[] = []
afterEach(() => {
  for (const path of made.splice(0)) rmSync(path, { recursive: true })
})

function folder(name: string, text: string): string {
  const root = mkdtempSync(join(tmpdir(), 'package-'))
  made.push(root)
  writeFileSync(join(root, name), text)
  writeFileSync(join(root, 'a'), '')
  return root
}

describe('DMOJ', () => {
  test('batches, points, dependencies and the archive are read', async () => {
    const problem = await loadProblem(join(fixtures, 'dmoj-sum'))
    expect(problem).toMatchObject({ format: 'dmoj', scoring: true, compare: { kind: 'tokens', lineSensitive: true } })
    expect(testsOf(problem.tests).map(({ id, points }) => [id, points])).toEqual([
      ...[
        ['1', 0],
        ['2/1', 40],
        ['2/2', 40],
        ['3/1', 50],
        ['4', 10],
      ],
    ])
    expect(problem.tests.parts).toMatchObject([{}, { maxScore: 40, requires: [] }, { requires: ['2'] }, {}])
    expect(testsOf(problem.tests)[4]?.compare).toEqual({
      kind: 'tokens',
      caseSensitive: true,
      lineSensitive: true,
      absoluteTolerance: 0.001,
      relativeTolerance: 0.001,
    })
  })

  test('the limits, which the site knows, are options', async () => {
    const { limits, warnings } = await readDmoj(join(fixtures, 'dmoj-sum'), { timeMs: 700, memoryBytes: 1000 })
    expect({ limits, warnings }).toMatchObject({ limits: { timeMs: 700, memoryBytes: 1000 }, warnings: [] })
  })

  test.each([
    ['test_cases:\n- {in: none, out: a}\n', ':2: `in` names none'],
    ['test_cases:\n- {in: ../../etc/passwd, out: a}\n', ':2: `in` names ../../etc/passwd'],
    ['test_cases:\n- {in: a, out: a, pionts: 3}\n', ':2: `pionts` is not a key'],
    ['test_cases:\n- batched: [{in: a, out: a}]\n  dependencies: [1]\n', ':3: `dependencies` names batch 1'],
    ['test_cases: []\n', 'has no test_cases'],
    ['custom_judge: a\n', ":1: `custom_judge` is a, which judges within DMOJ's own process"],
    ['custom_judge: none.py\n', ':1: `custom_judge` names none.py, which is not there'],
    ['checker: mine\n', ':1: `checker` is mine, which is neither'],
    ['checker: ../../etc/mine.py\n', ':1: `checker` names ../../etc/mine.py, which is not there'],
    ['signature_grader: {entry: a, header: a, java: {}}\n', ':1: `java` cannot be honoured'],
    ['test_cases:\n- {generator: none.cpp}\n', ':2: `generator` names none.cpp, which is not there'],
    ['interactive: {files: a, type: cms}\n', ':1: `type` must be one of default, testlib, coci, peg'],
    ['pretest_test_cases: []\n', 'has no test_cases'],
  ])('refuses %j by file and line', async (text, message) => {
    await expect(loadProblem(folder('init.yml', text))).rejects.toThrow(message)
  })
})

describe('a package of DMOJ reads no file of whoever grades', () => {
  const cases = 'test_cases:\n- {in: a, out: a}\n'

  test.each([
    [`${cases}checker: {name: bridged, args: {files: [../../../etc/hostname]}}\n`, ':3: `files` names ../../../etc/'],
    [`${cases}checker: {name: bridged, args: {files: [link/hostname]}}\n`, ':3: `files` names link/hostname'],
    [`${cases}checker: link/check.py\n`, ':3: `checker` names link/check.py'],
    [`${cases}generator: link/hostname\n`, ':3: `generator` names link/hostname'],
    [`${cases}interactive: {files: link/hostname}\n`, ':3: `interactive` names link/hostname'],
    [`${cases}custom_judge: link/check.py\n`, ':3: `custom_judge` names link/check.py'],
    [`${cases}signature_grader: {entry: a, header: link/hostname}\n`, ':3: `signature_grader` names link/hostname'],
    [`${cases}archive: ../../../etc/hostname\n`, ':3: `archive` names ../../../etc/hostname'],
    [`${cases}archive: link/hostname\n`, ':3: `archive` names link/hostname'],
    ['test_cases:\n- {in: link/hostname, out: a}\n', ':2: `in` names link/hostname'],
    ['test_cases:\n- {in: a, out: file}\n', ':2: `out` names file'],
    ['test_cases:\n- {generator: a, in: file}\n', ':2: `in` names file'],
  ])('whatever the way: %j', async (text, message) => {
    const elsewhere = folder('hostname', 'secret')
    writeFileSync(join(elsewhere, 'check.py'), 'class Grader(InteractiveGrader):\n')
    const root = folder('init.yml', text)
    symlinkSync(elsewhere, join(root, 'link'))
    symlinkSync(join(elsewhere, 'hostname'), join(root, 'file'))
    await expect(loadProblem(root)).rejects.toThrow(message)
  })

  test('but may have links of its own', async () => {
    const root = folder('init.yml', 'test_cases:\n- {in: b, out: a}\n')
    symlinkSync('a', join(root, 'b'))
    expect(testsOf((await loadProblem(root)).tests)).toMatchObject([{ input: { path: join(root, 'b') } }])
  })
})

describe('Polygon', () => {
  test('tests, groups, limits, checker and solutions are read', async () => {
    const problem = await loadProblem(join(fixtures, 'polygon-sum'))
    expect(problem).toMatchObject({
      format: 'polygon',
      name: 'Sum & more',
      limits: { timeMs: 1000, memoryBytes: 64 * 1024 ** 2 },
      scoring: true,
      compare: { kind: 'program', protocol: 'testlib' },
    })
    expect(testsOf(problem.tests).map(({ id, points, hidden }) => [id, points, hidden])).toEqual([
      ...[
        ['0/1', 0, false],
        ['1/2', 40, true],
        ['1/3', 60, true],
      ],
    ])
    const programs = problem.compare.kind === 'program' ? problem.compare.programs : []
    expect(Object.keys(programs[0]?.files ?? {})).toEqual(['read.h', 'check.cpp'])
    expect(problem.submissions.map(({ name, language, expectations }) => [name, language, expectations])).toEqual([
      ['solutions/sum.cpp', 'cpp', [{ source: 'tag main', permitted: ['AC'] }]],
      ['solutions/first.py', 'python3', [{ source: 'tag wrong-answer', required: ['WA'] }]],
      ['solutions/words.py', 'python3', [{ source: 'tag presentation-error', required: ['PE', 'WA'] }]],
      [
        'solutions/small.py',
        'python3',
        [
          { source: 'tag rejected', required: ['WA', 'TLE', 'RTE'] },
          { source: 'tag accepted on group 0', permitted: ['AC'], where: '0/*' },
          { source: 'tag wrong-answer on group 1', required: ['WA'], where: '1/*' },
        ],
      ],
    ])
    expect(problem.probes.map(({ kind }) => kind)).toEqual([
      ...['valid_input', 'invalid_input', 'valid_output', 'invalid_output', 'invalid_output'],
    ])
  })

  const xml = (judging: string, assets: string): string => `<problem><judging ${judging}><testset name="tests">
<time-limit>1</time-limit><memory-limit>1</memory-limit><input-path-pattern>%d.in</input-path-pattern>
<answer-path-pattern>%d.a</answer-path-pattern><tests><test group="0" points="2"/><test/></tests>
<groups><group name="0"/></groups></testset></judging><assets>${assets}</assets></problem>`
  const checker = '<checker><source path="check.cpp"/></checker>'

  function packageOf(judging: string, assets: string): string {
    const root = folder('problem.xml', xml(judging, assets))
    for (const name of ['1.in', '1.a', '2.in', '2.a', 'check.cpp']) writeFileSync(join(root, name), name)
    return root
  }

  test('named files are there for the input and for the output, and no test is lost for want of a group', async () => {
    const root = packageOf('input-file="in.txt" output-file="out.txt"', checker)
    const tests = testsOf((await loadProblem(root)).tests)
    expect(tests.map(({ id, files, links }) => [id, Object.keys(files), links])).toEqual([
      ['2', ['in.txt'], { 'out.txt': '/dev/stdout' }],
      ['0/1', ['in.txt'], { 'out.txt': '/dev/stdout' }],
    ])
  })

  test('cases of the authors whose files are not there are told', async () => {
    const cases =
      '<testset><input-path-pattern>t/%02d</input-path-pattern><tests><test verdict="ok"/></tests></testset>'
    const root = packageOf('', checker.replace('</checker>', `${cases}</checker>`))
    expect((await loadProblem(root)).warnings).toEqual([expect.stringContaining('t/01')])
  })

  test.each([
    [checker.replace('check.cpp', '../../../etc/hostname'), 'etc/hostname: leads out of the package'],
    [checker.replace('check.cpp', 'link'), 'link: leads out of the package'],
    [`${checker}<solutions><solution tag="main"><source path="link"/></solution></solutions>`, 'leads out of the'],
    [`${checker}<solutions><solution tag="good"><source path="1.in"/></solution></solutions>`, 'the tag good'],
  ])('no file of whoever grades is read: %j', async (assets, message) => {
    const root = packageOf('', assets)
    symlinkSync('/etc/hostname', join(root, 'link'))
    await expect(loadProblem(root)).rejects.toThrow(message)
  })

  test.each(['input-file="../x"', 'output-file=".."'])('no file elsewhere stands for a stream: %s', async (judging) => {
    await expect(loadProblem(packageOf(judging, checker))).rejects.toThrow('must be the name of a file')
  })

  test('nor is a test that leads elsewhere', async () => {
    const root = packageOf('', checker)
    rmSync(join(root, '2.in'))
    symlinkSync('/etc/hostname', join(root, '2.in'))
    await expect(loadProblem(root)).rejects.toThrow('2.in: leads out of the package')
  })

  test('a number is written no wider than names of tests are', async () => {
    const root = folder('problem.xml', xml('', checker).replace('%d.in', '%099999999999d.in'))
    await expect(loadProblem(root)).rejects.toThrow('%099999999999d.in: is not there')
  })

  test.each([
    ['<problem>', ':1:'],
    ['<problem></problem>', '<judging> is not there'],
  ])('refuses %j', async (text, message) => {
    await expect(loadProblem(folder('problem.xml', text))).rejects.toThrow(message)
  })
})
