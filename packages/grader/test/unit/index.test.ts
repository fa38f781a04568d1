import * as grader from '@mayfly/grader'
import { expect, expectTypeOf, test } from 'vitest'

test('what is exported is what is meant to be', () => {
  expect(Object.keys(grader).sort()).toMatchInlineSnapshot(`
    [
      "GraderError",
      "bigOf",
      "createGrader",
      "decide",
      "evaluateAnswers",
      "extractCode",
      "judgementTypes",
      "languages",
      "loadProblem",
      "passAtK",
      "readAnswers",
      "readDmoj",
      "readFolder",
      "readSubmission",
      "readTasks",
      "reportFormats",
      "verdicts",
      "visible",
      "visibleLine",
      "writeReport",
    ]
  `)
})

test('every verdict but those of ours and those in between is one of the five that all know', () => {
  const unknown = Object.entries(grader.verdicts).filter(([, { big }]) => big === null)
  expect(unknown.map(([name]) => name)).toEqual(['IE', 'JE', 'PA', 'SK'])
})

test('the judgement types are those of the specification, with their translation', () => {
  const { judgementTypes } = grader
  expect(judgementTypes.size).toBe(33)
  const translated = ['APE', 'OLE', 'WTL', 'MLE', 'RCO', 'CTL', 'JE'].map((id) => judgementTypes.get(id)?.big)
  expect(translated).toEqual(['AC', 'WA', 'TLE', 'RTE', 'RTE', 'CE', undefined])
})

test('a result tells its verdict in both ways, and maybe a score', () => {
  expectTypeOf<grader.GradeResult['verdict']>().toEqualTypeOf<grader.Verdict>()
  expectTypeOf<grader.GradeResult['big']>().toEqualTypeOf<grader.Big | null>()
  expectTypeOf<grader.GradeResult>().toHaveProperty('score')
})

test('a test may have limits of its own, and a program words for its compiler', () => {
  expectTypeOf<NonNullable<grader.Test['limits']>>().toEqualTypeOf<grader.TestLimits>()
  expectTypeOf<keyof grader.TestLimits>().toEqualTypeOf<'timeMs' | 'wallTimeMs' | 'memoryBytes' | 'outputBytes'>()
  expectTypeOf<grader.ProgramSource>().toHaveProperty('flags')
})
