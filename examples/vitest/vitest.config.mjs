import { sandbox } from '@mayfly/vitest-plugin'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  plugins: [
    sandbox({
      limits: { memory: '512MiB', wallTime: '60s' },
      budgets: { cpuTime: '30s' },
      files: { 'test/greedy.test.mjs': { limits: { memory: '128MiB' } } },
    }),
  ],
})
