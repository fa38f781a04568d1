/// <reference types="vitest/config" />
import { SandboxError } from '@mayfly/sandbox'
import type { PoolRunnerInitializer, TestProject, Vite, Vitest } from 'vitest/node'
import { Containers } from './host/containers.ts'
import { poolName, SandboxPoolWorker } from './host/pool-worker.ts'
import { ProjectSandbox } from './host/project-sandbox.ts'
import { resolveOptions, type ResolvedPluginOptions, type SandboxPluginOptions } from './options/options.ts'
import { SandboxReporter } from './report/reporter.ts'
import { UsageReport } from './report/usage-report.ts'

/** What one run of Vitest has of it, whatever projects there are. */
interface Session {
  readonly report: UsageReport
  readonly containers: Map<TestProject, Containers>
  readonly sandboxes: Map<TestProject, ProjectSandbox>
  /** How many files of each come to run, where somebody said so. */
  readonly expected: Map<TestProject, number>
}

const sessions = new WeakMap<Vitest, Session>()

/**
 * Runs each test file of a project in a container of its own. As a plugin it needs nothing else: it sets the pool, and a
 * reporter beside those that there are. Projects that run in a browser are left alone.
 *
 * Throws `INVALID_OPTION` for an option that breaks a rule; Vitest does not start where the host cannot isolate, unless
 * `onUnsupported` says otherwise.
 */
export function sandbox(options: SandboxPluginOptions = {}): Vite.Plugin {
  const resolved = resolveOptions(options)
  return {
    name: 'mayfly:sandbox',
    // Vitest waits for it.
    // oxlint-disable-next-line typescript/no-misused-promises
    configureVitest: async ({ project, vitest }) => {
      if (project.config.browser.enabled || process.env['MAYFLY_VITEST'] === 'off') return
      requireVersion(vitest.version)
      const unsupported = await whyUnsupported(project, resolved)
      addReporter(vitest, resolved, unsupported)
      if (unsupported !== undefined) return
      if (!project.config.isolate)
        vitest.logger.warn(
          `mayfly: \`isolate: false\` is not kept: each file of ${named(project)} has a container of its own`,
        )
      Object.assign(project.config, { pool: poolName, poolRunner: poolOf(resolved), isolate: true })
    },
  }
}

/** The pool alone, for `test.pool` of one project of many; `isolate` must be left on. */
export function sandboxPool(options: SandboxPluginOptions = {}): PoolRunnerInitializer {
  return poolOf(resolveOptions(options))
}

function poolOf(options: ResolvedPluginOptions): PoolRunnerInitializer {
  return {
    name: poolName,
    createPoolWorker: (pool) => {
      const session = sessionOf(pool.project.vitest)
      const { sandboxes, report, expected } = session
      let found = sandboxes.get(pool.project)
      if (found === undefined) {
        found = new ProjectSandbox(pool, options, containersOf(session, pool.project, options), report)
        sandboxes.set(pool.project, found)
        found.expect(expected.get(pool.project) ?? 0)
      }
      return new SandboxPoolWorker(pool, found)
    },
  }
}

function sessionOf(vitest: Vitest): Session {
  const known = sessions.get(vitest)
  if (known !== undefined) return known
  const session: Session = {
    ...{ report: new UsageReport(), containers: new Map(), sandboxes: new Map(), expected: new Map() },
  }
  sessions.set(vitest, session)
  vitest.onClose(async () => closeSession(session))
  return session
}

async function closeSession({ sandboxes, containers }: Session): Promise<void> {
  await Promise.all([...sandboxes.values()].map(async (each) => each.close()))
  await Promise.all([...containers.values()].map(async (each) => each.close()))
}

/** Those of a project: the same for whoever looks whether they can be made, and for its workers. */
function containersOf({ containers }: Session, project: TestProject, options: ResolvedPluginOptions): Containers {
  let found = containers.get(project)
  if (found === undefined) {
    found = new Containers(project, project.vitest.distPath, options)
    containers.set(project, found)
  }
  return found
}

/** A run begins, of these files. */
function expectFiles({ sandboxes, expected }: Session, files: readonly { readonly project: TestProject }[]): void {
  expected.clear()
  for (const { project } of files) expected.set(project, (expected.get(project) ?? 0) + 1)
  for (const [project, containers] of sandboxes) containers.expect(expected.get(project) ?? 0)
}

const reporting = new WeakSet<Vitest>()

function addReporter(
  vitest: Vitest,
  { report: { top, file } }: ResolvedPluginOptions,
  unprotected: string | undefined,
): void {
  if (reporting.has(vitest)) return
  reporting.add(vitest)
  const session = sessionOf(vitest)
  const begin = (files: readonly { readonly project: TestProject }[]): void => expectFiles(session, files)
  vitest.config.reporters.push(new SandboxReporter(session.report, { top, file, unprotected, begin }))
}

/** Why the host cannot isolate, where it cannot and is to go on; rejects with the reason where it is not. */
async function whyUnsupported(project: TestProject, options: ResolvedPluginOptions): Promise<string | undefined> {
  const session = sessionOf(project.vitest)
  try {
    await containersOf(session, project, options).open()
    return undefined
  } catch (error) {
    const isUnsupported = error instanceof SandboxError && error.code === 'UNSUPPORTED_HOST'
    if (!isUnsupported || options.onUnsupported === 'error') {
      // Vitest does not start, and so does not end either.
      await closeSession(session)
      throw error
    }
    await session.containers.get(project)?.close()
    return error.message
  }
}

function requireVersion(version: string): void {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  if ((major === 4 && minor >= 1) || major === 5) return
  throw new Error(`@mayfly/vitest-plugin works with Vitest 4.1 and later, and 5; this is ${version}`)
}

function named(project: TestProject): string {
  return project.name === '' ? 'the project' : `project ${project.name}`
}
