import { inspectHost } from '@mayfly/sandbox'
import { needs } from '@mayfly/test-support'
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { Project, type Version } from '../support/run-vitest.ts'
import { comparable, leftIn, smallProjects } from '../support/small-projects.ts'

let supported = false
beforeAll(async () => {
  supported = (await inspectHost()).supported
})
beforeEach((context) => needs(context, supported, 'the host lacks something that a sandbox requires'))

/** The whole of them, under every Node and Vitest, is `matrix/main.ts`. */
const some: Readonly<Record<Version, readonly string[]>> = {
  5: [
    ...['typescript', 'snapshots', 'child processes, threads, servers', 'modules of every kind'],
    ...['the reporter for JUnit', 'the reporter for JSON', 'a reporter of one’s own', 'bail'],
    ...['a runner, an environment and serializers of one’s own', 'no cache of modules', 'timers that stand still'],
  ],
  4: ['timers that stand still', 'set-up files and provided values', 'the reporter for TAP', 'projects'],
}

describe.each([5, 4] as const)('under Vitest %i', (version) => {
  test.each(some[version])('%s: forks and containers say and leave the same', async (name) => {
    const small = smallProjects[name] ?? { files: {} }
    const outcomes = []
    for (const plugin of [undefined, { report: { top: 0 } }]) {
      using project = new Project(version, small.files)
      const { status, output } = await project.execute(plugin, small)
      outcomes.push({ status, lines: comparable(output, project.directory), left: leftIn(project.directory, small) })
    }
    expect(outcomes[0]?.lines.length).toBeGreaterThan(0)
    expect(outcomes[1]).toEqual(outcomes[0])
  })
})
