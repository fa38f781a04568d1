import { needs } from '@mayfly/test-support'
import { createSandbox, type Sandbox, SandboxError, type SandboxOptions } from '@mayfly/sandbox'
import { afterAll, beforeAll, beforeEach } from 'vitest'

const unsupported = 'the host lacks something that a sandbox requires'

async function createWhereSupported(options: SandboxOptions): Promise<Sandbox | undefined> {
  try {
    return await createSandbox(options)
  } catch (error) {
    if (error instanceof SandboxError && error.code === 'UNSUPPORTED_HOST') {
      console.log(error.message)
      return undefined
    }
    throw error
  }
}

/** One sandbox for the tests of a file, closed after them; on a host that cannot have one they are skipped. */
export function useSandbox(options: SandboxOptions = {}): () => Sandbox {
  let sandbox: Sandbox | undefined
  beforeAll(async () => {
    sandbox = await createWhereSupported(options)
  })
  beforeEach((context) => needs(context, sandbox !== undefined, unsupported))
  afterAll(() => sandbox?.close())
  return () => {
    if (!sandbox) throw new Error('the sandbox is there only while a test runs')
    return sandbox
  }
}

/** For a test that makes sandboxes of its own. */
export function needsSandboxes(): void {
  let supported = false
  beforeAll(async () => {
    const sandbox = await createWhereSupported({})
    supported = sandbox !== undefined
    await sandbox?.close()
  })
  beforeEach((context) => needs(context, supported, unsupported))
}
