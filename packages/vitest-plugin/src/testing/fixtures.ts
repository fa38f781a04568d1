import { createSandbox, type Sandbox, type SandboxOptions } from '@mayfly/sandbox'
import type { TestAPI } from 'vitest'

/**
 * `test`, extended by a `sandbox` for those who test programs: a pool of throwaway containers, one for all tests of a
 * file, closed after them. It makes containers, which a file that itself runs in one cannot.
 */
export function withSandbox(test: TestAPI, options: SandboxOptions = {}): TestAPI<{ readonly sandbox: Sandbox }> {
  return test.extend<{ readonly $file: { readonly sandbox: Sandbox } }>({
    sandbox: [
      // Vitest reads which fixtures one needs from how its parameters are written.
      // oxlint-disable-next-line no-empty-pattern
      async ({}, use: (sandbox: Sandbox) => Promise<void>): Promise<void> => {
        const sandbox = await createSandbox(options)
        try {
          await use(sandbox)
        } finally {
          await sandbox.close()
        }
      },
      { scope: 'file' },
    ],
  })
}
