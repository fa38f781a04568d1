import { loadProblem, type Problem } from '@mayfly/grader'
import { expect, test } from 'vitest'
import { packageOf as packageOfFiles, refusal, tests } from './package-of.ts'

/** A package of these files, with a test. */
function packageOf(files: Readonly<Record<string, string>>): string {
  return packageOfFiles({ 'problem.yaml': '', ...tests, ...files })
}

test('submissions.json says what starts a submission', async () => {
  const root = packageOf({
    'submissions.json':
      '{"submissions/accepted/two/": {"entry_point": "b.py", "language": "pypy3"}, "submissions/accepted/no/": {}}',
    'submissions/accepted/two/a.py': '',
    'submissions/accepted/two/b.py': '',
  })
  const { submissions, warnings, defines } = await loadProblem(root)
  expect(submissions).toMatchObject([{ name: 'accepted/two', entryPoint: 'b.py', language: 'pypy3' }])
  expect(warnings).toEqual(['submissions.json names submissions/accepted/no, which is not there'])
  expect(defines).toEqual(['ONLINE_JUDGE', 'DOMJUDGE'])
})

test.each([
  ['{"submissions/accepted/a.py": {"entrypoint": "a"}}', 'submissions/accepted/a.py: `entrypoint` is not a key'],
  ['{"submissions/accepted/a.py": {"entry_point": 1}}', '`entry_point` must be a string'],
  ['{"submissions/accepted/a.py": 1}', 'must be a mapping'],
  ['{"accepted/a.py": {}}', 'accepted/a.py is not below submissions/'],
  ['[', 'submissions.json:1:'],
  ['[]', 'must hold a mapping'],
])('refuses %s as submissions.json', async (text, message) => {
  const root = packageOf({ 'submissions.json': text, 'submissions/accepted/a.py': '' })
  await expect(loadProblem(root)).rejects.toThrow(message)
})

test('only the submissions of a package for DOMjudge see that it judges them', async () => {
  const annotated = packageOf({ 'submissions/accepted/a.py': '# @EXPECTED_RESULTS@: CORRECT' })
  const other = packageOf({ 'submissions/accepted/a.py': '' })
  expect((await loadProblem(annotated)).defines).toEqual(['ONLINE_JUDGE', 'DOMJUDGE'])
  expect((await loadProblem(other)).defines).toBeUndefined()
})

/** What is promised of a submission that says this of itself, in this directory. */
async function promises(directory: string, text: string): Promise<readonly unknown[] | undefined> {
  const { submissions } = await loadProblem(packageOf({ [`submissions/${directory}/a.py`]: text }))
  return submissions[0]?.expectations
}

const slow = ['TLE', 'WTL', 'ILE', 'OLE']

test.each([
  ['mixed', '# @EXPECTED_RESULTS@: TIMELIMIT, RUN_TIME_ERROR', [...slow, 'RTE', 'MLE', 'SV']],
  ['accepted', '# @EXPECTED_RESULTS@: CORRECT, TIME_LIMIT_EXCEEDED', ['AC', ...slow]],
  ['time_limit_exceeded', '# @expected_results@: no_output', ['NO']],
  ['mixed-verdicts', '# @EXPECTED_SCORE@: ACCEPTED', ['AC']],
  ['multiple', '/* @EXPECTED_RESULTS@: OUTPUT-LIMIT */', ['OLE']],
  ['mixed', 'how the tag @EXPECTED_RESULTS@: is used\n@EXPECTED_RESULTS@: CORRECT', ['AC']],
  ['mixed', '# the tag @EXPECTED_RESULTS@: tag.\n# @EXPECTED_RESULTS@: CORRECT', ['AC']],
])('in %s/, %j is what it gets, whatever its directory says', async (directory, text, final) => {
  expect(await promises(directory, text)).toEqual([{ source: '@EXPECTED_RESULTS@', final }])
})

test('what a person is to look at, or is refused before it is judged, promises nothing', async () => {
  const open = [{ source: '@EXPECTED_RESULTS@' }]
  expect(await promises('mixed', '# @EXPECTED_RESULTS@: CHECK-MANUALLY')).toEqual(open)
  expect(await promises('compiler_error', '# @EXPECTED_RESULTS@: NONE-SUBMIT-FAILS')).toEqual(open)
  const root = packageOf({
    'submissions/check_manually/a.py': '# @EXPECTED_RESULTS@: CORRECT\n# @EXPECTED_RESULTS@: NONE',
  })
  expect((await loadProblem(root)).warnings).toEqual([
    'submissions/check_manually/a.py is not judged: nothing says what it is to get',
  ])
})

test('a directory may be named after a result', async () => {
  expect(await promises('no_output', '')).toEqual([{ source: 'no_output/', final: ['NO'] }])
})

test('points that are promised are asked beside what the directory promises', async () => {
  const said = await promises('accepted', '# @EXPECTED_SCORE@: 40')
  expect(said).toMatchObject([{ source: 'accepted/' }, { score: [40, 40] }])
})

test('tags that say the same are one, others are refused', async () => {
  const files = (other: string): Record<string, string> => ({
    'problem.yaml': '',
    ...tests,
    'submissions/mixed/a/a.py': '# @EXPECTED_RESULTS@: CORRECT',
    'submissions/mixed/a/b.txt': `@EXPECTED_RESULTS@: ${other}`,
  })
  const { submissions } = await loadProblem(packageOf(files('CORRECT')))
  expect(submissions[0]?.expectations).toMatchObject([{ final: ['AC'] }])
  expect(await refusal(files('WRONG-ANSWER'))).toBe(
    '/submissions/mixed/a: has tags of @EXPECTED_RESULTS@ that do not say the same',
  )
})

test('whether the time limit must be enough for a submission is asked only of one that says no other verdict', async () => {
  const use = async (directory: string, list: string): Promise<Problem['submissions'][number]['useForTimeLimit']> => {
    const text = `# @EXPECTED_RESULTS@: ${list}`
    const { submissions } = await loadProblem(packageOf({ [`submissions/${directory}/a.py`]: text }))
    return submissions[0]?.useForTimeLimit ?? false
  }
  expect(await use('accepted', 'CORRECT')).toBe('lower')
  expect(await use('accepted', 'CORRECT, TIMELIMIT')).toBe(false)
  expect(await use('time_limit_exceeded', 'TIMELIMIT, RUN-ERROR')).toBe('upper')
  expect(await use('time_limit_exceeded', 'WRONG-ANSWER')).toBe(false)
})

const custom = { 'output_validators/v.py': '', ...tests }

test.each([
  ['validator_flags: --message "two words" --none', ['--message', 'two words', '--none']],
  ["validator_args: a'b c'd \"e \\\\ f\" g\\ h ''", ['ab cd', 'e \\ f', 'g h', '']],
  ['validator_flags: a b\nvalidator_args: [a, b]', ['a', 'b']],
])('flags keep what quotes keep together: %s', async (text, flags) => {
  const problem = await loadProblem(packageOf({ ...custom, 'problem.yaml': `validation: custom\n${text}\n` }))
  const [first] = problem.tests.parts.flatMap((part) => ('parts' in part ? part.parts : [part]))
  expect(first).toMatchObject({ checkerFlags: flags })
})

test.each([
  ["validator_flags: '\"a'", '/problem.yaml:2: `validator_flags` has a quote that is not closed'],
  ['validator_flags: a\nvalidator_args: b', '/problem.yaml:3: `validator_args` says something else'],
])('refuses %s', async (text, message) => {
  expect(await refusal({ ...custom, 'problem.yaml': `validation: custom\n${text}\n` })).toContain(message)
})
