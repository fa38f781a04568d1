import { expect, test } from 'vitest'

import { describeVerdict } from '../../../src/run/verdict.ts'

test('a verdict names the limit, what was measured, what was allowed, the evidence and the option', () => {
  expect(describeVerdict('memory', { source: 'oom_kill', limit: 268_435_456, measured: 268_435_456 })).toBe(
    'limited by memory: 256MiB of 256MiB (evidence: oom_kill; option: --memory)',
  )
  expect(describeVerdict('cpuTime', { source: 'cpu', limit: 500, measured: 503.25 })).toBe(
    'limited by cpuTime: 503.25ms of 500ms (evidence: cpu; option: --cpu-time)',
  )
  expect(describeVerdict('processes', { source: 'pids.events', limit: 64, measured: 64 })).toBe(
    'limited by processes: 64 of 64 (evidence: pids.events; option: --processes)',
  )
})

test('a single file that grew too large is moved by the option for single files', () => {
  expect(describeVerdict('disk', { source: 'SIGXFSZ', limit: 4096, measured: 4096 })).toMatch(/option: --file\)$/)
})

test('a full file system may lack bytes or inodes, so no number is given', () => {
  expect(describeVerdict('disk', { source: 'full', limit: 10_000, measured: 10_000 })).toBe(
    'limited by disk: no room left (evidence: full; option: --disk or --inodes)',
  )
})
