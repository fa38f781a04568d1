import { expect, test } from 'vitest'
import { FileRecord, type Pack } from '../../../src/verdict/file-record.ts'
import { violation } from '../../../src/verdict/violation.ts'

/** The record of a file whose tests are known. */
function recordOf(testCount: number): FileRecord {
  const record = new FileRecord('1')
  const tasks = Array.from({ length: testCount }, (_, index) => ({
    ...{ id: `1_${index}`, name: `test ${index}`, type: 'test', mode: 'run', meta: {} },
  }))
  record.collected({ id: '1', name: 'file', type: 'suite', mode: 'run', tasks, meta: {} })
  return record
}

test('a file whose tests are known is unfinished until its end is told', () => {
  expect(new FileRecord('1').isUnfinished).toBe(false)
  const record = recordOf(1)
  expect(record.isUnfinished).toBe(true)
  record.updated({ packs: [['1_0', { state: 'pass' }, {}]], events: [['1_0', 'test-finished', undefined]] })
  expect(record.isUnfinished).toBe(true)
  record.updated({ packs: [['1', { state: 'pass' }, {}]], events: [['1', 'suite-finished', undefined]] })
  expect(record.isUnfinished).toBe(false)
})

test('the only test that ran at a time is told, and the file where there were two', () => {
  const record = recordOf(2)
  record.test('1_0', true, 0)
  record.test('1_1', true, 50)
  record.test('1_0', false, 100)
  expect([record.at(20), record.at(70), record.at(200)]).toEqual(['1_0', '1', '1_1'])
  expect(record.running).toEqual(['1_1'])
})

test('as many tests as there may be, and as many events, take no longer each', () => {
  const count = 150_000
  const record = recordOf(count)
  for (let index = 0; index < count; index += 1) record.test(`1_${index}`, true, index)
  for (let index = 0; index < count / 2; index += 1) record.test(`1_${index}`, false, index)
  const events = Array.from({ length: count }, () => ['1', 'suite-finished', undefined] as const)
  expect(record.updated({ packs: [], events }).events).toEqual([])
  const { packs } = record.cutShort(violation('exit', 'over'), {}, {})
  const failed = packs.filter(([, result]: Pack) => result?.state === 'fail').map(([id]) => id)
  expect(new Set(failed).size).toBe(count / 2 + 1)
})
