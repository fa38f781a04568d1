/// <reference types="vitest/config" />
import { createSandbox, SandboxError } from '@mayfly/sandbox'
import type { PoolRunnerInitializer, TestProject, Vite, Vitest } from 'vitest/node'
import { poolName, SandboxPoolWorker } from './host/pool-worker.ts'
import { ProjectSandbox } from './host/project-sandbox.ts'
import { resolveOptions, type ResolvedPluginOptions, type SandboxPluginOptions } from './options/options.ts'
import { SandboxReporter } from './report/reporter.ts'
import { UsageReport } from './report/usage-report.ts'

/** What one run of Vitest has of it, whatever projects there are. */
interface Session {
  readonly report: UsageReport
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
      const unsupported = await whyUnsupported(resolved)
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
      const { sandboxes, report, expected } = sessionOf(pool.project.vitest)
      let found = sandboxes.get(pool.project)
      if (found === undefined) {
        found = new ProjectSandbox(pool, options, report)
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
  const session: Session = { report: new UsageReport(), sandboxes: new Map(), expected: new Map() }
  sessions.set(vitest, session)
  vitest.onClose(async () => {
    await Promise.all([...session.sandboxes.values()].map(async (each) => each.close()))
  })
  return session
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
async function whyUnsupported({
  onUnsupported,
  standard,
  allowMissing,
}: ResolvedPluginOptions): Promise<string | undefined> {
  try {
    const { network, proc } = standard
    await using _ = await createSandbox({ network, proc, allowMissing, concurrency: 1, warm: { min: 0 } })
    return undefined
  } catch (error) {
    if (!(error instanceof SandboxError) || error.code !== 'UNSUPPORTED_HOST' || onUnsupported === 'error') throw error
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
