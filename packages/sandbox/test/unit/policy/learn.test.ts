import { describe, expect, test } from 'vitest'
import { defaultPolicy } from '../../../src/policy/default-policy.ts'
import { definePolicy } from '../../../src/policy/define-policy.ts'
import { learnPolicy, type LearningReport } from '../../../src/policy/learn.ts'
import { startCalls } from '../../../src/policy/start-calls.ts'

const condition = (name: string): unknown => defaultPolicy.conditional.find(({ call }) => call === name)

function told(...calls: readonly (readonly [call: string, detail?: string])[]): LearningReport {
  const violations = calls.map(([call, detail = '']) => ({ call, detail, count: 2 }))
  return { violations, refusalCount: 2 * calls.length }
}

describe('a policy that is learnt', () => {
  test('allows what was done and what a start needs, in order and once', () => {
    const { allow } = learnPolicy(told(['openat'], ['brk'], ['access']))
    expect(allow).toEqual([...new Set([...startCalls, 'openat', 'brk', 'access'])].sort())
  })

  test('keeps the conditions of the default policy that were kept to', () => {
    expect(learnPolicy(told(['socket', '0x1'], ['socket', '0x2'])).allow).toContainEqual(condition('socket'))
    expect(learnPolicy(told(['clone', '0x1200011'])).allow).toContainEqual(condition('clone'))
    expect(learnPolicy(told(['ioctl', '0x5401'])).allow).toContainEqual(condition('ioctl'))
  })

  test('drops a condition that was not', () => {
    expect(learnPolicy(told(['socket', '0x1'], ['socket', '0x10'])).allow).toContain('socket')
    expect(learnPolicy(told(['clone', '0x10000011'])).allow).toContain('clone')
    expect(learnPolicy(told(['ioctl', '0x5412'])).allow).toContain('ioctl')
  })

  test('leaves out calls that have no name', () => {
    expect(learnPolicy(told(['call 999'])).allow).toEqual([...startCalls].sort())
  })

  test('is data that makes a policy again', () => {
    const learnt = learnPolicy(told(['socket', '0x1'], ['brk']))
    expect(definePolicy(JSON.parse(JSON.stringify(learnt)) as typeof learnt)).toEqual(definePolicy(learnt))
  })

  test('is not learnt where the host tells of nothing', () => {
    expect(() => learnPolicy({ ...told(['brk']), missing: ['refusalNames'] })).toThrow('boot Linux 5.5 or later')
  })

  test('is not learnt from what tells only a part', () => {
    expect(() => learnPolicy({ ...told(['brk']), refusalCount: 3 })).toThrow('`report` must tell of every call')
  })
})
