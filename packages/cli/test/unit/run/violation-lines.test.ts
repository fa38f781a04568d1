import type { Violation } from '@mayfly/sandbox'
import { expect, test } from 'vitest'

import { describeViolations } from '../../../src/run/violation-lines.ts'

const violation = (call: string, detail: string, count = 1): Violation => ({
  ...{ call, detail, count, program: 'python3', atMs: 1 },
})

test('each kind is a line with its words, its program and its count', () => {
  const violations = [violation('connect', 'inet 93.184.216.34:443'), violation('bpf', '', 3)]
  expect(describeViolations({ violations, refusalCount: 4 })).toEqual([
    'refused: connect inet 93.184.216.34:443 (python3, 1×)',
    'refused: bpf (python3, 3×)',
  ])
})

test('what is not shown is counted', () => {
  const violations = Array.from({ length: 20 }, (_, index) => violation('unlink', `/${index}`))
  const lines = describeViolations({ violations, refusalCount: 1_000_000 })
  expect(lines).toHaveLength(17)
  expect(lines.at(-1)).toBe('refused: 999984 more of other kinds (--json has up to 64 of these)')
})

test('where nothing was refused nothing is said', () => {
  expect(describeViolations({ violations: [], refusalCount: 0 })).toEqual([])
})
