import { MiB } from '@mayfly/sandbox'
import { describe, expect, test } from 'vitest'
import { optionsOfFile } from '../../../src/options/of-file.ts'
import { resolveOptions, type SandboxPluginOptions } from '../../../src/options/options.ts'

function ofFile(
  options: SandboxPluginOptions,
  head = '',
  tags: readonly string[] = [],
): ReturnType<typeof optionsOfFile> {
  return optionsOfFile(resolveOptions(options), { root: '/project', path: '/project/test/a.test.ts', head, tags })
}

describe('options', () => {
  test('are read with their units', () => {
    const { limits, budgets } = resolveOptions({
      limits: { memory: '1.5GiB', wallTime: '500ms', cpuTime: '2m', processes: 7, cpus: 0.5, disk: '4096B' },
      budgets: { memory: '300MiB', written: '1KiB' },
    }).standard
    expect(limits).toMatchObject({ memoryBytes: 1536 * MiB, wallTimeMs: 500, cpuTimeMs: 120_000, processCount: 7 })
    expect(limits).toMatchObject({ cpus: 0.5, diskBytes: 4096 })
    expect(budgets).toEqual({ memory: 300 * MiB, written: 1024 })
  })

  test.each<[object, string]>([
    [{ limit: {} }, '`options` must have no properties but'],
    [{ limits: { memory: 5 } }, '`options.limits.memory` must be a size such as 256MiB'],
    [{ limits: { memory: '5MB' } }, "got '5MB'"],
    [{ limits: { wallTime: '5' } }, '`options.limits.wallTime` must be a time'],
    [{ limits: { ram: '5MiB' } }, "got 'ram'"],
    [{ network: 'host' }, "`options.network` must be 'none' or 'loopback', got 'host'"],
    [{ files: { '*.ts': { proc: 'all' } } }, '`files["*.ts"].proc` must be'],
    [{ report: { top: -1 } }, '`report.top` must be a number of files, got -1'],
    [{ hide: [''] }, '`hide[0]` must be a string'],
  ])('%j are refused', (options, message) => {
    expect(() => resolveOptions(options)).toThrow(message)
  })
})

describe('the options of a file', () => {
  const options: SandboxPluginOptions = {
    limits: { memory: '512MiB', wallTime: '60s' },
    files: { 'test/**': { limits: { wallTime: '30s' } }, 'other/**': { network: 'none' } },
    profiles: { offline: { network: 'none' } },
  }

  test('are those of its globs over those of all', () => {
    expect(ofFile(options)).toMatchObject({
      network: 'loopback',
      limits: { memoryBytes: 512 * MiB, wallTimeMs: 30_000 },
    })
  })

  test('are tightened by its docblock', () => {
    const head = '#!/usr/bin/env node\n/**\n * @sandbox {"network":"none","limits":{"memory":"256MiB"}}\n */\n'
    expect(ofFile(options, head)).toMatchObject({
      network: 'none',
      limits: { memoryBytes: 256 * MiB, wallTimeMs: 30_000 },
    })
  })

  test.each([
    ['{"limits":{"memory":"1GiB"}}', '`@sandbox limits.memory` must be at most 536870912'],
    ['{"violations":"off"}', "`@sandbox violations` must be 'error' or stricter"],
    ['{"writable":["/"]}', 'must have no properties but'],
    ['{"limits":}', 'must be followed by JSON'],
  ])('are not loosened by it: %s', (asked, message) => {
    expect(() => ofFile(options, `// @sandbox ${asked}\n`)).toThrow(message)
  })

  test('are loosened by it where the config says so', () => {
    const loose = ofFile({ ...options, overrides: 'any' }, '// @sandbox {"limits":{"memory":"1GiB"}}\n')
    expect(loose.limits.memoryBytes).toBe(1024 * MiB)
  })

  test('are not read from its code', () => {
    expect(ofFile(options, 'const text = `\n// @sandbox {"network":"none"}\n`').network).toBe('loopback')
  })

  test('are those of a profile that it names, by comment or tag', () => {
    expect(ofFile(options, '// @sandbox-profile offline\n').network).toBe('none')
    expect(ofFile(options, '', ['sandbox/offline']).network).toBe('none')
    expect(() => ofFile(options, '// @sandbox-profile root\n')).toThrow('must be one of offline')
  })
})
