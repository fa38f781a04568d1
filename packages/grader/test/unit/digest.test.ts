import { expect, test } from 'vitest'
import { defaultLimits, plainProblem } from '../../src/formats/defaults.ts'
import { digestOfProblem } from '../../src/grader/digest.ts'
import type { Compare, Problem, ProgramSource, Test } from '../../src/problem/problem.ts'

const bytes = (text: string): Uint8Array => Buffer.from(text)
const program = (text: string): ProgramSource => ({ name: 'a.py', files: { 'a.py': bytes(text) } })
const checker = (text: string, protocol: 'testlib' | 'coci' = 'testlib'): Compare => ({
  kind: 'program',
  programs: [program(text)],
  protocol,
})
const blob = { content: bytes('1') }
const one: Test = { id: '1', input: blob, answer: blob, files: {}, args: [], checkerFlags: [], hidden: true }

function problem(changes: Partial<Problem> = {}, ofTest: Partial<Test> = {}): Problem {
  const tests = { ...plainProblem.tests, parts: [{ ...one, ...ofTest }] }
  return { ...plainProblem, format: 'dmoj', name: 'a', path: '/a', limits: defaultLimits, tests, ...changes }
}

const signature = { files: { 'a.h': bytes('') }, header: 'a.h', keepsMain: false }

test.each<[string, Problem, Problem]>([
  ['the comparison', problem({ compare: { kind: 'lines' } }), problem()],
  ['a checker', problem({ compare: checker('1') }), problem({ compare: checker('2') })],
  ["a checker's protocol", problem({ compare: checker('1') }), problem({ compare: checker('1', 'coci') })],
  [
    "an interactor's protocol",
    problem({ interactor: { program: program('1'), protocol: 'kattis' } }),
    problem({ interactor: { program: program('1'), protocol: 'testlib' } }),
  ],
  ['whether a main is kept', problem({ signature }), problem({ signature: { ...signature, keepsMain: true } })],
  ['whether the submission is the answer', problem({ submitAnswer: true }), problem()],
  ["a test's own comparison", problem({}, { compare: { kind: 'lines' } }), problem()],
  [
    "a test's own tolerance",
    problem({}, { compare: { kind: 'json', absoluteTolerance: 1 } }),
    problem({}, { compare: { kind: 'json', absoluteTolerance: 2 } }),
  ],
  ["a test's own checker", problem({}, { compare: checker('1') }), problem({}, { compare: checker('2') })],
  [
    "a test's own function",
    problem({}, { compare: { kind: 'function', check: () => true } }),
    problem({}, { compare: { kind: 'function', check: () => false } }),
  ],
  ["the name of a test's file", problem({}, { files: { a: blob } }), problem({}, { files: { b: blob } })],
  ["a test's arguments", problem({}, { args: ['1'] }), problem({}, { args: ['2'] })],
  [
    "a generator's arguments",
    problem({}, { generator: { program: program('1'), args: ['1'] } }),
    problem({}, { generator: { program: program('1'), args: ['2'] } }),
  ],
])('%s is a part of what a problem is', async (_, changed, before) => {
  expect(await digestOfProblem(changed)).not.toBe(await digestOfProblem(before))
})

test('the same problem is the same, wherever it is', async () => {
  expect(await digestOfProblem(problem({ path: '/b' }))).toBe(await digestOfProblem(problem()))
})
