import { expect, test } from 'vitest'
import { defaultLimits, plainProblem } from '../../src/formats/defaults.ts'
import { withSignature } from '../../src/judge/signature.ts'
import type { Problem, ProgramSource } from '../../src/problem/problem.ts'

const problem: Problem = {
  ...plainProblem,
  ...{ format: 'dmoj', name: 'a', path: '/a', limits: defaultLimits },
  signature: { files: { 'main.c': Buffer.from('main'), 'a.h': Buffer.from('') }, header: 'a.h', keepsMain: false },
}
const submission = (...names: readonly string[]): ProgramSource => ({
  name: 'a',
  files: Object.fromEntries(names.map((name) => [name, Buffer.from(`of ${name}`)])),
})

test('every file of a submission is compiled, whatever names they have', () => {
  const { files } = withSignature(problem, submission('a/b.cpp', 'a_b.cpp', 'a_b.c', 'a_b.h'))
  const sources = Object.entries(files).filter(([path]) => /(?:^|\/)submission_\d/.test(path))
  expect(sources.map(([path]) => path)).toEqual([
    ...['a/submission_0_b.cpp', 'submission_1_a_b.cpp', 'submission_2_a_b.cpp'],
  ])
  expect(sources.map(([, content]) => Buffer.from(content).toString().split('\n').slice(2))).toEqual([
    ['#line 1 "a/b.cpp"', 'of a/b.cpp'],
    ['#line 1 "a_b.cpp"', 'of a_b.cpp'],
    ['#line 1 "a_b.c"', 'of a_b.c'],
  ])
  expect(Object.keys(files)).toEqual(expect.arrayContaining(['a_b.h', 'main.cpp', 'a.h']))
})

test('a file that only has such a name is no source', () => {
  expect(() => withSignature(problem, submission('submission_.py'))).toThrow('only C and C++')
})
