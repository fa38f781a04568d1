import type { SandboxMatchers } from './matchers.ts'

export { withSandbox } from './fixtures.ts'
export { sandboxMatchers, type SandboxMatchers, type UsageBounds } from './matchers.ts'

declare module 'vitest' {
  // As Vitest 5 declares it.
  interface Matchers<R extends void | Promise<void> = void | Promise<void>, T = unknown> extends SandboxMatchers<R> {}
}
