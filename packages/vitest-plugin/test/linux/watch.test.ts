import { once } from 'node:events'
import { inspectHost } from '@mayfly/sandbox'
import { needs } from '@mayfly/test-support'
import { expect, test } from 'vitest'
import { Printed } from '../support/printed.ts'
import { Project, type Version } from '../support/run-vitest.ts'
import { comparable } from '../support/small-projects.ts'

const files = {
  'src/add.ts': 'export const add = (a: number, b: number) => a + b',
  'a.test.ts': `import { expect, test } from 'vitest'
import { add } from './src/add'
test('adds', () => { expect(add(1, 2)).toBe(3) })
test('has a snapshot', () => { expect(add(2, 2)).toMatchSnapshot() })`,
  'b.test.ts': `import { expect, test } from 'vitest'
test('has nothing to do with it', () => { expect(1).toBe(1) })`,
}

const waits = /(?:Waiting for file changes|Watching for file changes)[^]*?\n/

/** Each time that tests ran: at the start, after a source changed, after a test did. */
async function watched(version: Version, options: object | undefined): Promise<readonly (readonly string[])[]> {
  using project = new Project(version, files)
  const running = project.start(options, ['--watch', '--no-file-parallelism', '--reporter=verbose'])
  const [printed, closed] = [new Printed(running.stdout), once(running, 'close')]
  const rounds = [(await printed.until(waits)).text]
  project.write({ 'src/add.ts': 'export const add = (a: number, b: number) => a * b + 1' })
  rounds.push((await printed.until(waits)).text)
  project.write({ 'b.test.ts': files['b.test.ts'].replace('toBe(1)', 'toBe(2)') })
  rounds.push((await printed.until(waits)).text)
  running.kill('SIGINT')
  await closed
  return rounds.map((text) => comparable(text, project.directory))
}

test.for([5, 4] as const)(
  'under Vitest %i a change runs the tests that it concerns, as with forks',
  async (version, context) => {
    const { supported } = await inspectHost()
    needs(context, supported, 'the host lacks something that a sandbox requires')
    const [forks, sandboxed] = [await watched(version, undefined), await watched(version, { report: { top: 0 } })]
    expect(sandboxed).toEqual(forks)
    const said = sandboxed.map((lines) => lines.join('\n'))
    expect(said[0]).toMatch(/Tests +3 passed/)
    expect(said[1]).toMatch(/Tests +1 failed \| 1 passed/)
    expect(said[1]).not.toContain('has nothing to do with it')
    expect(said[2]).toMatch(/expected 1 to be 2[^]*RERUN +b\.test\.ts/)
  },
)
