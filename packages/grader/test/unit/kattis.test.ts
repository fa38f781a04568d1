import { loadProblem, type Problem } from '@mayfly/grader'
import { describe, expect, test } from 'vitest'
import { testsOf } from '../../src/problem/problem.ts'
import { modern, packageOf, refusal, tests } from './package-of.ts'

const scoring = `${modern}type: scoring\n`

async function load(files: Readonly<Record<string, string>>): Promise<Problem> {
  return loadProblem(packageOf({ ...tests, ...files }))
}

function promisesOf(problem: Problem, name: string): unknown {
  const found = problem.submissions.find((each) => each.name === name)
  return found && { expectations: found.expectations, timeRules: found.timeRules }
}

describe('the legacy format', () => {
  test('promises by its directories the verdict in the end, or what its words say of all tests', async () => {
    const problem = await load({ 'problem.yaml': '', 'submissions/time_limit_exceeded/a.py': '' })
    expect(promisesOf(problem, 'time_limit_exceeded/a.py')).toEqual({
      expectations: [
        {
          source: 'time_limit_exceeded/',
          final: ['TLE'],
          instead: { source: 'time_limit_exceeded/', permitted: ['AC', 'WA', 'TLE'], required: ['TLE'] },
        },
      ],
      timeRules: [{ bound: 'upper' }],
    })
  })

  test('tells of what is not judged, and loads', async () => {
    const { submissions, warnings } = await load({
      'problem.yaml': '',
      'submissions/accepted/a.py': '',
      'submissions/mixed/b.py': '',
      'data/invalid_inputs/1.in': '',
      'data/secret/lost.ans': '',
    })
    expect(submissions.map(({ name }) => name)).toEqual(['accepted/a.py'])
    expect(warnings).toEqual([
      'data/invalid_inputs is not judged by: only data/sample and data/secret are',
      'data/secret/lost.ans has no input beside it',
      'submissions/mixed/b.py is not judged: nothing says what it is to get',
    ])
  })

  test('takes what groups are told from before there were testdata.yaml, and what excludes each other by the last', async () => {
    const { tests: root } = await load({
      'problem.yaml':
        'type: scoring\ngrading:\n  objective: min\n  on_reject: grade\n  accept_score: 3\n  range: -inf 9\n',
      'data/secret/testdata.yaml': 'grader_flags: min first_error max worst_error\nrange: 0 inf\n',
    })
    expect(root).toMatchObject({ onReject: 'continue', scoring: { objective: 'min', acceptScore: 3 } })
    expect(root.scoring).toMatchObject({ range: [Number.NEGATIVE_INFINITY, 9] })
    expect(root.parts[0]).toMatchObject({ scoring: { score: 'max', verdict: 'worst_error', objective: 'min' } })
    expect(root.parts[0]).toMatchObject({ scoring: { range: [0, Number.POSITIVE_INFINITY] } })
  })

  test('adds the flags of a group to those of the problem, or gives them to the one validator that it names', async () => {
    const { tests: root } = await load({
      'problem.yaml': 'validation: custom\nvalidator_flags: all of them\n',
      'output_validators/a.py': '',
      'output_validators/b.py': '',
      'data/secret/g/1.in': '',
      'data/secret/g/1.ans': '',
      'data/secret/g/testdata.yaml':
        'output_validator_flags: {name: b, flags: its own}\ninput_validator_flags: {name: v, flags: -n 3}\n',
    })
    const [plain, other] = testsOf(root)
    expect(plain).toMatchObject({ checkerFlags: ['all', 'of', 'them'] })
    expect(plain?.compare).toBeUndefined()
    expect(other).toMatchObject({
      checkerFlags: ['all', 'of', 'them', 'its', 'own'],
      inputFlags: { v: ['-n', '3'] },
      compare: { programs: [{ name: 'output_validators/b.py' }] },
    })
  })

  test('adds flags of a group for the default validator to those of the problem', async () => {
    const { tests: root } = await load({
      'problem.yaml': 'validator_flags: case_sensitive\n',
      'data/secret/testdata.yaml': 'output_validator_flags: float_tolerance 1e-3\n',
    })
    expect(testsOf(root)[0]?.compare).toMatchObject({ caseSensitive: true, absoluteTolerance: 0.001 })
  })

  test.each([
    ['license: cc by 4\n', ':1: `license` is cc by 4, and should be'],
    ['license: public domain\nrights_owner: me\n', ':2: `rights_owner` is there'],
    ['name: N\nlicense: cc0\n', ':2: `license` is cc0, and nobody'],
  ])('tells what is wrong with whose it is, and judges by it: %j', async (config, message) => {
    const { warnings } = await load({ 'problem.yaml': config })
    expect(warnings).toEqual([expect.stringContaining(message)])
  })

  test.each([
    ['points in the ICPC', { 'problem.yaml': 'problem_format_version: legacy-icpc\ntype: scoring\n' }, ':2: `type` is'],
    ['`score` without points', { 'problem.yaml': 'validation: custom score\n' }, ':1: `validation` has `score`'],
    [
      'flags for a validator that is not there',
      {
        'problem.yaml': 'validation: custom\n',
        'output_validators/a.py': '',
        'data/secret/testdata.yaml': 'output_validator_flags: {name: z}\n',
      },
      '/data/secret/testdata.yaml:1: `output_validator_flags` names z',
    ],
    [
      'a range that is none',
      { 'problem.yaml': 'type: scoring\n', 'data/testdata.yaml': 'range: 3 1\n' },
      '/data/testdata.yaml:1: `range` must be two numbers',
    ],
  ])('refuses %s', async (_, files, message) => {
    expect(await refusal({ ...tests, ...files })).toContain(message)
  })
})

describe('the tests of the 2025-09 format', () => {
  test('are read from packages of its draft too, where they may be as the legacy format has them', async () => {
    const problem = await load({
      'problem.yaml': 'problem_format_version: 2023-07-draft\nname: N\ntype: scoring\n',
      'output_validators/v/a.py': '',
      'submissions/partially_accepted/p.py': '',
      'data/secret/g/2.in': '',
      'data/secret/g/2.ans': '',
      'data/secret/testdata.yaml':
        'on_reject: continue\nrange: 0 5\noutput_validator_flags: a b\ninput_validator_flags: c\n',
    })
    const { format, tests: root, compare } = problem
    expect(format).toBe('kattis-2025-09')
    expect(compare).toMatchObject({ programs: [{ files: { 'a.py': expect.anything() as unknown } }] })
    expect(promisesOf(problem, 'partially_accepted/p.py')).toMatchObject({ expectations: [{ final: ['PA', 'AC'] }] })
    expect(testsOf(root)).toMatchObject([
      { id: 'secret/1', checkerFlags: ['a', 'b'], inputFlags: ['c'] },
      { id: 'secret/g/2', checkerFlags: ['a', 'b'], inputFlags: ['c'] },
    ])
    expect(root.parts).toMatchObject([{ onReject: 'continue', scoring: { kind: 'kattis-grader', range: [0, 5] } }])
  })

  test('of a draft may have the new names of what validators are told in the old files', async () => {
    const { tests: root } = await load({
      'problem.yaml': 'problem_format_version: 2023-07-draft\nname: N\n',
      'data/testdata.yaml': 'output_validator_args: float_tolerance 1E-6\noutput_visualizer_args: -x\n',
    })
    expect(testsOf(root)[0]?.compare).toMatchObject({ kind: 'tokens', relativeTolerance: 1e-6 })
  })

  test('may be in folders that are no groups, and keep their order', async () => {
    const { tests: root } = await load({
      'problem.yaml': modern,
      'data/secret/1.in': '',
      'data/sample/easy/1.in': '',
      'data/sample/easy/1.ans': '',
    })
    expect(testsOf(root).map(({ id }) => id)).toEqual(['sample/easy/1', 'secret/1'])
  })

  test('are shown to those who fail them where they say so', async () => {
    const { tests: root } = await load({
      'problem.yaml': modern,
      'data/secret/1.yaml': 'full_feedback: true\n',
      'data/sample/2.in': '',
      'data/sample/2.ans': '',
      'data/sample/test_group.yaml': 'full_feedback: false\n',
    })
    expect(testsOf(root).map(({ id, hidden }) => [id, hidden])).toEqual([
      ['sample/2', true],
      ['secret/1', false],
    ])
  })

  test('give arguments to input validators, to each by its name too', async () => {
    const { tests: root, probes } = await load({
      'problem.yaml': modern,
      'data/secret/test_group.yaml': 'input_validator_args: [a, b]\n',
      'data/secret/2.in': '',
      'data/secret/2.ans': '',
      'data/secret/2.yaml': 'input_validator_args:\n  one: [c]\n',
      'data/invalid_input/1.in': '',
      'data/invalid_input/test_group.yaml': 'input_validator_args: [d]\n',
      'data/valid_output/1.in': '',
      'data/valid_output/1.out': '',
      'data/valid_output/1.yaml': 'output_validator_args: [case_sensitive]\n',
    })
    expect(testsOf(root).map(({ inputFlags }) => inputFlags)).toEqual([['a', 'b'], { one: ['c'] }])
    expect(probes.map(({ test: { inputFlags, compare } }) => [inputFlags, compare])).toMatchObject([
      [['d'], undefined],
      [[], { caseSensitive: true }],
    ])
  })

  test('come with one that looks at the source, whose points are not shared out', async () => {
    const { tests: root } = await load({
      'problem.yaml': scoring,
      'static_validator/s.py': '',
      'data/secret/test_group.yaml': 'max_score: 50\nstatic_validation_score: 10\nstatic_validator_args: [x]\n',
    })
    expect(testsOf(root)).toMatchObject([
      { id: 'secret/static_validation', isStatic: true, points: 10, checkerFlags: ['x'] },
      { id: 'secret/1', points: 40 },
    ])
  })

  test.each([
    [
      'points in a problem without',
      modern,
      { 'data/secret/test_group.yaml': 'max_score: 3' },
      ':1: `max_score` is for',
    ],
    [
      'points for samples',
      scoring,
      { 'data/sample/test_group.yaml': 'max_score: 3' },
      '`max_score` is not for data/sample',
    ],
    [
      'tests beside groups',
      modern,
      { 'data/secret/g/1.in': '', 'data/secret/g/1.ans': '' },
      '/data/secret/1.in: is beside groups',
    ],
    [
      'a group without a maximum in one that has it',
      scoring,
      { 'data/secret/1.in': undefined, 'data/secret/g/1.in': '', 'data/secret/g/1.ans': '' },
      '/data/secret/g/test_group.yaml: needs a `max_score`',
    ],
    [
      'a group that requires none',
      scoring,
      { 'data/secret/test_group.yaml': 'require_pass: sample' },
      '/data/secret/test_group.yaml: requires sample, which is no other group',
    ],
    [
      'a group in a folder of a group',
      modern,
      { 'data/secret/1.in': undefined, 'data/secret/g/h/test_group.yaml': '', 'data/secret/g/h/1.in': '' },
      '/data/secret/g/h/test_group.yaml: is inside of a group',
    ],
    [
      'a group without tests',
      modern,
      { 'data/secret/1.in': undefined, 'data/secret/g/a.txt': '' },
      '/data/secret/g: holds no test',
    ],
    [
      'a test of the name of a configuration',
      modern,
      { 'data/secret/test_group.in': '' },
      '/data/secret/test_group.in: cannot be a test',
    ],
    [
      'a static test without a static validator',
      modern,
      { 'data/secret/test_group.yaml': 'static_validation_score: pass-fail' },
      ':1: `static_validation_score` is without effect',
    ],
    [
      'arguments for a static test that is not there',
      modern,
      { 'data/secret/test_group.yaml': 'static_validator_args: [a]' },
      ':1: `static_validator_args` is without effect',
    ],
    [
      'points for a static test where there are none',
      modern,
      { 'static_validator/a.py': '', 'data/secret/test_group.yaml': 'static_validation_score: 3' },
      ':1: `static_validation_score` must be pass-fail',
    ],
    [
      'a static validator of no source',
      `${modern}type: submit-answer\n`,
      { 'static_validator/a.py': '' },
      '/static_validator: is there',
    ],
    [
      'a tolerance said twice',
      modern,
      { 'data/secret/1.yaml': 'output_validator_args: [float_tolerance, 1e-3, float_absolute_tolerance, 1e-3]' },
      'float_tolerance already is both',
    ],
    ['a language that is none', `${modern}languages: [python3, pyton]\n`, {}, ':4: `languages` must be all, or a list'],
    ['a constant of no name', `${modern}constants: {a-b: 1}\n`, {}, '/problem.yaml:4: `a-b` is no name of a constant'],
  ])('are refused for %s', async (_, problem, files, message) => {
    const all: Record<string, string | undefined> = { ...tests, ...files, 'problem.yaml': problem }
    const there = Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== undefined)
    expect(await refusal(Object.fromEntries(there))).toContain(message)
  })
})
