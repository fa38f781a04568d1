import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { inspectHost } from '@mayfly/sandbox'
import { needs } from '@mayfly/test-support'
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { Project } from '../support/run-vitest.ts'

let supported = false
beforeAll(async () => {
  supported = (await inspectHost()).supported
})
beforeEach((context) => needs(context, supported, 'the host lacks something that a sandbox requires'))

const attaching = `import { writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'vitest'
test('attaches', async ({ annotate }) => {
  const path = join(tmpdir(), 'made.txt')
  writeFileSync(path, 'made in the container')
  await annotate('a file', 'notice', { path, contentType: 'text/plain' })
  await annotate('a body', { body: 'said in a body', contentType: 'text/plain' })
  await annotate('only words', 'warning')
})`

describe.each([5, 4] as const)('under Vitest %i', (version) => {
  test('attachments leave the container, and annotations are printed', async () => {
    using project = new Project(version, { 'a.test.ts': attaching })
    const { status, output } = await project.run({}, ['--reporter=verbose'])
    expect(status).toBe(0)
    expect(output).toMatch(/a file[^]*a body[^]*only words/)
    const kept = globSync('.vitest*/**/*.txt', { cwd: project.directory })
    expect(kept.map((name) => readFileSync(join(project.directory, name), 'utf8'))).toContain('made in the container')
  })

  test('a module that is not there cannot be found, as under forks, and one that lies outside is refused', async () => {
    using project = new Project(version, {
      'a.test.ts': `import { test } from 'vitest'
test('misses one', async () => { await import('./not-there') })
test('misses another', async () => { await import('/etc/hostname?raw') })`,
    })
    const { tests } = await project.run({})
    const failed = (message: string): object => ({ status: 'failed', messages: expect.stringContaining(message) })
    expect(tests.get('a.test.ts misses one')).toMatchObject(
      failed(`Error: Cannot find module '/not-there' imported from ${project.directory}/a.test.ts\n`),
    )
    expect(tests.get('a.test.ts misses another')).toMatchObject(
      failed("refused: a module outside of the sandbox (option: `readOnly`): '/@fs/etc/hostname?raw'"),
    )
  })

  test('blobs of shards are put together, with what each file used', async () => {
    const failing = (name: string): string => `import { expect, test } from 'vitest'
test('of ${name}', () => { console.log('said by ${name}'); expect('${name}').toBe('a') })`
    using project = new Project(version, { 'a.test.ts': failing('a'), 'b.test.ts': failing('b') })
    for (const shard of [1, 2]) {
      const blob = `blobs/${shard}.json`
      await project.run({}, [`--shard=${shard}/2`, '--reporter=blob', `--outputFile.blob=${blob}`])
    }
    const { status, output, tests } = await project.run({}, ['--merge-reports=blobs'])
    expect(status).toBe(1)
    expect(output).toMatch(/said by a[^]*FAIL +b\.test\.ts > of b/)
    for (const name of ['a', 'b'])
      expect(tests.get(`${name}.test.ts of ${name}`)).toMatchObject({
        status: name === 'a' ? 'passed' : 'failed',
        meta: { sandbox: { file: { memoryPeakBytes: expect.any(Number) } } },
      })
  })

  test('a file that passes its budget fails at its end, with what was measured; its tests keep their results', async () => {
    const holds = `import { expect, test } from 'vitest'
test('holds much', () => { expect(Buffer.alloc(200 * 2 ** 20, 1)).toHaveLength(200 * 2 ** 20) })`
    using project = new Project(version, { 'greedy.test.ts': holds, 'frugal.test.ts': holds.replaceAll('200', '1') })
    const files = { 'frugal.test.ts': { budgets: { memory: '1GiB' } } }
    const { status, output, tests } = await project.run({ budgets: { memory: '180MiB' }, files })
    expect(status).toBe(1)
    expect(output).toMatch(/FAIL +greedy\.test\.ts/)
    expect(output).toMatch(/memory budget of 180 MiB passed: \d+ MiB \(option: `budgets\.memory`\)/)
    expect(output).not.toMatch(/FAIL +frugal/)
    expect([...tests.values()].map((each) => each.status)).toEqual(['passed', 'passed'])
  })
})
