import { describe, expect, test } from 'vitest'
import { memoryBound, memoryHere } from '../../src/problem/bounds.ts'
import { modern, refusal, tests } from './package-of.ts'

const huge = 1e9
const mebibytes = Math.floor(memoryBound.most / 2 ** 20)
const xml = `<problem><judging><testset name="tests"><time-limit>1</time-limit>
<memory-limit>${huge * 2 ** 20}</memory-limit><input-path-pattern>%d.in</input-path-pattern>
<answer-path-pattern>%d.a</answer-path-pattern><tests><test/></tests></testset></judging><assets/></problem>`

describe('a limit that this host cannot enforce is refused when it is read, with file, line and bound:', () => {
  test.each([
    [
      'memory, in the legacy format',
      { 'problem.yaml': `name: N\nlimits:\n  memory: ${huge}\n`, ...tests },
      `/problem.yaml:3: \`memory\` must be at most ${mebibytes}, the memory and swap of this host, got ${huge}`,
    ],
    [
      'memory of validators',
      { 'problem.yaml': `${modern}limits:\n  validation_memory: ${huge}\n`, ...tests },
      `/problem.yaml:5: \`validation_memory\` must be at most ${mebibytes}, the memory and swap of this host`,
    ],
    [
      'time',
      { 'problem.yaml': `${modern}limits: {time_limit: 2592001}\n`, ...tests },
      '/problem.yaml:4: `time_limit` must be at most 2592000, thirty days, got 2592001',
    ],
    [
      'output',
      { 'problem.yaml': `${modern}limits: {output: 1.0e+300}\n`, ...tests },
      '/problem.yaml:4: `output` must be at most 4294967296, more than any disk, got 1e+300',
    ],
    [
      'time, of DOMjudge',
      { 'problem.yaml': '', 'domjudge-problem.ini': '\ntimelimit=1e9\n', ...tests },
      '/domjudge-problem.ini:2: the time limit must be at most 2592000, thirty days, got 1000000000',
    ],
    [
      'time on the clock, of a test of DMOJ',
      { 'init.yml': 'test_cases:\n- {in: a, wall_time_factor: 1.0e+12}\n', a: '' },
      '/init.yml:2: `wall_time_factor` must be at most 1296000, thirty days, got 1000000000000',
    ],
    [
      'memory, of DMOJ',
      { 'init.yml': `memory_limit: ${huge * 1024}\ntest_cases: [{in: a}]\n`, a: '' },
      `/init.yml:1: \`memory_limit\` must be at most ${Math.floor(memoryBound.most / 1024)}, the memory and swap of this host`,
    ],
    [
      'memory, of Polygon',
      { 'problem.xml': xml, '1.in': '', '1.a': '' },
      `/problem.xml: <memory-limit> must be at most ${memoryBound.most}, the memory and swap of this host`,
    ],
    [
      'memory, of an assignment',
      { 'assignment.yaml': `limits:\n  memory: ${huge}\n` },
      `/assignment.yaml:2: \`memory\` must be at most ${mebibytes}, the memory and swap of this host`,
    ],
    [
      'time of its harness',
      { 'assignment.yaml': 'harness:\n  run: [sh]\n  limits:\n    time: 1e9\n', 'tests/a': '' },
      '/assignment.yaml:4: `time` must be at most 2592000, thirty days, got 1000000000',
    ],
  ])('%s', async (_, files, message) => {
    expect(await refusal(files)).toContain(message)
  })

  test.each([
    ['a margin', { 'problem.yaml': `${modern}limits: {time_multipliers: {ac_to_time_limit: .inf}}\n`, ...tests }],
    ['a margin of the legacy format', { 'problem.yaml': 'limits:\n  time_safety_margin: 1e300\n', ...tests }],
  ])('%s', async (_, files) => {
    expect(await refusal(files)).toMatch(
      /: `\w+` must be at most 1000, more than any format asks for, got (?:Infinity|1e\+300)$/,
    )
  })

  test.each([
    ['.inf', 'must be at most 1000, more than any judge waits for, got Infinity'],
    ['2.5', 'must be an integer, got 2.5'],
  ])('%s passes', async (count, message) => {
    const yaml = `${modern}type: multi-pass\nlimits: {validation_passes: ${count}}\n`
    expect(await refusal({ 'problem.yaml': yaml, ...tests, 'output_validator/v.sh': '' })).toContain(message)
  })

  test('no time at all, of DOMjudge', async () => {
    const files = { 'problem.yaml': '', 'domjudge-problem.ini': 'timelimit=0.0001\n', ...tests }
    expect(await refusal(files)).toContain(
      '/domjudge-problem.ini:1: the time limit must be a number of seconds, at least',
    )
  })

  test('but a host with less than a package leaves out gives what it has', () => {
    expect(memoryHere(2 ** 31, { most: 2 ** 30, because: '' })).toBe(2 ** 30)
    expect(memoryHere(2 ** 29, { most: 2 ** 30, because: '' })).toBe(2 ** 29)
  })
})
