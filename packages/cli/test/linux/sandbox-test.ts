import { inspectHost } from '@mayfly/sandbox'
import { test } from 'vitest'

/** A test that runs commands in sandboxes: skipped on a host, or for a user, that cannot have one. */
export const sandboxTest = test.extend<{ readonly supported: boolean }>({
  supported: [
    async ({ skip }, use) => {
      const { supported } = await inspectHost()
      skip(!supported, 'the host lacks something that a sandbox requires')
      await use(supported)
    },
    { auto: true },
  ],
})
