import { defineConfig, type TestProjectConfiguration } from 'vitest/config'

/** Lets every import of a workspace package resolve to its src/, so that no test needs a build. */
const conditions = ['mayfly-source']

function project(
  name: string,
  include: readonly string[],
  options: { readonly order: number; readonly timeoutMs: number; readonly maxWorkers?: number },
): TestProjectConfiguration {
  const { order, timeoutMs, maxWorkers } = options
  return {
    resolve: { conditions },
    ssr: { resolve: { conditions, externalConditions: conditions } },
    test: {
      name,
      include: [...include],
      environment: 'node',
      pool: 'forks',
      execArgv: conditions.map((condition) => `--conditions=${condition}`),
      testTimeout: timeoutMs,
      hookTimeout: timeoutMs,
      sequence: { groupOrder: order },
      ...(maxWorkers === undefined ? {} : { maxWorkers }),
    },
  }
}

/** Node's own files and those of the host are measured in the last two: one file at a time, nothing beside them. */
export default defineConfig({
  test: {
    retry: 0,
    reporters: ['default', '@mayfly/test-support/reporter'],
    projects: [
      project('unit', ['packages/*/test/unit/**/*.test.ts', 'test/unit/**/*.test.ts'], {
        order: 0,
        timeoutMs: 10_000,
      }),
      project('linux', ['packages/*/test/linux/**/*.test.ts', 'test/linux/**/*.test.ts'], {
        order: 1,
        timeoutMs: 60_000,
        maxWorkers: 1,
      }),
      project('hostile', ['packages/*/test/hostile/**/*.test.ts'], { order: 2, timeoutMs: 120_000, maxWorkers: 1 }),
    ],
  },
})
