import { fileURLToPath } from 'node:url'
import { createGrader, type Grader, type GraderOptions, type ProgramSource } from '@mayfly/grader'
import { createSandbox, inspectHost, type Sandbox, type SandboxOptions } from '@mayfly/sandbox'
import { needs } from '@mayfly/test-support'
import { afterAll, beforeAll, beforeEach } from 'vitest'

/** Where the problem packages of the tests are, with a slash at the end. */
export const problems = fileURLToPath(new URL('../../../../../fixtures/problems/', import.meta.url))

/** One grader for the tests of a file; on a host that cannot have a sandbox they are skipped. */
export function useGrader(options: SandboxOptions = {}, ofGrader: Omit<GraderOptions, 'sandbox'> = {}): () => Grader {
  let parts: { readonly sandbox: Sandbox; readonly grader: Grader } | undefined
  beforeAll(async () => {
    if (!(await inspectHost()).supported) return
    const sandbox = await createSandbox(options)
    parts = { sandbox, grader: createGrader({ ...ofGrader, sandbox }) }
  })
  beforeEach((context) => needs(context, parts !== undefined, 'the host lacks something that a sandbox requires'))
  afterAll(async () => {
    await parts?.grader.close()
    await parts?.sandbox.close()
  })
  return () => {
    if (parts === undefined) throw new Error('the grader is there only while a test runs')
    return parts.grader
  }
}

/** A submission of one file. */
export function submission(name: string, text: string): ProgramSource {
  return { name, files: { [name]: Buffer.from(text) } }
}
