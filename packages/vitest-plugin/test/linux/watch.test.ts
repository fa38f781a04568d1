import { once } from 'node:events'
import type { Readable } from 'node:stream'
import { inspectHost } from '@mayfly/sandbox'
import { needs } from '@mayfly/test-support'
import { expect, test } from 'vitest'
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

/** What was printed up to the next words that say that Vitest waits. */
class Printed {
  readonly #stream: Readable
  #text = ''

  constructor(stream: Readable) {
    this.#stream = stream.setEncoding('utf8')
    stream.on('data', (text: string) => {
      this.#text += text
    })
  }

  async untilWaiting(): Promise<string> {
    const waits = /(?:Waiting for file changes|Watching for file changes)[^]*?\n/
    while (!waits.test(this.#text)) await once(this.#stream, 'data')
    const { index, 0: said } = waits.exec(this.#text) ?? { index: 0, 0: '' }
    const text = this.#text.slice(0, index + said.length)
    this.#text = this.#text.slice(index + said.length)
    return text
  }
}

/** Each time that tests ran: at the start, after a source changed, after a test did. */
async function watched(version: Version, options: object | undefined): Promise<readonly (readonly string[])[]> {
  using project = new Project(version, files)
  const running = project.start(options, ['--watch', '--no-file-parallelism', '--reporter=verbose'])
  const [printed, closed] = [new Printed(running.stdout), once(running, 'close')]
  const rounds = [await printed.untilWaiting()]
  project.write({ 'src/add.ts': 'export const add = (a: number, b: number) => a * b + 1' })
  rounds.push(await printed.untilWaiting())
  project.write({ 'b.test.ts': files['b.test.ts'].replace('toBe(1)', 'toBe(2)') })
  rounds.push(await printed.untilWaiting())
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
