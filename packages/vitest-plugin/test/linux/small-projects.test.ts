import { existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { inspectHost } from '@mayfly/sandbox'
import { needs } from '@mayfly/test-support'
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { Project, type Version } from '../support/run-vitest.ts'
import { comparable, smallProjects } from '../support/small-projects.ts'

let supported = false
beforeAll(async () => {
  supported = (await inspectHost()).supported
})
beforeEach((context) => needs(context, supported, 'the host lacks something that a sandbox requires'))

/** The whole of them, under every Node and Vitest, is `matrix/main.ts`. */
const some: Readonly<Record<Version, readonly string[]>> = {
  5: ['typescript', 'snapshots', 'child processes, threads, servers'],
  4: ['set-up files and provided values'],
}

describe.each([5, 4] as const)('under Vitest %i', (version) => {
  test.each(some[version])('%s: forks and containers say and leave the same', async (name) => {
    const { files, test: options, args, made = [] } = smallProjects[name] ?? { files: {} }
    const outcomes = []
    for (const plugin of [undefined, { report: { top: 0 } }]) {
      using project = new Project(version, files)
      const { status, output } = await project.run(plugin, args, {}, { slowTestThreshold: 60_000, ...options })
      const left = made.map((path) => (existsSync(join(project.directory, path)) ? project.read(path) : 'not there'))
      outcomes.push({ status, lines: comparable(output, project.directory), left })
      rmSync(project.directory, { recursive: true, force: true })
    }
    expect(outcomes[0]?.lines.length).toBeGreaterThan(2)
    expect(outcomes[1]).toEqual(outcomes[0])
  })
})
