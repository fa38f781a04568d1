import { describe, expect, test } from 'vitest'
import { readCapacity } from '../../../src/host/capacity.ts'
import { parseHardLimits, readHardLimits } from '../../../src/host/hard-limits.ts'
import { GiB } from '../../../src/units.ts'
import { recordedHost } from './recorded-host.ts'

const limits = `Limit                     Soft Limit           Hard Limit           Units     
Max file size             unlimited            unlimited            bytes     
Max stack size            8388608              unlimited            bytes     
Max open files            1024                 20000                files     
Max pending signals       96365                96365                signals   
`

describe('what a host can give', () => {
  test('is its memory with swap, its processes, its processors and this process’s hard limits', async () => {
    const host = recordedHost({
      '/proc/self/limits': limits,
      '/proc/meminfo': 'MemTotal:        2097152 kB\nMemFree: 5 kB\nSwapTotal:       1048576 kB\n',
      '/proc/sys/kernel/pid_max': '4194304\n',
    })
    expect(await readCapacity(host, await readHardLimits(host))).toEqual({
      memoryBytes: 3 * GiB,
      processCount: 4_194_304,
      cpuCount: 4,
      fileBytes: Number.MAX_SAFE_INTEGER,
      openFileCount: 20_000,
      stackBytes: Number.MAX_SAFE_INTEGER,
    })
  })

  test('is not limited by what it does not tell', async () => {
    const host = recordedHost({})
    expect(await readCapacity(host, parseHardLimits(''))).toMatchObject({
      memoryBytes: Number.MAX_SAFE_INTEGER,
      processCount: 32_768,
      openFileCount: Number.MAX_SAFE_INTEGER,
    })
  })
})
