import { expect, test } from 'vitest'

import { check, describeFinding, describeTally, tally } from '../../../src/selfcheck/check.ts'
import { cannotRun, fail, pass } from '../../../src/selfcheck/finding.ts'
import type { Bench, Line } from '../../../src/selfcheck/line.ts'

const bench = (missing: Bench['missing'] = []): Bench => ({ missing }) as unknown as Bench

function line(probe: Line['probe'], restsOn?: Line['restsOn']): Line {
  return { number: 7, sentence: 'it holds', probe, ...(restsOn === undefined ? {} : { restsOn }) }
}

test('what a line rests on must be there, or it is not looked at', async () => {
  const broken = line(async () => fail('seen'), ['memory', 'cpu'])
  expect(await check(broken, bench())).toEqual(fail('seen'))
  expect(await check(broken, bench(['cpu']))).toEqual(cannotRun('this host lacks cpu'))
})

test('a probe that throws has failed', async () => {
  const finding = await check(
    line(async () => {
      throw new Error('it broke')
    }),
    bench(),
  )
  expect(finding).toEqual(fail('it broke'))
})

test('a line is printed with its number, and a reason where it did not pass', () => {
  expect(
    describeFinding(
      line(async () => pass),
      pass,
    ),
  ).toBe('pass         7  it holds')
  expect(
    describeFinding(
      line(async () => pass),
      fail('a leak'),
    ),
  ).toBe('fail         7  it holds\n                a leak')
})

test('the last line counts all three', () => {
  const counts = tally([pass, pass, fail('x'), cannotRun('y')])
  expect(describeTally(counts)).toBe('2 passed, 1 failed, 1 cannot run')
})
