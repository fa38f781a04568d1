import { expect, test } from 'vitest'
import { fixedResourceLimits, resourceLimits } from '../../../src/container/rlimits.ts'
import { parseHardLimits } from '../../../src/host/hard-limits.ts'
import { testLimits } from './limits.ts'

const text = `Limit                     Soft Limit           Hard Limit           Units     
Max cpu time              unlimited            unlimited            seconds   
Max core file size        0                    0                    bytes     
Max open files            1024                 20000                files     
Max locked memory         8388608              8388608              bytes     
Max nice priority         0                    0                    
`

test('a command gets its own limits and the fixed ones, none of them above the host’s', () => {
  const limits = resourceLimits(testLimits, fixedResourceLimits(parseHardLimits(text)), [])
  expect(Object.fromEntries(limits.map(({ resource, value }) => [resource, value]))).toEqual({
    1: testLimits.fileBytes,
    3: testLimits.stackBytes,
    4: 0,
    7: testLimits.openFileCount,
    8: 65_536,
    11: 4096,
    12: 819_200,
    13: 0,
    14: 0,
  })
})

test('a core of one byte is asked for, which keeps a piped core_pattern from running', () => {
  const core = fixedResourceLimits(new Map()).find(({ resource }) => resource === 4)
  expect(core?.value).toBe(1)
})
