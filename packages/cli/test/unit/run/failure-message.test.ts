import { expect, test } from 'vitest'

import { describeFailure } from '../../../src/run/failure-message.ts'

test.each([
  ['`limits.memoryBytes` must be at most 5, got 6', '`--memory` must be at most 5, got 6'],
  ['`command.cwd` must be absolute', '`--cwd` must be absolute'],
  ["or go without: `allowMissing: ['cgroup']`", 'or go without: `--allow-missing cgroup`'],
  ["or go without: `bootTime: 'host'`", 'or go without: `--boot-time host`'],
  ['`policy.deny[0]` must name a system call', '`--policy.deny[0]` must name a system call'],
])('%s becomes what a person typed', (ours, theirs) => {
  expect(describeFailure(new Error(ours))).toBe(theirs)
})

test('what was thrown and is no error is told as it is', () => {
  expect(describeFailure('gone')).toBe('gone')
})
