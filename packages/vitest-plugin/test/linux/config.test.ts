import { existsSync, realpathSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { inspectHost } from '@mayfly/sandbox'
import { needs } from '@mayfly/test-support'
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { Project } from '../support/run-vitest.ts'

let supported = false
beforeAll(async () => {
  supported = (await inspectHost()).supported
})
beforeEach((context) => needs(context, supported, 'the host lacks something that a sandbox requires'))

const tsc = realpathSync(fileURLToPath(new URL('../../../../node_modules/typescript/bin/tsc', import.meta.url)))

const told = `import { expect, test } from 'vitest'
test('is where it is', () => { console.log('home of', import.meta.filename.slice(-9, -8), process.env.HOME); expect(globalThis.seen).toBeUndefined(); globalThis.seen = true })`

describe.each([5, 4] as const)('under Vitest %i', (version) => {
  test('files are isolated where a config says that they are not, and it says so', async () => {
    using project = new Project(version, { 'a.test.ts': told, 'b.test.ts': told })
    const { status, output } = await project.run({}, [], {}, { isolate: false, maxWorkers: 1 })
    expect(output).toContain('`isolate: false` is not kept: each file of the project has a container of its own')
    expect(output).toMatch(/Tests +2 passed/)
    expect(status).toBe(0)
  })

  test('one project of many may have the pool, and the others stay where they are', async () => {
    using project = new Project(version, { 'in/a.test.ts': told, 'out/b.test.ts': told })
    const { status, output } = await project.runConfigured(`import { sandboxPool } from '@mayfly/vitest-plugin'
export default { test: { projects: [
  { test: { name: 'in', include: ['in/*.test.ts'], pool: sandboxPool({}) } },
  { test: { name: 'out', include: ['out/*.test.ts'], pool: 'threads' } },
] } }\n`)
    expect(output).toMatch(/home of a \/work\n/)
    expect(output).toContain(`home of b ${process.env['HOME']}\n`)
    expect(output).toMatch(/Tests +2 passed/)
    expect(status).toBe(0)
  })

  test('types are checked where they are with forks', async ({ skip }) => {
    needs({ skip }, existsSync(tsc), 'there is no compiler')
    using project = new Project(version, {
      'a.test.ts': told,
      'a.test-d.ts': `import { expectTypeOf, test } from 'vitest'
test('is a number', () => { expectTypeOf(1).toBeNumber() })
test('is no string', () => { expectTypeOf(1).toBeString() })`,
      'tsconfig.json':
        '{ "compilerOptions": { "module": "esnext", "moduleResolution": "bundler", "skipLibCheck": true, "strict": true, "types": [] } }',
    })
    const typecheck = { enabled: true, checker: tsc, ignoreSourceErrors: true, include: ['*.test-d.ts'] }
    const { tests } = await project.run({}, [], {}, { typecheck, include: ['*.test.ts'] })
    expect(Object.fromEntries([...tests].map(([name, { status }]) => [name, status]))).toEqual({
      'a.test.ts is where it is': 'passed',
      'a.test-d.ts a.test-d.ts is a number': 'passed',
      'a.test-d.ts a.test-d.ts is no string': 'failed',
    })
  })
})
