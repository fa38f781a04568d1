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
    [{ hide: ['config/secret.json'] }, '`hide[0]` must be a glob of names'],
    [{ hide: null }, '`hide` must be an array, got null'],
    [{ limits: [] }, '`options.limits` must be an object, got []'],
    [{ limits: { memory: '0MiB' } }, '`options.limits.memory` must be a size'],
    [{ limits: { processes: 0.5 } }, '`options.limits.processes` must be a positive integer, got 0.5'],
    [{ budgets: [] }, '`options.budgets` must be an object, got []'],
    [{ files: { '/src/*.ts': {} } }, "`files` must have globs that are relative to the root, got '/src/*.ts'"],
    [{ files: { '': {} } }, '`files` must have globs'],
    [{ profiles: { 'a b': {} } }, "`profiles` must have names without spaces, got 'a b'"],
    [{ profiles: [] }, '`profiles` must be an object, got []'],
    [{ env: ['A=B'] }, "`env[0]` must be the name of a variable, got 'A=B'"],
    [{ report: { file: '' } }, '`report.file` must be a path'],
    [{ report: null }, '`report` must be an object, got null'],
    [{ snapshots: null }, '`snapshots` must be'],
    [[], '`options` must be an object, got []'],
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
    ['{"limits":{"openFiles":4096}}', '`@sandbox limits.openFiles` must be at most 1024'],
    ['{"limits":{"stack":"1GiB"}}', '`@sandbox limits.stack` must be at most'],
    ['{"limits":{"idleTime":"2m"}}', '`@sandbox limits.idleTime` must be at most 30000'],
    ['', 'must be followed by JSON on one line'],
    ['5', '`@sandbox` must be an object, got 5'],
    ['[]', '`@sandbox` must be an object, got []'],
    ['{"network":"none"}\n// @sandbox {}', '`@sandbox` must be said once'],
    ['{"limits":{\n// "memory":"1MiB"}}', '`@sandbox` must be followed by JSON on one line'],
  ])('are not loosened by it: %s', (asked, message) => {
    expect(() => ofFile(options, `// @sandbox ${asked}\n`)).toThrow(message)
  })

  test('are not what prose says', () => {
    expect(ofFile(options, '// Says more than `@sandbox` can, see @sandbox/docs.\n')).toEqual(ofFile(options))
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
    expect(() => ofFile(options, '// @sandbox-profile\nimport x')).toThrow("must be one of offline, got ''")
    expect(() => ofFile({}, '// @sandbox-profile root\n')).toThrow('there are no `profiles`')
  })
})
