import { submission } from 'mayfly'
import { describe, expect, test } from 'mayfly/test'

describe('a year', () => {
  test('not divisible by 4 is common', () => {
    expect(submission.isLeap(2015)).toBe(false)
  })

  test('divisible by 4, not by 100, is a leap year', () => {
    expect(submission.isLeap(1996)).toBe(true)
  })

  test('divisible by 100, not by 400, is common', () => {
    expect(submission.isLeap(2100)).toBe(false)
  })
})
