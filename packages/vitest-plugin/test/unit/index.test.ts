import { expect, expectTypeOf, test } from 'vitest'
import type { PoolRunnerInitializer } from 'vitest/node'
import * as plugin from '../../src/index.ts'
import * as testing from '../../src/testing/index.ts'

test('the package exports these names and no others', () => {
  expect(Object.keys(plugin).sort()).toEqual(['sandbox', 'sandboxPool'])
  expect(Object.keys(testing).sort()).toEqual(['sandboxMatchers', 'withSandbox'])
})

test('the pool is one of Vitest’s, and limits are written as a person writes them', () => {
  expectTypeOf(plugin.sandboxPool).returns.toEqualTypeOf<PoolRunnerInitializer>()
  expectTypeOf<plugin.LimitOptions['memory']>().toEqualTypeOf<string | undefined>()
  expectTypeOf<plugin.SandboxPluginOptions['network']>().toEqualTypeOf<'none' | 'loopback' | undefined>()
})
