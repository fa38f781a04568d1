import { symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { loadProblem, type Problem } from '@mayfly/grader'
import { describe, expect, test } from 'vitest'
import { testsOf } from '../../src/problem/problem.ts'
import { modern, packageOf, refusal, tests } from './package-of.ts'

const fixtures = fileURLToPath(new URL('../../../../fixtures/problems/', import.meta.url))

describe('the legacy format', () => {
  test('is read with limits, groups, annotations and promises', async () => {
    const problem = await loadProblem(join(fixtures, 'sum'))
    expect(problem).toMatchObject({
      format: 'kattis-legacy',
      name: 'Sum',
      limits: { timeMs: 1000, memoryBytes: 64 * 1024 ** 2, outputBytes: 1024 ** 2 },
      timing: { acceptedToLimit: 5, limitToExceeded: 2 },
      compare: { kind: 'tokens' },
    })
    expect(testsOf(problem.tests).map(({ id }) => id)).toEqual(['sample/1', 'secret/1-negative', 'secret/2-many'])
    const promised = (name: string): Problem['submissions'][number]['expectations'] | undefined =>
      problem.submissions.find((each) => each.name === name)?.expectations
    expect(promised('accepted/sum.py')).toMatchObject([{ final: ['AC'] }])
    expect(promised('mixed/memory.py')).toMatchObject([{ final: ['MLE'] }])
  })

  test('hands the settings of a group down to those in it', async () => {
    const problem = await loadProblem(join(fixtures, 'points-legacy'))
    const flags = Object.fromEntries(testsOf(problem.tests).map(({ id, checkerFlags }) => [id, checkerFlags]))
    expect(flags).toMatchObject({ 'sample/1': [], 'secret/a/1': ['scale', '40'], 'secret/b/2': ['scale', '60'] })
    expect(problem).toMatchObject({ scoring: true, limits: { timeMs: 1000 } })
  })

  test.each([
    [
      'an unknown key',
      { 'problem.yaml': 'name: N\nvalidaton: default\n' },
      '/problem.yaml:2: `validaton` is not a key',
    ],
    ['an unknown limit', { 'problem.yaml': 'limits:\n  memroy: 1\n' }, '/problem.yaml:2: `memroy` is not a key'],
    [
      'a limit that is none',
      { 'problem.yaml': 'limits:\n  memory: many\n' },
      '/problem.yaml:2: `memory` must be a number',
    ],
    [
      'an unknown kind of validation',
      { 'problem.yaml': 'validation: custom maybe\n' },
      '/problem.yaml:1: `validation` must be',
    ],
    ['a flag that the validator does not know', { 'problem.yaml': 'validator_flags: fuzzy\n' }, 'has no flag fuzzy'],
    ['a tolerance without a number', { 'problem.yaml': 'validator_flags: float_tolerance\n' }, 'needs a number'],
    [
      'a custom validator that is not there',
      { 'problem.yaml': 'validation: custom\n' },
      '/output_validators: holds no validator',
    ],
    ['YAML that is none', { 'problem.yaml': 'name: [\n' }, '/problem.yaml:'],
    ['a key said twice', { 'problem.yaml': 'name: A\nname: B\n' }, '/problem.yaml:2:'],
    [
      'an unknown setting of DOMjudge',
      { 'problem.yaml': '', 'domjudge-problem.ini': "\ntimelimt='1'\n" },
      '/domjudge-problem.ini:2: `timelimt`',
    ],
    [
      'an unknown setting of a group',
      { 'problem.yaml': '', 'data/secret/testdata.yaml': 'on_rejct: break' },
      '/data/secret/testdata.yaml:1: `on_rejct`',
    ],
    [
      'a result that is none',
      { 'problem.yaml': '', 'submissions/mixed/a.py': '# @EXPECTED_RESULTS@: FINE' },
      'names FINE, which is no result',
    ],
  ])('refuses %s, by file and line', async (_, files, message) => {
    expect(await refusal({ ...tests, ...files })).toContain(message)
  })

  test('refuses a test without an answer, and a package without tests', async () => {
    const missing = { 'problem.yaml': '', 'data/secret/1.in': '' }
    expect(await refusal(missing)).toBe('/data/secret/1.in: has no 1.ans beside it')
    expect(await refusal({ 'problem.yaml': '', 'data/secret/note.txt': '' })).toBe('/data: holds no test')
  })

  test('refuses a link that leads out of the package', async () => {
    const root = packageOf({ 'problem.yaml': '', ...tests, 'submissions/accepted/a.py': '' })
    symlinkSync('/etc/passwd', join(root, 'submissions/accepted/b.py'))
    await expect(loadProblem(root)).rejects.toThrow('leads out of the package')
  })
})

describe('the 2025-09 format', () => {
  test('is read with types, limits, probes and promises of submissions.yaml', async () => {
    const problem = await loadProblem(join(fixtures, 'divisor'))
    expect(problem).toMatchObject({
      format: 'kattis-2025-09',
      limits: { timeMs: 1000, codeBytes: 16 * 1024 },
      timing: { acceptedToLimit: 2, limitToExceeded: 1.5 },
      compare: { kind: 'program', protocol: 'kattis' },
    })
    expect(problem.probes.map(({ test: { id } }) => id)).toEqual([
      ...['invalid_input/prime', 'invalid_input/words', 'invalid_output/one', 'valid_output/other'],
    ])
    const one = problem.submissions.find(({ name }) => name === 'wrong_answer/one.py')
    expect(one?.expectations).toMatchObject([{ permitted: ['AC', 'WA'] }, { message: 'not a proper divisor' }])
    const smallest = problem.submissions.find(({ name }) => name === 'accepted/smallest.py')
    expect(smallest).toMatchObject({
      useForTimeLimit: 'lower',
      timeRules: [{ bound: 'lower' }, { bound: 'lower', where: 'secret' }],
      expectations: [{}, { where: 'secret', permitted: ['AC'] }],
    })
  })

  test('shares the points of a group among its tests', async () => {
    const problem = await loadProblem(join(fixtures, 'points'))
    const points = Object.fromEntries(testsOf(problem.tests).map((each) => [each.id, each.points]))
    expect(points).toMatchObject({
      'sample/1': undefined,
      'secret/small/1': undefined,
      'secret/negative/1': 15,
      'secret/large/2': 50,
    })
  })

  test('reads who the other side of an interactive problem is', async () => {
    const { interactor } = await loadProblem(join(fixtures, 'guess'))
    expect(Object.keys(interactor?.program.files ?? {})).toEqual(['interact.py'])
  })

  test.each([
    [
      'a package without a uuid',
      { 'problem.yaml': 'problem_format_version: 2025-09\nname: N\n' },
      '`uuid` is required',
    ],
    [
      'keys of the legacy format',
      { 'problem.yaml': `${modern}validation: default\n` },
      ':4: `validation` is not a key',
    ],
    [
      'folders of the legacy format',
      { 'problem.yaml': modern, 'output_validators/a.py': '' },
      '/output_validators: is of the legacy format',
    ],
    [
      'types that exclude each other',
      { 'problem.yaml': `${modern}type: [pass-fail, scoring]\n` },
      ':4: `type` cannot be',
    ],
    ['an unknown type', { 'problem.yaml': `${modern}type: quiz\n` }, ':4: `type` must be of'],
    [
      'an interactive problem without its other side',
      { 'problem.yaml': `${modern}type: interactive\n` },
      '/output_validator: must be there',
    ],
    [
      'an unknown key of a test',
      { 'problem.yaml': modern, 'data/secret/1.yaml': 'points: 3' },
      '/data/secret/1.yaml:1: `points`',
    ],
    [
      'a version that is not known',
      { 'problem.yaml': 'problem_format_version: 2031-01\n' },
      ':1: `problem_format_version` is 2031-01',
    ],
  ])('refuses %s', async (_, files, message) => {
    expect(await refusal({ ...tests, ...files })).toContain(message)
  })
})

describe('a plain folder', () => {
  test('is read with its tests, those of folders in it too', async () => {
    const problem = await loadProblem(join(fixtures, 'plain'))
    expect(testsOf(problem.tests).map(({ id }) => id)).toEqual(['1', 'more/2'])
  })

  test('refuses a test without an answer, and one with two', async () => {
    expect(await refusal({ '1.in': '' })).toBe('/1.in: has no 1.ans and no 1.out beside it')
    expect(await refusal({ '1.in': '', '1.ans': '', '1.out': '' })).toBe('/1.in: has two answers, 1.ans and 1.out')
  })
})
