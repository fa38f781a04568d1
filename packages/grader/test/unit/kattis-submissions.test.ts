import { loadProblem, type Problem } from '@mayfly/grader'
import { describe, expect, test } from 'vitest'
import { testsOf } from '../../src/problem/problem.ts'
import { modern, packageOf, refusal, tests } from './package-of.ts'

const yaml = 'submissions/submissions.yaml'

async function load(files: Readonly<Record<string, string>>): Promise<Problem> {
  return loadProblem(packageOf({ ...tests, ...files }))
}

function promisesOf(problem: Problem, name: string): unknown {
  const found = problem.submissions.find((each) => each.name === name)
  return found && { expectations: found.expectations, timeRules: found.timeRules }
}

describe('submissions of the 2025-09 format', () => {
  const programs = { 'submissions/wrong_answer/a.py': '', 'submissions/time_limit_exceeded/b.py': '' }

  test('bound the time limit by what they may be and must be', async () => {
    const problem = await load({ 'problem.yaml': modern, ...programs })
    expect(promisesOf(problem, 'wrong_answer/a.py')).toMatchObject({ timeRules: [{ bound: 'lower' }] })
    expect(promisesOf(problem, 'time_limit_exceeded/b.py')).toMatchObject({ timeRules: [{ bound: 'upper' }] })
  })

  test('are held to what replaces the rule of their directory, and to what is added to it', async () => {
    const problem = await load({
      'problem.yaml': modern,
      ...programs,
      [yaml]: [
        'wrong_answer:\n  use_for_time_limit: false\n  permitted: [AC, WA, RTE]',
        'time_limit_exceeded/*:\n  permitted: [AC, TLE]\n  secret/{a,b}-*:\n    required: [TLE]\n    use_for_time_limit: upper',
      ].join('\n'),
    })
    expect(promisesOf(problem, 'wrong_answer/a.py')).toEqual({
      expectations: [{ source: 'submissions.yaml: wrong_answer', permitted: ['AC', 'WA', 'RTE'], required: ['WA'] }],
      timeRules: [],
    })
    expect(promisesOf(problem, 'time_limit_exceeded/b.py')).toMatchObject({
      expectations: [
        { source: 'time_limit_exceeded/', required: ['TLE'] },
        { permitted: ['AC', 'TLE'] },
        { where: 'secret/{a,b}-*', required: ['TLE'] },
      ],
      timeRules: [{ bound: 'upper' }, { bound: 'upper', where: 'secret/{a,b}-*' }],
    })
  })

  test('may be in directories of which only submissions.yaml knows; a glob for none is told', async () => {
    const problem = await load({
      'problem.yaml': modern,
      'submissions/other/a.py': '',
      'submissions/nothing/b.py': '',
      [yaml]: 'other:\n  required: [RTE]\ntypo/*:\n  required: [WA]\n',
    })
    expect(problem.submissions.map(({ name }) => name)).toEqual(['other/a.py'])
    expect(problem.warnings).toEqual([
      'submissions/nothing/b.py is not judged: nothing says what it is to get',
      'submissions/submissions.yaml: typo/* is about no submission',
    ])
  })

  test.each([
    ['a/**', ':1: `a/**` is no glob of this format'],
    ['a/[bc].py', ':1: `a/[bc].py` is no glob of this format'],
  ])('are not matched by %s', async (glob, message) => {
    const files = { ...tests, 'problem.yaml': modern, [yaml]: `'${glob}':\n  required: [WA]\n` }
    expect(await refusal(files)).toContain(message)
  })

  test('have the constants of the package in them, as have its validators and groups, and not its tests', async () => {
    const problem = await load({
      'problem.yaml': `${modern}constants:\n  most: 1e9\n  word: ä\n`,
      'data/secret/1.in': '{{most}}',
      'data/secret/test_group.yaml': 'args: ["{{most}}"]\n',
      'output_validator/a.py': 'MOST = {{most}}; {{other}}; {{ most }}',
      'input_validators/b.py': '{{word}}',
      'submissions/accepted/a.py': '{{most}}{{word}}',
      'include/default/c.h': '{{word}}',
    })
    const text = (content: Uint8Array | undefined): string => Buffer.from(content ?? []).toString('utf8')
    expect(text(problem.submissions[0]?.files['a.py'])).toBe('1e9ä')
    expect(text(problem.inputValidators[0]?.files['b.py'])).toBe('ä')
    expect(text(problem.include['default']?.['c.h'])).toBe('ä')
    expect(testsOf(problem.tests)[0]?.args).toEqual(['1e9'])
    const { compare } = problem
    const validator = compare.kind === 'program' ? compare.programs[0]?.files['a.py'] : undefined
    expect(text(validator)).toBe('MOST = 1e9; {{other}}; {{ most }}')
  })
})
